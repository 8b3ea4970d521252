"""The one text type of all doors: composed (NFC), without NUL, without halves of characters."""

import unicodedata
from typing import Annotated

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

NAME_LENGTH_MAX = 200
TEXT_LENGTH_MAX = 100_000  # More than any field takes: refused before it costs anything.
MARKS_ON_A_LETTER_MAX = 30


def _clean(text: str) -> str:
    if len(text) > TEXT_LENGTH_MAX:
        raise PydanticCustomError("too_long", "too long for any field", {"max_length": TEXT_LENGTH_MAX})
    if "\0" in text:
        raise PydanticCustomError("nul", "NUL character")
    try:
        text.encode()
    except UnicodeEncodeError:
        raise PydanticCustomError("broken_unicode", "half of a surrogate pair") from None
    if not text.isascii():
        _refuse_towers(text)
    return unicodedata.normalize("NFC", text)


def _refuse_towers(text: str) -> None:
    """Composing sorts the marks on one letter, which takes the square of their number."""
    marks = 0
    for character in text:
        marks = marks + 1 if unicodedata.combining(character) else 0
        if marks > MARKS_ON_A_LETTER_MAX:
            raise PydanticCustomError("too_many_marks", "too many marks on a letter", {"max": MARKS_ON_A_LETTER_MAX})


def _visible(text: str) -> str:
    if not text.strip():
        raise PydanticCustomError("empty", "no visible character")
    return text


def _one_line(text: str) -> str:
    """A line break becomes a space, any other control a mark: no feedback is lost for what slipped in."""
    if text.isprintable():
        return text
    return "".join(_printed(character) for character in text)


def _printed(character: str) -> str:
    if unicodedata.category(character) != "Cc":
        return character
    return " " if character.isspace() else "\ufffd"


# The patterns stand in the JSON schema as well, so that a caller's validator agrees with ours.
_WHOLE, _FILLED = r"^[^\u0000]*$", r"^[^\u0000]*[^\s\u0000][^\u0000]*$"
Text = Annotated[str, AfterValidator(_clean), Field(json_schema_extra={"pattern": _WHOLE})]
FilledText = Annotated[
    str, AfterValidator(_clean), AfterValidator(_visible), Field(json_schema_extra={"pattern": _FILLED, "minLength": 1})
]
# A name is shown in lists, mails and terminals, where a line break makes another line and an escape does worse.
OneLine = Annotated[FilledText, AfterValidator(_one_line)]
Name = Annotated[OneLine, Field(max_length=NAME_LENGTH_MAX)]
