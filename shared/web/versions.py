"""ETag, If-Match and If-None-Match (RFC 9110): who changes a thing says which version of it they saw.

A tag is `"<version>-<language>"`: strong, so it also tells the languages of one version apart. `*` means whichever
version there is.
"""

import re
from collections.abc import Mapping
from typing import Annotated, Any, TypeVar

from fastapi import Depends, Header, Request, Response
from pydantic import BaseModel, Field

from shared.versions import Expected, StaleVersionError
from shared.web.problems import FieldError, Problem, language_of

ANY = "*"
_IF_MATCH = "If-Match"
_LENGTH_MAX = 1_000
_TAGS = re.compile(r'\s*(?:W/)?"[!#-~\x80-\xff]*"\s*(?:,\s*(?:W/)?"[!#-~\x80-\xff]*"\s*)*')
_TAG = re.compile(r'((?:W/)?)"([!#-~\x80-\xff]*)"')
_OURS = re.compile(r"([1-9][0-9]{0,9})-(?:en|zh)")


class Versioned(BaseModel):
    """Something that people change: its version is also its ETag."""

    version: int = Field(description="grows with every change; the ETag names it")


Seen = TypeVar("Seen", bound=Versioned)


class NotModifiedError(Exception):
    """The caller has this very representation already."""

    def __init__(self, tag: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(tag)
        self.response = Response(status_code=304, headers=headers or {"ETag": tag, "Vary": "Accept-Language"})


def set_version(request: Request, response: Response, seen: Versioned) -> None:
    """Names the version on the answer."""
    response.headers["ETag"] = _tag_of(request, seen)
    response.headers["Vary"] = "Accept-Language"


def _tag_of(request: Request, seen: Versioned) -> str:
    return f'"{seen.version}-{language_of(request)}"'


def is_named(asked: str | None, tag: str) -> bool:
    """Whether an If-None-Match names this tag; for a reader, a weak one is as good (RFC 9110, 13.1.2)."""
    return asked is not None and (asked.strip() == ANY or tag in [f'"{value}"' for _, value in _TAG.findall(asked)])


class Freshness:
    """Answers a reader: with the thing, or with the news that there is none."""

    def __init__(self, request: Request, response: Response, asked: str | None) -> None:
        self._request = request
        self._response = response
        self._asked = asked

    def answer(self, seen: Seen) -> Seen:
        """The thing with its ETag; NotModifiedError when the caller has it."""
        set_version(self._request, self._response, seen)
        tag = self._response.headers["ETag"]
        if is_named(self._asked, tag):
            raise NotModifiedError(tag)
        return seen


async def _freshness(
    request: Request,
    response: Response,
    if_none_match: Annotated[
        str | None, Header(alias="If-None-Match", description="The ETag that the caller has.")
    ] = None,
) -> Freshness:
    return Freshness(request, response, if_none_match)


async def _expected(
    request: Request,
    if_match: Annotated[
        str,
        Header(
            alias=_IF_MATCH,
            max_length=_LENGTH_MAX,
            description="The ETag that this change builds on, or `*`. Without it: 428.",
        ),
    ],
) -> Expected:
    _ = if_match  # It is here for the API description; a list may come in several lines, which are read below.
    asked = ", ".join(request.headers.getlist(_IF_MATCH))
    if asked.strip() == ANY:
        return Expected(None)
    if not _TAGS.fullmatch(asked):
        raise Problem("invalid", 422, errors=[FieldError(f"/header/{_IF_MATCH}", "not_a_tag")])
    # A weak tag never matches where bytes must be the same (RFC 9110, 8.8.3.2).
    strong = [value for weak, value in _TAG.findall(asked) if not weak]
    return Expected(frozenset(int(ours[1]) for value in strong if (ours := _OURS.fullmatch(value))))


def names_no_version(error: Mapping[str, Any]) -> bool:
    """Whether this validation error is a missing If-Match, which has a status of its own."""
    return error["type"] == "missing" and tuple(error["loc"]) == ("header", _IF_MATCH)


def stale(error: StaleVersionError, request: Request) -> Problem:
    """The refusal of a change that builds on an old version."""
    tag = f'"{error.version}-{language_of(request)}"'
    return Problem("version_changed", 412, extra={"etag": tag})


Fresh = Annotated[Freshness, Depends(_freshness)]
IfMatch = Annotated[Expected, Depends(_expected)]
