"""The small parts that pages are made of."""

import re
from pathlib import Path

import pytest

from services.tracker.api.console.entry import own_path
from services.tracker.console.highlight import MARKED_MAX, highlight
from services.tracker.console.texts import read_texts

CONSOLE = Path(__file__).resolve().parents[2] / "services" / "tracker"
SAID = re.compile(r"""\bsay\(\s*f?["']([a-z_0-9]+\.[a-z_0-9]*)["']""")
BEGUN = re.compile(r"""\bsay\(\s*f?["']([a-z_]+\.[a-z_0-9]*)(?:["']\s*[~+]|\{)""")


def marked(text: str, *terms: tuple[str, float]) -> list[str]:
    return [
        piece.text
        for piece in highlight(text, [{"term": term, "weight": weight} for term, weight in terms])
        if piece.share
    ]


def test_a_word_is_marked_where_it_stands_by_itself() -> None:
    assert marked("The heater heats the theatre. HEATER!", ("heater", 2.0), ("heat", 1.0)) == ["heater", "HEATER"]


def test_chinese_words_are_marked_within_a_sentence_and_the_heavier_one_wins() -> None:
    pieces = highlight("一开热水器就跳闸", [{"term": "跳闸", "weight": 2.0}, {"term": "闸", "weight": 1.0}])
    assert [(piece.text, piece.share) for piece in pieces] == [("一开热水器就", 0.0), ("跳闸", 1.0)]


def test_the_pieces_are_the_whole_text_whatever_it_holds() -> None:
    for text in ("", "İstanbul ist kalt", "a" * 50, "<script>跳闸</script>"):
        assert "".join(piece.text for piece in highlight(text, [{"term": "跳闸", "weight": 1.0}])) == text


def test_only_the_heaviest_words_are_marked() -> None:
    words = [chr(ord("a") + at) for at in range(20)]
    found = marked(" ".join(words), *((word, float(at)) for at, word in enumerate(words, start=1)))
    assert found == words[-MARKED_MAX:]


@pytest.mark.parametrize(
    "there",
    [
        "//evil.test",
        "///console/x",
        "http://[/console/",
        "https://evil.test/console/",
        "/console/../v1/me\n",
        "\\\\evil.test",
        "/console//evil.test",
        "javascript:x",
        "",
    ],
)
def test_nobody_is_led_out_of_the_console(there: str) -> None:
    assert own_path(there) == "/console/inbox"


def test_whoever_was_asked_to_sign_in_goes_on_where_they_wanted_to() -> None:
    assert own_path("/console/inbox?state=new&state=open") == "/console/inbox?state=new&state=open"


def test_every_text_that_a_page_names_is_there() -> None:
    texts = read_texts()
    paths = [
        path for kind in ("html", "py") for path in CONSOLE.rglob(f"console/**/*.{kind}") if path.name != "texts.py"
    ]
    sources = {path: path.read_text(encoding="utf-8") for path in paths}
    whole = {(path.name, name) for path, source in sources.items() for name in SAID.findall(source)}
    begun = {(path.name, name) for path, source in sources.items() for name in BEGUN.findall(source)}
    assert len(whole) > 100
    assert [one for one in whole - begun if one[1] not in texts] == []
    assert [one for one in begun if not any(name.startswith(one[1]) for name in texts)] == []
