"""The router of every door: it takes nothing that it does not know.

Query parameters must exist and come once, JSON must be free of doubt. Doors get this without asking for it.
"""

from collections import Counter
from collections.abc import Callable, Coroutine, Iterator
from typing import Any, get_args, get_origin

from fastapi import APIRouter, Request, Response
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from pydantic import BaseModel
from starlette.types import Message

from shared.web.doors import let_in, signed_in
from shared.web.json_body import json_of, read_body
from shared.web.limits import DOOR_BODY_BYTES_MAX, OPEN_BODY_BYTES_MAX
from shared.web.problems import FieldError, Problem, pointer
from shared.web.retirement import note_retirement

Handler = Callable[[Request], Coroutine[Any, Any, Response]]


class Router(APIRouter):
    """FastAPI's router, with strict routes. `create_app` takes no other."""

    def __init__(self, *, prefix: str = "", tags: list[str]) -> None:
        super().__init__(prefix=prefix, tags=[*tags], route_class=StrictRoute)


class StrictRoute(APIRoute):
    """A route that refuses what the API description does not name."""

    def get_route_handler(self) -> Handler:
        """FastAPI's handler behind the checks."""
        handle = super().get_route_handler()
        known = dict(_query_parameters(self.dependant))
        model = self.body_field.field_info.annotation if self.body_field else None
        wants_somebody = _wants_somebody(self.dependant)
        bytes_max = DOOR_BODY_BYTES_MAX if wants_somebody else OPEN_BODY_BYTES_MAX
        may_be_empty = "POST" in (self.methods or ()) and _needs_nothing(model)

        async def strict(request: Request) -> Response:
            note_retirement(request.scope, self.openapi_extra or {})
            _check_query(request, known)
            if self.body_field is not None:
                if wants_somebody:
                    await let_in(request)
                body = await read_body(request, bytes_max)
                is_left_out = may_be_empty and not body
                request = _Read(request, body or b"{}", {} if is_left_out else json_of(request, body))
            return await handle(request)

        return strict


class _Read(Request):
    """A request whose body was read and understood."""

    def __init__(self, request: Request, body: bytes, value: Any) -> None:  # noqa: ANN401 - any JSON value
        async def again() -> Message:
            return {"type": "http.request", "body": body, "more_body": False}

        # The framework takes for JSON only what is declared so; here it was read, declared or not.
        others = [(name, sent) for name, sent in request.scope["headers"] if name != b"content-type"]
        headers = [*others, (b"content-type", b"application/json")]
        super().__init__({**request.scope, "headers": headers}, again)
        self._value = value

    async def json(self) -> Any:  # noqa: ANN401 - any JSON value
        return self._value


def _needs_nothing(model: object) -> bool:
    """Whether a body may be left out: an object without a field that must be there."""
    if not (isinstance(model, type) and issubclass(model, BaseModel)):
        return False
    return not any(field.is_required() for field in model.model_fields.values())


def _wants_somebody(dependant: Dependant) -> bool:
    return dependant.call is signed_in or any(_wants_somebody(inner) for inner in dependant.dependencies)


def _query_parameters(dependant: Dependant) -> Iterator[tuple[str, bool]]:
    """Every query parameter of a door, and whether it may be given more than once."""
    for field in dependant.query_params:
        kind = field.field_info.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            yield from ((info.alias or name, _is_list(info.annotation)) for name, info in kind.model_fields.items())
        else:
            yield field.alias, _is_list(kind)
    for dependency in dependant.dependencies:
        yield from _query_parameters(dependency)


def _is_list(kind: object) -> bool:
    return get_origin(kind) is list or any(_is_list(part) for part in get_args(kind))


def _check_query(request: Request, known: dict[str, bool]) -> None:
    sent = Counter(name for name, _ in request.query_params.multi_items())
    errors = [FieldError(pointer(("query", name)), "unknown_parameter") for name in sent if name not in known]
    errors += [
        FieldError(pointer(("query", name)), "sent_twice")
        for name, times in sent.items()
        if times > 1 and not known.get(name, True)
    ]
    given = request.query_params.multi_items()
    errors += [FieldError(pointer(("query", name)), "nul") for name, value in given if "\0" in value]
    if errors:
        raise Problem("invalid", 422, errors=errors)
