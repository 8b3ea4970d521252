"""The starter corpus is what its README says: so many of each kind, varied, and never the same thing twice."""

from collections import Counter
from pathlib import Path

import pytest
from sklearn.feature_extraction.text import TfidfVectorizer

from services.classifier.model import corpus
from services.classifier.model.corpus import Example, starter_examples, starter_taxonomy
from shared.contracts.vocabulary import Language, Urgency

README = Path(corpus.__file__).parent / "starter" / "README.md"
SENTENCES_MIN = 2_500
OF_A_CATEGORY_MIN = 60  # in each language
OF_AN_URGENCY_MIN = {Urgency.CRITICAL: 120, Urgency.HIGH: 200}  # in each language
OPENINGS_MIN = 1_500
OPENING_WORDS, OPENING_CHARACTERS = 3, 4
ALIKE = 0.8  # cosine of character n-grams
ALIKE_SHARE_MAX = 0.02


def opening(example: Example) -> str:
    if example.language is Language.ZH:
        return example.text[:OPENING_CHARACTERS]
    return " ".join(example.text.lower().split()[:OPENING_WORDS])


def alike(texts: list[str], n_grams: tuple[int, int]) -> int:
    """How many texts are nearly the same as one before them."""
    matrix = TfidfVectorizer(analyzer="char", ngram_range=n_grams, sublinear_tf=True).fit_transform(texts)
    pairs = (matrix @ matrix.T).tocoo()
    near = (pairs.data > ALIKE) & (pairs.row < pairs.col)
    return len(set(pairs.col[near].tolist()))


def test_there_are_enough_sentences_of_each_kind() -> None:
    examples = starter_examples()
    assert len(examples) >= SENTENCES_MIN
    categories = Counter((one.category, one.language) for one in examples)
    urgencies = Counter((one.urgency, one.language) for one in examples)
    for language in Language:
        assert {name for name in starter_taxonomy() if categories[name, language] < OF_A_CATEGORY_MIN} == set()
        assert {name for name, least in OF_AN_URGENCY_MIN.items() if urgencies[name, language] < least} == set()


@pytest.mark.parametrize(("language", "n_grams"), [(Language.ZH, (1, 3)), (Language.EN, (2, 4))])
def test_hardly_two_sentences_are_alike(language: Language, n_grams: tuple[int, int]) -> None:
    texts = [one.text.lower() for one in starter_examples() if one.language is language]
    assert alike(texts, n_grams) <= ALIKE_SHARE_MAX * len(texts)


def test_they_open_in_many_ways() -> None:
    assert len({(one.language, opening(one)) for one in starter_examples()}) >= OPENINGS_MIN


def test_the_readme_counts_them_right() -> None:
    counts = Counter((one.category, one.language) for one in starter_examples())
    lines = README.read_text(encoding="utf-8").splitlines()
    said = [line.strip("| ").split(" | ") for line in lines if line.startswith("| `")]
    told = {cells[0].strip("`"): (int(cells[-2]), int(cells[-1])) for cells in said}
    assert told == {name: (counts[name, Language.ZH], counts[name, Language.EN]) for name in starter_taxonomy()}
