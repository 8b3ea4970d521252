"""The one text type of all doors: composed (NFC), without NUL, without halves of characters."""

import unicodedata
from typing import Annotated

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

NAME_LENGTH_MAX = 200


def _clean(text: str) -> str:
    if "\0" in text:
        raise PydanticCustomError("nul", "NUL character")
    try:
        text.encode()
    except UnicodeEncodeError:
        raise PydanticCustomError("broken_unicode", "half of a surrogate pair") from None
    return unicodedata.normalize("NFC", text)


def _visible(text: str) -> str:
    if not text.strip():
        raise PydanticCustomError("empty", "no visible character")
    return text


# The pattern stands in the JSON schema as well, so that a caller's validator agrees with ours.
Text = Annotated[str, AfterValidator(_clean), Field(json_schema_extra={"pattern": r"^[^\u0000]*$"})]
FilledText = Annotated[Text, AfterValidator(_visible)]
Name = Annotated[FilledText, Field(max_length=NAME_LENGTH_MAX)]
