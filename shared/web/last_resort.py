"""Turns an error that nobody expected into a problem document, and logs its kind but never its words."""

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.database import is_transient
from shared.logs import get_log
from shared.web.problems import Problem, problem_response

GONE_STATUS = 499  # As nginx counts who did not wait for the answer; sent to nobody.
_log = get_log("web")


class LastResort:
    """Pure ASGI. An error's message may hold a customer's words, so it does not reach the server's own log."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes the request on; answers in its place when it fails before its answer began."""
        has_started = False

        async def watched(message: Message) -> None:
            nonlocal has_started
            has_started = has_started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self._app(scope, receive, watched)
        except Problem:
            raise
        except ClientDisconnect:  # Gone in the middle of a body: nobody's fault, and nobody is there to be told.
            await Response(status_code=GONE_STATUS)(scope, receive, watched)
        except Exception as error:
            if scope["type"] != "http" or has_started:
                raise
            await _answer(error, scope)(scope, receive, send)


def _answer(error: Exception, scope: Scope) -> ASGIApp:
    request = Request(scope)
    if is_transient(error):
        _log.warning("unavailable", error=type(error).__name__)
        return problem_response(Problem("unavailable", 503), request)
    _log.error("fault", method=scope["method"], error=type(error).__name__, where=_where(error))
    return problem_response(Problem("internal", 500), request)


def _where(error: Exception) -> str:
    """The file and line that raised, which hold nobody's data."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace else ""
