"""The way ⇢ between services for a signed-in person: their own token, a short limit, no second try."""

from collections.abc import AsyncIterable, AsyncIterator, Mapping
from typing import Any

import httpx

from shared.trace import trace_id, traceparent

READ_TIMEOUT_S = 2.0
WRITE_TIMEOUT_S = 10.0
FILE_TIMEOUT_S = 60.0  # Without a byte: the file itself may take as long as it takes.


class PeerSilentError(Exception):
    """The other service does not answer now."""


class Peer:
    """Another service, asked on a person's behalf. It checks their scopes itself and writes the audit line."""

    def __init__(self, url: str, *, transport: httpx.AsyncBaseTransport | None = None) -> None:
        self.url = url
        self._client = httpx.AsyncClient(base_url=url, transport=transport, trust_env=False, timeout=READ_TIMEOUT_S)

    async def read(self, path: str, token: str, query: Mapping[str, Any] | None = None) -> httpx.Response:
        """⇢: a question. Raises PeerSilentError."""
        return await self._ask("GET", path, token, params=query)

    async def open(self, path: str, token: str) -> httpx.Response:
        """⇢: a question whose answer may be long, to be read piece by piece and closed. Raises PeerSilentError."""
        headers = {"Authorization": f"Bearer {token}", "traceparent": traceparent(trace_id())}
        try:
            return await self._client.send(self._client.build_request("GET", path, headers=headers), stream=True)
        except httpx.TransportError as error:
            raise PeerSilentError(type(error).__name__) from error

    async def ask(self, path: str, token: str, body: Mapping[str, Any]) -> httpx.Response:
        """⇢: a question whose terms stand in its body, for they must not stand in a URL. Raises PeerSilentError."""
        return await self._ask("POST", path, token, json=body)

    async def pass_on(self, path: str, token: str, body: Mapping[str, Any], key: str) -> httpx.Response:
        """⇝: a person's own write, under its idempotency key. Raises PeerSilentError."""
        headers = {"Idempotency-Key": key}
        return await self._ask("POST", path, token, json=body, headers=headers, timeout=WRITE_TIMEOUT_S)

    async def show(self, path: str, token: str, language: str) -> httpx.Response:
        """⇢: a question whose answer is read by a person, in their language. Raises PeerSilentError."""
        return await self._ask("GET", path, token, headers={"Accept-Language": language})

    async def change(self, path: str, token: str, body: Mapping[str, Any]) -> httpx.Response:
        """⇝: a person's own change of a thing. Raises PeerSilentError."""
        return await self._ask("PATCH", path, token, json=body, timeout=WRITE_TIMEOUT_S)

    async def upload(
        self, path: str, token: str, query: Mapping[str, Any], pieces: AsyncIterable[bytes]
    ) -> httpx.Response:
        """⇝: a person's own file, passed on as it comes. Raises PeerSilentError."""
        return await self._ask("POST", path, token, params=query, content=pieces, timeout=FILE_TIMEOUT_S)

    async def download(self, path: str, token: str, language: str) -> AsyncIterator[bytes]:
        """⇢: a file, passed on as it comes; nothing when it is refused. Raises PeerSilentError."""
        headers = {"Authorization": f"Bearer {token}", "Accept-Language": language}
        headers["traceparent"] = traceparent(trace_id())
        try:
            async with self._client.stream("GET", path, headers=headers, timeout=FILE_TIMEOUT_S) as answer:
                if answer.is_success:
                    async for piece in answer.aiter_bytes():
                        yield piece
        except httpx.TransportError as error:
            raise PeerSilentError(type(error).__name__) from error

    async def close(self) -> None:
        """Ends the connections."""
        await self._client.aclose()

    async def _ask(self, method: str, path: str, token: str, **how: Any) -> httpx.Response:  # noqa: ANN401 - what httpx takes
        headers = {"Authorization": f"Bearer {token}", "traceparent": traceparent(trace_id())}
        headers |= how.pop("headers", {})
        try:
            return await self._client.request(method, path, headers=headers, **how)
        except httpx.TransportError as error:
            raise PeerSilentError(type(error).__name__) from error
