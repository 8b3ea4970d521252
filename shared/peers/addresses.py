"""The way from the tracker to the collector's addresses, taken at the moment of sending and never kept."""

from collections.abc import Sequence
from http import HTTPStatus
from uuid import UUID

import httpx
from pydantic import SecretStr

from shared.contracts.reach import TENANT_HEADER, PeopleOut, PersonOut
from shared.contracts.vocabulary import Purpose
from shared.trace import trace_id, traceparent

TIMEOUT_S = 2.0
AWAY = (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE)


class PeerAwayError(Exception):
    """The collector does not answer now; nothing was decided."""


class Addresses:
    """Asks the collector. `key` has the one scope that this needs."""

    def __init__(self, url: str, key: SecretStr, *, transport: httpx.AsyncBaseTransport | None = None) -> None:
        headers = {"Authorization": f"Bearer {key.get_secret_value()}"}
        self._client = httpx.AsyncClient(
            base_url=url, headers=headers, timeout=TIMEOUT_S, transport=transport, trust_env=False
        )

    async def read(self, tenant_id: UUID, customer_ids: Sequence[UUID], purpose: Purpose) -> dict[UUID, PersonOut]:
        """Each known customer of the tenant. Raises PeerAwayError when there is no answer to rely on."""
        asked = {"customer_ids": [str(customer_id) for customer_id in customer_ids], "purpose": purpose}
        try:
            headers = {"traceparent": traceparent(trace_id()), TENANT_HEADER: str(tenant_id)}
            response = await self._client.post("/v1/addresses:read", json=asked, headers=headers)
        except httpx.TransportError as error:
            raise PeerAwayError(type(error).__name__) from error
        if response.status_code in AWAY:
            raise PeerAwayError(str(response.status_code))
        response.raise_for_status()  # A refused key or a fault does not pass by itself: it counts, and shows.
        people = PeopleOut.model_validate_json(response.content).people
        return {person.customer_id: person for person in people}

    async def close(self) -> None:
        """Ends the connections."""
        await self._client.aclose()
