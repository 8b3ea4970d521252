"""Reads a JSON body so that whatever is wrong with it can be named."""

import json
from collections import Counter
from email.message import Message
from typing import Any, NoReturn

from starlette.requests import Request

from shared.web.problems import FieldError, Problem

# No door wants more than five. What lies near the interpreter's own limit is read here and breaks further in.
DEPTH_MAX = 32
NAME_LENGTH_SHOWN_MAX = 100

_JSON_TYPES = ("application/json", "text/json")
_CHARSETS = ("utf-8", "utf8", "us-ascii")


class _NameTwiceError(ValueError):
    """An object with one name twice: readers differ in which value counts, so neither may."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name[:NAME_LENGTH_SHOWN_MAX]


async def read_json(request: Request) -> Any:  # noqa: ANN401 - any JSON value
    """The body's value. Broken characters inside texts are let through, so that their field can be named."""
    _check_type(request.headers.get("content-type", "application/json"))
    body = await request.body()
    try:
        value = json.loads(body.decode(), parse_constant=_refuse_constant, object_pairs_hook=_object)
    except RecursionError:
        raise _refused(FieldError("", "too_deep")) from None
    except _NameTwiceError as error:
        raise _refused(FieldError("", "duplicate_name", {"name": error.name})) from None
    except ValueError:
        raise _refused(FieldError("", "not_json")) from None
    if _is_too_deep(value):
        raise _refused(FieldError("", "too_deep"))
    return value


def _check_type(declared: str) -> None:
    """JSON is UTF-8 (RFC 8259, 8.1); who declares another encoding would be misread."""
    message = Message()
    message["content-type"] = declared
    kind, charset = message.get_content_type(), str(message.get_param("charset", "utf-8")).lower()
    if (kind not in _JSON_TYPES and not kind.endswith("+json")) or charset not in _CHARSETS:
        raise Problem("unsupported_type", 415)


def _refused(error: FieldError) -> Problem:
    return Problem("not_json", 400, errors=[error])


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(name)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        raise _NameTwiceError(Counter(name for name, _ in pairs).most_common(1)[0][0])
    return made


def _is_too_deep(value: object) -> bool:
    level = [value]
    for _ in range(DEPTH_MAX):
        level = [inner for outer in level for inner in _inside(outer)]
    return bool(level)


def _inside(value: object) -> list[object]:
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else []
