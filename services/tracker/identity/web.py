"""Asks an identity provider over HTTP: small answers, soon, from the address itself and no other."""

import asyncio
import json
from collections.abc import Mapping
from typing import Any

import httpx

ANSWER_BYTES_MAX = 262_144
ANSWER_TIMEOUT_S = 5.0
WHOLE_TIMEOUT_S = 10.0


class ProviderAwayError(Exception):
    """The identity provider cannot be reached, or answers with what cannot be read."""


class ProviderWeb:
    """The connection. It follows no redirects."""

    def __init__(self) -> None:
        self._client = httpx.AsyncClient(timeout=ANSWER_TIMEOUT_S, follow_redirects=False)

    async def ask(
        self, url: str, *, headers: Mapping[str, str] | None = None, form: Mapping[str, str] | None = None
    ) -> tuple[int, dict[str, Any]]:
        """Status and JSON object of a GET, or of a POST when there is a form. Raises ProviderAwayError."""
        request = self._client.build_request(
            "GET" if form is None else "POST", url, headers={"Accept": "application/json", **(headers or {})}, data=form
        )
        try:
            async with asyncio.timeout(WHOLE_TIMEOUT_S):
                status, body = await self._read(request)
            said = json.loads(body)
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError, ValueError, RecursionError) as error:
            raise ProviderAwayError(type(error).__name__) from None
        if not isinstance(said, dict):
            raise ProviderAwayError("no object")
        return status, said

    async def close(self) -> None:
        """Ends all connections."""
        await self._client.aclose()

    async def _read(self, request: httpx.Request) -> tuple[int, bytes]:
        response = await self._client.send(request, stream=True)
        try:
            body = b""
            async for piece in response.aiter_bytes():
                body += piece
                if len(body) > ANSWER_BYTES_MAX:
                    raise ProviderAwayError("too large")
            return response.status_code, body
        finally:
            await response.aclose()
