"""The one text type: composed, bounded, and quick to refuse what would cost much."""

import pytest
from pydantic import TypeAdapter, ValidationError

from shared.contracts.text import MARKS_ON_A_LETTER_MAX, TEXT_LENGTH_MAX, FilledText, Name

TEXT: TypeAdapter[str] = TypeAdapter(FilledText)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("a\0b", "nul"),
        ("a\ud800", "broken_unicode"),
        (" \n\t", "empty"),
        ("a" + "\u0300\u0316" * MARKS_ON_A_LETTER_MAX, "too_many_marks"),
        ("x" * (TEXT_LENGTH_MAX + 1), "too_long"),
    ],
)
def test_what_is_no_text_is_refused_by_name(text: str, kind: str) -> None:
    with pytest.raises(ValidationError) as refused:
        TEXT.validate_python(text)
    assert refused.value.errors()[0]["type"] == kind


def test_text_is_composed_and_else_left_alone() -> None:
    assert TEXT.validate_python("Cafe\u0301 热水器 👩‍🔧 İ") == "Café 热水器 👩‍🔧 İ"


@pytest.mark.parametrize(
    ("said", "kept"), [("a\nb\tc", "a b c"), ("red \x1b[31m", "red \ufffd[31m"), ("a\x9bb", "a\ufffdb")]
)
def test_a_name_is_one_printed_line_and_nothing_is_refused_for_what_slipped_in(said: str, kept: str) -> None:
    assert TypeAdapter(Name).validate_python(said) == kept
