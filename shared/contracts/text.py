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
    if any(unicodedata.category(character) == "Cc" for character in text):
        raise PydanticCustomError("bad_characters", "control character")
    return text


# The patterns stand in the JSON schema as well, so that a caller's validator agrees with ours.
_WHOLE, _FILLED = r"^[^\u0000]*$", r"^[^\u0000]*[^\s\u0000][^\u0000]*$"
Text = Annotated[str, AfterValidator(_clean), Field(json_schema_extra={"pattern": _WHOLE})]
FilledText = Annotated[
    str, AfterValidator(_clean), AfterValidator(_visible), Field(json_schema_extra={"pattern": _FILLED, "minLength": 1})
]
# A name is shown in lists, mails and terminals, where a line break makes another line and an escape does worse.
_PRINTED = r"[^\u0000-\u001f\u007f-\u009f]*"
OneLine = Annotated[
    FilledText,
    AfterValidator(_one_line),
    Field(json_schema_extra={"pattern": rf"^{_PRINTED}[^\s\u0000-\u001f\u007f-\u009f]{_PRINTED}$", "minLength": 1}),
]
Name = Annotated[OneLine, Field(max_length=NAME_LENGTH_MAX)]
