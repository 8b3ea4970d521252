"""Reads a JSON body so that whatever is wrong with it can be named, in a time that its length bounds."""

import json
from collections import Counter
from typing import Any, NoReturn

from starlette.requests import Request

from shared.web.limits import too_large
from shared.web.problems import FieldError, Problem

# No door wants more than five. What lies near the interpreter's own limit is read here and breaks further in.
DEPTH_MAX = 32
# A full batch holds about 6,000. Each costs a hundred times what a character does.
CONTAINERS_MAX = 20_000
CONTENT_TYPE_LENGTH_MAX = 200
NAME_LENGTH_SHOWN_MAX = 100

_JSON_TYPES = ("application/json", "text/json")
_CHARSETS = ("utf-8", "utf8", "us-ascii")
_NO_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))


class _NameTwiceError(ValueError):
    """An object with one name twice: readers differ in which value counts, so neither may."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name[:NAME_LENGTH_SHOWN_MAX]


async def read_body(request: Request, bytes_max: int) -> bytes:
    """The body's bytes, once. Raises 413 as soon as there are too many, before they are kept."""
    declared = request.headers.get("content-length", "")
    if declared.isdecimal() and int(declared[:20]) > bytes_max:
        raise too_large(bytes_max)
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > bytes_max:
            raise too_large(bytes_max)
    return bytes(body)


async def read_json(request: Request, bytes_max: int) -> Any:  # noqa: ANN401 - any JSON value
    """The body's value, read once."""
    return json_of(request, await read_body(request, bytes_max))


def json_of(request: Request, body: bytes) -> Any:  # noqa: ANN401 - any JSON value
    """A body's value. Broken characters inside texts are let through, so that their field can be named."""
    _check_type(request.headers.get("content-type", "application/json"))
    _check_shape(body)
    try:
        return _READER.decode(body.decode())
    except _NameTwiceError as error:
        raise _refused(FieldError("", "duplicate_name", {"name": error.name})) from None
    except ValueError:
        raise _refused(FieldError("", "not_json")) from None


def _check_type(declared: str) -> None:
    """JSON is UTF-8 (RFC 8259, 8.1); who declares another encoding would be misread.

    Read by hand: the standard library takes seconds for a long list of parameters.
    """
    if declared == _JSON_TYPES[0]:
        return
    kind, *parameters = declared[: CONTENT_TYPE_LENGTH_MAX + 1].lower().split(";")
    is_json = kind.strip() in _JSON_TYPES or kind.strip().endswith("+json")
    named = (parameter.partition("=") for parameter in parameters)
    charsets = [value.strip().strip('"') for name, _, value in named if name.strip() == "charset"]
    if len(declared) > CONTENT_TYPE_LENGTH_MAX or not is_json or not set(charsets) <= set(_CHARSETS):
        raise Problem("unsupported_type", 415)


def _check_shape(body: bytes) -> None:
    """Counts what opens and how deep, before anything is built of it."""
    if body.count(b"[") + body.count(b"{") <= DEPTH_MAX:
        return
    no_escapes = body.replace(b"\\\\", b"").replace(b'\\"', b"")
    skeleton = b"".join(no_escapes.split(b'"')[::2]).translate(None, _NO_BRACKETS)
    depth = 0
    for bracket in skeleton[: 2 * CONTAINERS_MAX]:
        depth += 1 if bracket in b"[{" else -1
        if depth > DEPTH_MAX:
            raise _refused(FieldError("", "too_deep"))
    if skeleton.count(b"[") + skeleton.count(b"{") > CONTAINERS_MAX:
        raise _refused(FieldError("", "too_many", {"max_length": CONTAINERS_MAX}))


def _refused(error: FieldError) -> Problem:
    return Problem("not_json", 400, errors=[error])


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(name)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        raise _NameTwiceError(Counter(name for name, _ in pairs).most_common(1)[0][0])
    return made


_READER = json.JSONDecoder(parse_constant=_refuse_constant, object_pairs_hook=_object)
