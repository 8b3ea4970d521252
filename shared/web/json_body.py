"""Reads a JSON body so that whatever is wrong with it can be named."""

import json
from typing import Any, NoReturn

from starlette.requests import Request

from shared.web.problems import FieldError, Problem

_JSON_TYPES = ("application/json", "text/json")


async def read_json(request: Request) -> Any:  # noqa: ANN401 - any JSON value
    """The body's value. Broken characters inside texts are let through, so that their field can be named."""
    declared = request.headers.get("content-type", "application/json").split(";")[0].strip().lower()
    if declared not in _JSON_TYPES and not declared.endswith("+json"):
        raise Problem("unsupported_type", 415)
    body = await request.body()
    try:
        return json.loads(body.decode(), parse_constant=_refuse_constant)
    except RecursionError:
        raise Problem("not_json", 400, errors=[FieldError("", "too_deep")]) from None
    except ValueError:
        raise Problem("not_json", 400, errors=[FieldError("", "not_json")]) from None


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(name)
