"""The three services' doors, as the demo knocks at them: with the operator's key, for one tenant."""

import time
from collections.abc import Callable
from http import HTTPStatus
from types import TracebackType
from typing import Any, Self

import httpx

from deploy.commands.ground import Instance
from deploy.postgres.roles import SERVICES
from shared.contracts.reach import TENANT_HEADER

PAGE_ITEMS = 200
POLL_S = 0.2

Document = dict[str, Any]


class DoorRefusedError(Exception):
    """A door said no, and why."""


class TookTooLongError(Exception):
    """Something did not come in its time."""


class Doors:
    """All three services. Raises DoorRefusedError and httpx.HTTPError."""

    def __init__(self, instance: Instance) -> None:
        self._clients = {service: instance.client(service) for service in SERVICES}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        for client in self._clients.values():
            client.close()

    def work_for(self, tenant_id: str) -> None:
        """From now on, everything is done for this tenant."""
        for client in self._clients.values():
            client.headers[TENANT_HEADER] = tenant_id

    def get(self, service: str, path: str, **asked: str) -> Document:
        """What a door shows."""
        return _read(self._clients[service].get(path, params=asked))

    def post(self, service: str, path: str, body: Document) -> Document:
        """What a door answers. Nobody else works here, so any version will do."""
        return _read(self._clients[service].post(path, json=body, headers={"If-Match": "*"}))

    def send(self, service: str, path: str, content: bytes, **asked: str) -> Document:
        """What a door answers to a file."""
        return _read(self._clients[service].post(path, content=content, params=asked))

    def list(self, service: str, path: str) -> list[Document]:
        """All pages of a list."""
        found: list[Document] = []
        asked = {"limit": str(PAGE_ITEMS)}
        while True:
            page = self.get(service, path, **asked)
            found += page["items"]
            if page["next"] is None:
                return found
            asked["cursor"] = page["next"]


def until(is_so: Callable[[], bool], what: str, limit_s: float) -> None:
    """Returns as soon as it is so. Raises TookTooLongError."""
    deadline = time.monotonic() + limit_s
    while not is_so():
        if time.monotonic() > deadline:
            raise TookTooLongError(f"After {limit_s:.0f} s {what}.")
        time.sleep(POLL_S)


def _read(response: httpx.Response) -> Document:
    document: Document = response.json()
    if response.status_code >= HTTPStatus.BAD_REQUEST:
        errors = [f"{one['pointer']}: {one['message']}" for one in document.get("errors", [])]
        asked = f"{response.request.method} {response.request.url.path}"
        raise DoorRefusedError(f"{asked}: {document['title']} {'; '.join(errors) or document['detail']}")
    return document
