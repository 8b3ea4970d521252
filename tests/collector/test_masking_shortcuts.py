"""What makes masking quick leaves nothing out: each short cut is held to the slow way that it stands for."""

import re
from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as some

from services.collector.domain.intake import Person
from services.collector.domain.known_values import NAME, _may_hold, _telling
from services.collector.domain.language import language_of_text
from services.collector.domain.masking.folding import fold
from services.collector.domain.masking.gates import GATES
from services.collector.domain.masking.mask import find
from services.collector.domain.masking.span import Span, joined
from services.collector.evaluate_masking import read_sentences
from shared.contracts.vocabulary import Language
from tests.collector.test_masking import SETS

PIECES = (
    *"0129 ,.-#@B*\n京使路号栋一二三幺楼家①９",
    "B. Main Street and Oak Avenue",
    "Two Main Street",
    "avenue ",
    "APO AE ",
    "车牌京A·BCDEF",
    "京A B1234",
    "plate ",
    "one two three four five six seven eight",
    "name at example dot com",
    "微信wxabcdef",
    "passport X",
    "****",
    "省市区三路五号",
    "一三八零零零零一二三四",
    "address: ",
)
NAMES = some.text(alphabet="aikszIKSŁıİſ\u212a@.é王1 ", min_size=1, max_size=12)
texts = some.lists(some.sampled_from(PIECES), max_size=12).map("".join)


def read_slowly(text: str) -> Sequence[Span]:
    """All finders, whatever the text holds."""
    view = fold(text)
    return joined(span for gate, finder in GATES if gate.search(view) for span in finder(view))


@given(texts)
def test_fewer_gates_find_what_all_find(text: str) -> None:
    assert find(text) == read_slowly(text)


def test_fewer_gates_find_what_all_find_in_every_written_sentence() -> None:
    sentences = [sentence.text for path in SETS.glob("*.csv") for sentence in read_sentences(path)]
    without_digits = [re.sub(r"\d", "", text) for text in sentences]
    ascii_alone = [text.encode("ascii", "ignore").decode() for text in sentences]
    for text in (*sentences, *without_digits, *ascii_alone):
        assert find(text) == read_slowly(text)


@given(NAMES, NAMES, some.booleans())
def test_a_known_value_is_searched_wherever_it_could_be(value: str, around: str, is_upper: bool) -> None:  # noqa: FBT001 - drawn
    text = f"{around} {value.upper() if is_upper else value.swapcase()} {around}"
    person = Person(external_id=f"{value}12345", email=value, phone=value, name=value)
    for kind, told in _telling(person):
        pattern = rf"(?<![A-Za-z0-9]){re.escape(told)}(?![A-Za-z0-9])"
        found = re.search(pattern, text, re.IGNORECASE if kind != NAME else 0)
        assert found is None or _may_hold(text, kind, told)


@given(some.text(alphabet="ab Z9é退款𠀀\u33ff\u3400\u9fff\ua000，", max_size=12))
def test_the_language_is_that_of_a_count_of_letters(text: str) -> None:
    han = sum("\u3400" <= character <= "\u9fff" or "\U00020000" <= character <= "\U0003ffff" for character in text)
    letters = sum(character.isascii() and character.isalpha() for character in text)
    assert language_of_text(text) is (Language.ZH if han and han * 3 >= letters else Language.EN)
