"""Makes a service's web application: the same health doors, errors and limits everywhere."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from fastapi import APIRouter, FastAPI
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp

from shared.web.description import describe_models
from shared.web.last_resort import LastResort
from shared.web.limits import BodyLimit
from shared.web.problems import MEDIA_TYPE, Problem, field_errors, problem_response
from shared.web.rates import RateHeaders
from shared.web.telemetry import telemetry
from shared.web.tracing import Traced

Check = Callable[[], Awaitable[bool]]
_Middleware = Callable[[ASGIApp], ASGIApp]
_CODES_BY_STATUS = {
    400: "bad_request",
    401: "unauthorized",
    404: "not_found",
    405: "method_not_allowed",
    413: "too_large",
}


def create_app(  # noqa: PLR0913 - an application has this many parts; all but the first two go by name
    title: str,
    routers: Sequence[APIRouter],
    *,
    state: Mapping[str, object],
    running: AbstractAsyncContextManager[None],
    is_ready: Check,
    described: Sequence[type[BaseModel]] = (),
    around: Sequence[_Middleware] = (),
) -> FastAPI:
    """An application with the service's routers. Doors find `state`; `running` lasts as long as the process serves."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with running:
            yield

    app = FastAPI(
        title=f"Huiyin {title}",
        version="1",
        lifespan=lifespan,
        telemetry=telemetry(),
        docs_url=None,
        redoc_url=None,
        generate_unique_id_function=lambda route: route.name,
        responses={status: {"content": {MEDIA_TYPE: {}}, "description": "Problem"} for status in ("4XX", "5XX")},
    )
    for name, part in state.items():
        setattr(app.state, name, part)
    for router in routers:
        app.include_router(router)
    app.include_router(_health(is_ready))
    describe_models(app, described)
    layers: Sequence[_Middleware] = (LastResort, BodyLimit, RateHeaders, *around, Traced)
    for middleware in layers:  # From the inside out.
        app.add_middleware(middleware)
    _speak_problems(app)
    return app


def _health(is_ready: Check) -> APIRouter:
    router = APIRouter(tags=["health"])

    @router.get("/healthz")
    async def healthz() -> dict[str, str]:
        """Whether the process lives. Reads nothing."""
        return {"status": "ok"}

    @router.get("/readyz")
    async def readyz() -> JSONResponse:
        """Whether the service can do its work now."""
        if not await is_ready():
            raise Problem("unavailable", 503)
        return JSONResponse({"status": "ready"})

    return router


def _speak_problems(app: FastAPI) -> None:
    @app.exception_handler(Problem)
    async def on_problem(request: Request, error: Problem) -> Response:
        return problem_response(error, request)

    @app.exception_handler(RequestValidationError)
    async def on_invalid(request: Request, error: RequestValidationError) -> Response:
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
