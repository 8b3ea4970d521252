"""Errors as the caller sees them: RFC 9457 problem details, in Chinese or English, each with a remedy.

Problem                      an expected refusal, with its status and stable code
├── raised by doors and use cases (`Problem("unknown_case", 404)`)
├── made from a validation error, one entry for each field
└── made from an error of the house: 503 when it will pass, 500 when it will not
"""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from shared.web.field_texts import FIELD_RULE_OTHER, FIELD_RULES
from shared.web.problem_texts import PROBLEMS
from shared.web.said import Said

MEDIA_TYPE = "application/problem+json"
FIELD_ERRORS_MAX = 50
RETRY_AFTER_S = 2
_PASSING = (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE)
_IN_FLIGHT = "in_flight"


@dataclass(frozen=True)
class FieldError:
    """One rule that one field broke. `about` fills the sentence's gaps, such as the limit."""

    pointer: str
    code: str
    about: Mapping[str, object] = field(default_factory=dict)


class Problem(Exception):  # noqa: N818 - the standard's own word
    """A refusal that the caller can understand and mend."""

    def __init__(
        self,
        code: str,
        status: int,
        *,
        errors: Iterable[FieldError] = (),
        about: Mapping[str, object] | None = None,
        extra: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(code)
        self.code = code
        self.status = status
        self.errors = tuple(errors)[:FIELD_ERRORS_MAX]
        self.about = about or {}
        self.extra = extra or {}

    def document(self, language: str) -> dict[str, Any]:
        """The problem's members in one language (`zh` or `en`)."""
        said = PROBLEMS[self.code]
        document: dict[str, Any] = {
            "type": f"urn:huiyin:problem:{self.code}",
            "title": said.message(language, self.about),
            "status": self.status,
            "code": self.code,
            "detail": said.remedy(language, self.about),
        }
        if self.errors:
            document["errors"] = [_field_document(error, language) for error in self.errors]
        return {**document, **self.extra}


def _field_document(error: FieldError, language: str) -> dict[str, str]:
    said: Said = FIELD_RULES.get(error.code, FIELD_RULE_OTHER)
    return {
        "pointer": error.pointer,
        "code": error.code,
        "message": said.message(language, error.about),
        "remedy": said.remedy(language, error.about),
    }


def problem_response(problem: Problem, request: Request) -> Response:
    """The problem as an HTTP answer in the caller's language."""
    headers = {"Vary": "Accept-Language"}
    if problem.status in _PASSING or problem.code == _IN_FLIGHT:
        headers["Retry-After"] = str(problem.about.get("retry_after_s", RETRY_AFTER_S))
    if problem.status == HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = "Bearer"
    # A name with a broken character in it must still be reportable.
    body = json.dumps(problem.document(language_of(request)), ensure_ascii=False).encode(errors="replace")
    return Response(body, problem.status, headers, media_type=MEDIA_TYPE)


def language_of(request: Request) -> str:
    """`zh` when the caller prefers it to English, else `en`."""
    accepted = request.headers.get("accept-language", "").lower()
    chinese, english = (_weight(accepted, language) for language in ("zh", "en"))
    return "zh" if chinese > english else "en"


def _weight(accepted: str, language: str) -> float:
    weights = [
        float(match.group(1) or 1)
        for match in re.finditer(rf"(?:^|,)\s*{language}(?:-[a-z0-9-]+)?\s*(?:;\s*q=([01](?:\.\d{{1,3}})?))?", accepted)
    ]
    return max(weights, default=0.0)


# pydantic's names for broken rules, by our stable codes; the rest is reported as `invalid`.
_CODES = {
    "missing": "required",
    "string_too_long": "too_long",
    "string_too_short": "too_short",
    "string_unicode": "broken_unicode",
    "string_type": "not_text",
    "string_pattern_mismatch": "bad_characters",
    "int_type": "not_a_number",
    "int_parsing": "not_a_number",
    "float_type": "not_a_number",
    "float_parsing": "not_a_number",
    "finite_number": "not_a_number",
    "bool_type": "not_true_or_false",
    "bool_parsing": "not_true_or_false",
    "list_type": "not_a_list",
    "dict_type": "not_an_object",
    "model_type": "not_an_object",
    "model_attributes_type": "not_an_object",
    "extra_forbidden": "unknown_field",
    "enum": "not_one_of",
    "literal_error": "not_one_of",
    "uuid_parsing": "not_a_uuid",
    "uuid_type": "not_a_uuid",
    "uuid_version": "not_a_uuid",
    "datetime_type": "not_a_time",
    "datetime_parsing": "not_a_time",
    "datetime_from_date_parsing": "not_a_time",
    "datetime_object_invalid": "not_a_time",
    "date_type": "not_a_date",
    "date_parsing": "not_a_date",
    "date_from_datetime_parsing": "not_a_date",
    "date_from_datetime_inexact": "not_a_date",
    "int_from_float": "not_whole",
    "timezone_aware": "time_without_zone",
    "greater_than": "too_small",
    "greater_than_equal": "too_small",
    "less_than": "too_large",
    "less_than_equal": "too_large",
    "json_invalid": "not_json",
    "json_type": "not_json",
}


_CODES_OF_LISTS = {"too_long": "too_many", "too_short": "too_few"}
# pydantic puts this after a name that is itself at fault.
_NAME_ITSELF = "[key]"


def field_errors(errors: Iterable[Mapping[str, Any]], *, inside: tuple[str | int, ...] = ()) -> list[FieldError]:
    """pydantic's errors as ours. `inside` is put in front of each place; FastAPI's own first part is dropped."""
    return [
        FieldError(
            pointer=pointer((*inside, *(part for part in error["loc"] if part != _NAME_ITSELF))),
            code=_code(error),
            about={key: value for key, value in error.get("ctx", {}).items() if key != "error"},
        )
        for error in errors
    ]


def _code(error: Mapping[str, Any]) -> str:
    said = str(error["type"])
    if error.get("ctx", {}).get("field_type") == "List":  # pydantic says too long of texts and of lists.
        return _CODES_OF_LISTS.get(said, "invalid")
    return said if said in FIELD_RULES else _CODES.get(said, "invalid")


def pointer(place: tuple[str | int, ...]) -> str:
    """A JSON pointer (RFC 6901) into the body, or the name of a path, query or header part."""
    return "".join(f"/{str(part).replace('~', '~0').replace('/', '~1')}"[:200] for part in place)
