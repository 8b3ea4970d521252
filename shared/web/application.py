"""Makes a service's web application: the same health doors, errors and limits everywhere."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from functools import partial
from typing import Any, Literal

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp

from shared.access.credentials import SuspendedError
from shared.versions import StaleVersionError
from shared.web.description import describe
from shared.web.headers import StrictHeaders
from shared.web.idempotency import AnsweredBeforeError
from shared.web.last_resort import LastResort
from shared.web.limits import BodyLimit
from shared.web.problems import Problem, field_errors, problem_response
from shared.web.rates import RateHeaders
from shared.web.reference import pages as reference
from shared.web.routing import Router
from shared.web.telemetry import telemetry
from shared.web.tracing import Traced
from shared.web.versions import NotModifiedError, names_no_version, stale

# What the doors of a tag are for; every tag of a router stands here.
TAGS = {
    "actions": "What is done about a problem, step by step.",
    "addresses": "Contact data, for a service that is about to send.",
    "attachments": "Files that customers add to what they say.",
    "audit": "Who did what to what, and proof that it was not changed.",
    "cases": "What customers said, for the people who work on it.",
    "console": "Pages for people, in no API description.",
    "customers": "People in the clear, for the few who may know.",
    "dead-letters": "Facts that could not have their effect, for a person to look at and try again.",
    "duplicates": "What was told again, and which time was the first.",
    "erasure": "Forgetting a person, or one feedback, everywhere.",
    "feedback": "The way in for every channel.",
    "figures": "How much there is of everything.",
    "health": "Whether the service lives and can work.",
    "imports": "Whole files on their way in, followed row by row.",
    "keys": "Keys for a tenant's servers and apps.",
    "mailboxes": "Which mailboxes are read, and how that goes.",
    "members": "The people of a company, and what they may.",
    "metrics": "Durations and what waits, for Prometheus.",
    "notices": "Who was told what, and what became of it.",
    "products": "What is sold, and how much of it is in service.",
    "problems": "What many customers suffer from alike.",
    "quarantine": "What looked like spam, for a person to look at.",
    "receipts": "What anybody who holds a receipt may see.",
    "self-checks": "What the service finds when it looks at itself.",
    "sign-in": "How people come in, and where they are signed in.",
    "tenants": "Companies that share an instance and see nothing of each other.",
    "verdicts": "What the classifier says of a feedback.",
}
Check = Callable[[], Awaitable[bool]]
_Middleware = Callable[[ASGIApp], ASGIApp]
_CODES_BY_STATUS = {
    400: "bad_request",
    401: "unauthorized",
    404: "not_found",
    405: "method_not_allowed",
    413: "too_large",
}


class HealthOut(BaseModel):
    """How the service does."""

    status: Literal["ok", "ready"]


def create_app(  # noqa: PLR0913 - an application has this many parts; all but the first two go by name
    title: str,
    routers: Sequence[Router],
    *,
    state: Mapping[str, object],
    running: AbstractAsyncContextManager[None],
    is_ready: Check,
    described: Sequence[type[BaseModel]] = (),
    around: Sequence[_Middleware] = (),
    larger_bodies: Mapping[str, int] | None = None,  # Below which paths, and how many bytes.
    inside: Sequence[_Middleware] = (),
) -> FastAPI:
    """An application with the service's routers. Doors find `state`; `running` lasts as long as the process serves.

    `around` and `inside` are the service's own layers, on either side of those that every service has.
    """
    app = FastAPI(
        title=f"Huiyin {title}",
        version="1",
        lifespan=_lasting(running),
        telemetry=telemetry(),
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,  # The redirect would name whatever host the caller names.
        openapi_url=None,  # Served by `reference`, as strictly as the rest.
        generate_unique_id_function=lambda route: route.name,
        responses={"4XX": {}},  # Described later; without it, FastAPI would describe refusals of its own.
    )
    for name, part in state.items():
        setattr(app.state, name, part)
    for router in (*routers, _health(is_ready), reference.router):
        app.include_router(router)
    describe(app, described, TAGS)
    for middleware in (*inside, *_layers(around, larger_bodies or {})):
        app.add_middleware(middleware)
    _speak_problems(app)
    return app


def _layers(around: Sequence[_Middleware], larger_bodies: Mapping[str, int]) -> list[_Middleware]:
    """What lies around the doors, from the inside out."""
    return [LastResort, partial(BodyLimit, larger=larger_bodies), RateHeaders, *around, Traced, StrictHeaders]


def _lasting(running: AbstractAsyncContextManager[None]) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with running:
            yield

    return lifespan


def describe_doors(title: str, routers: Sequence[Router], described: Sequence[type[BaseModel]] = ()) -> dict[str, Any]:
    """A service's API description, without a service: nothing is opened and no setting is read."""

    async def never() -> bool:
        return False

    app = create_app(title, routers, state={}, running=nullcontext(), is_ready=never, described=described)
    document: dict[str, Any] = app.openapi()
    return document


def _health(is_ready: Check) -> Router:
    router = Router(tags=["health"])

    @router.get("/healthz")
    async def healthz() -> HealthOut:
        """Whether the process lives. Reads nothing."""
        return HealthOut(status="ok")

    @router.get("/readyz")
    async def readyz() -> HealthOut:
        """Whether the service can do its work now."""
        if not await is_ready():
            raise Problem("unavailable", 503)
        return HealthOut(status="ready")

    return router


def _speak_problems(app: FastAPI) -> None:
    @app.exception_handler(Problem)
    async def on_problem(request: Request, error: Problem) -> Response:
        return problem_response(error, request)

    @app.exception_handler(StaleVersionError)
    async def on_stale(request: Request, error: StaleVersionError) -> Response:
        return problem_response(stale(error, request), request)

    @app.exception_handler(AnsweredBeforeError)
    @app.exception_handler(NotModifiedError)
    async def on_known(_: Request, known: AnsweredBeforeError | NotModifiedError) -> Response:
        return known.response

    @app.exception_handler(SuspendedError)
    async def on_suspended(request: Request, _: SuspendedError) -> Response:
        return problem_response(Problem("tenant_suspended", 403), request)

    @app.exception_handler(RequestValidationError)
    async def on_invalid(request: Request, error: RequestValidationError) -> Response:
        if any(names_no_version(entry) for entry in error.errors()):
            return problem_response(Problem("version_required", 428), request)
        errors = [{**entry, "loc": _without_body(entry["loc"])} for entry in error.errors()]
        return problem_response(Problem("invalid", 422, errors=field_errors(errors)), request)

    @app.exception_handler(HTTPException)
    async def on_http(request: Request, error: HTTPException) -> Response:
        code = _CODES_BY_STATUS.get(error.status_code, "bad_request")
        response = problem_response(Problem(code, error.status_code), request)
        response.headers.update(error.headers or {})
        return response


def _without_body(place: tuple[str | int, ...]) -> tuple[str | int, ...]:
    return place[1:] if place[:1] == ("body",) else place
