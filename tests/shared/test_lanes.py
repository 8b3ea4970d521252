"""A process runs the lanes that it was told to, and no others."""

import asyncio
from uuid import UUID

import pytest

from shared.access.scopes import Scope
from shared.messaging.lanes import running as lanes_running
from tests.house_of_test import SERVICES, House, running


@pytest.mark.parametrize("service", SERVICES)
async def test_a_process_without_the_api_lane_answers_for_its_health_alone(
    house: House, tenant_id: UUID, service: str
) -> None:
    key = await house.new_key(tenant_id, Scope.OPERATOR)
    async with running(house.app(service, lanes="relay"), key) as client:
        assert (await client.get("/healthz")).status_code == 200
        assert (await client.get("/v1/figures")).status_code == 404
    async with running(house.app(service, lanes="api"), key) as client:
        assert (await client.get("/v1/figures")).status_code == 200


class Deaf:
    """A lane that loses the first call to end, as `asyncio.wait_for` may."""

    name = "relay"

    def __init__(self) -> None:
        self.is_over = False

    async def run(self) -> None:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            try:
                await asyncio.Event().wait()
            finally:
                self.is_over = True


async def test_a_lane_ends_also_when_the_first_call_is_lost() -> None:
    lane = Deaf()
    async with lanes_running([lane]):
        await asyncio.sleep(0)
    assert lane.is_over


def test_an_unknown_lane_is_refused(house: House) -> None:
    with pytest.raises(ValueError, match="sleep"):
        house.app("collector", lanes="api,sleep")
