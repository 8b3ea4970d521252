"""What a page must never do while it is loaded: ask another host, break its policy, fail in a script, miss a file."""

from collections.abc import Collection
from dataclasses import dataclass, field
from http import HTTPStatus
from urllib.parse import urlsplit

from playwright.sync_api import ConsoleMessage, Error, Page, Request, Response

# The browser complains of every refusal; that of a door is said on the page, which is what is looked at.
_REFUSALS = (HTTPStatus.CONFLICT, HTTPStatus.PRECONDITION_FAILED, HTTPStatus.UNPROCESSABLE_ENTITY)
_DOORS = "/v1/"
_MISSED = "Failed to load resource"


@dataclass
class Watch:
    """Notes what a page does wrong. `expected` are the statuses that the page itself may have."""

    host: str
    expected: Collection[int] = ()
    faults: list[str] = field(default_factory=list)

    def over(self, page: Page) -> None:
        """From now on."""
        page.on("request", self.on_request)
        page.on("console", self.on_console)
        page.on("pageerror", self.on_error)
        page.on("response", self.on_response)

    def on_request(self, request: Request) -> None:
        """Everything comes from the instance itself, or stands in the page."""
        parts = urlsplit(request.url)
        if parts.scheme != "data" and parts.netloc not in (self.host, ""):
            self.faults.append(f"asked another host: {request.url}")

    def on_console(self, message: ConsoleMessage) -> None:
        """Refusals by the policy are told here, too. What was missed is told by its status."""
        if message.type == "error" and _MISSED not in message.text:
            self.faults.append(f"console: {message.text}")

    def on_error(self, error: Error) -> None:
        """A script that failed."""
        self.faults.append(f"script: {error}")

    def on_response(self, response: Response) -> None:
        """A page or a file that is not there."""
        path = urlsplit(response.url).path
        expected = _REFUSALS if path.startswith(_DOORS) else self.expected
        if response.status >= HTTPStatus.BAD_REQUEST and response.status not in expected:
            self.faults.append(f"status {response.status}: {path}")
