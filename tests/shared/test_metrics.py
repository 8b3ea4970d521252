"""What is counted, for whom: metrics behind a credential, figures of one's own tenant."""

from uuid import UUID

import pytest
from prometheus_client.parser import text_string_to_metric_families

from shared.access.scopes import Scope
from shared.ids import new_id
from tests.house_of_test import SERVICES, TRAINING_WAIT_S, House, eventually, running

Samples = dict[tuple[str, tuple[tuple[str, str], ...]], float]


def samples(text: str) -> Samples:
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


_OLD_FACT = """
INSERT INTO outbox (tenant_id, id, subject, body, created_at)
VALUES ($1, $2, 'huiyin.Test', '{}', now() - interval '1 h')
"""
_DEAD = """
INSERT INTO dead_letter (consumer, msg_id, tenant_id, subject, body, tries, error, dead_at)
VALUES ('test', $2, $1, 'huiyin.Test', '{}', 5, 'E', now())
"""
_JOB = """
INSERT INTO job (tenant_id, id, kind, dedupe_key, args, run_at)
VALUES ($1, $2, 'test', 'x', '{}', now() - interval '1 h')
"""
_GONE = (
    "DELETE FROM outbox WHERE tenant_id = $1",
    "DELETE FROM dead_letter WHERE tenant_id = $1",
    "DELETE FROM job WHERE tenant_id = $1",
)


@pytest.fixture
async def waiting(house: House, tenant_id: UUID) -> object:
    """A fact, a dead letter and a job of the tenant, an hour old, in each service."""
    for service in SERVICES:
        async with house.query(service, "carrier") as carrier:
            for statement in (_OLD_FACT, _DEAD, _JOB):
                await carrier.execute(statement, tenant_id, new_id())
    yield
    for service in SERVICES:
        async with house.query(service, "carrier") as carrier:
            for statement in _GONE:
                await carrier.execute(statement, tenant_id)


@pytest.mark.usefixtures("waiting")
@pytest.mark.parametrize("service", SERVICES)
async def test_metrics_say_what_waits_and_how_long(house: House, tenant_id: UUID, service: str) -> None:
    async with running(house.app(service), await house.new_key(tenant_id, Scope.METRICS_READ)) as client:
        await client.get("/healthz")
        answer = await client.get("/metrics")
        assert answer.headers["content-type"].startswith("text/plain")
        found = samples(answer.text)
    for name, least in [
        ("outbox_unsent", 1),
        ("outbox_oldest_unsent_seconds", 3600),
        ("dead_letters", 1),
        ("jobs_waiting", 1),
        ("jobs_oldest_overdue_seconds", 3600),
        ("jobs_dead", 0),
        ("stream_reached", 1),
    ]:
        assert found[f"huiyin_{name}", ()] >= least, name
    assert ("huiyin_stream_lag_messages", (("consumer", f"{service}-access"),)) in found or service == "tracker"
    asked = (("method", "GET"), ("route", "/healthz"), ("status", "200"))
    assert found["huiyin_http_request_duration_seconds_count", asked] >= 1
    assert str(tenant_id) not in answer.text


@pytest.mark.parametrize("service", SERVICES)
async def test_metrics_are_not_open(house: House, tenant_id: UUID, service: str) -> None:
    async with running(house.app(service), None) as client:
        assert (await client.get("/metrics")).status_code == 401
    async with running(house.app(service), await house.new_key(tenant_id, Scope.FEEDBACK_WRITE)) as client:
        assert (await client.get("/metrics")).status_code == 403
    async with running(house.app(service), await house.new_key(tenant_id, Scope.OPERATOR)) as client:
        assert (await client.get("/metrics")).status_code == 200


async def test_an_address_that_does_not_exist_makes_no_series(house: House) -> None:
    secret = new_id().hex
    async with running(house.app("collector"), await house.new_key(new_id(), Scope.METRICS_READ)) as client:
        await client.get(f"/v1/widget/receipts/{secret}")
        await client.get(f"/{secret}")
        assert secret not in (await client.get("/metrics")).text


async def test_a_stream_that_is_away_does_not_hold_the_metrics_up(house: House) -> None:
    app = house.app("classifier", nats_url="nats://127.0.0.1:9")
    async with running(app, await house.new_key(new_id(), Scope.METRICS_READ)) as client:
        assert samples((await client.get("/metrics")).text)["huiyin_stream_reached", ()] == 0


async def test_facts_that_are_taken_in_are_counted(house: House, tenant_id: UUID) -> None:
    key = await house.new_key(tenant_id, Scope.OPERATOR)
    async with (
        running(house.app("collector", lanes="api,relay"), key) as collector,
        running(house.app("classifier", lanes="api,consumer,jobs"), key) as classifier,
    ):

        async def taken_in() -> float:
            found = samples((await classifier.get("/metrics")).text)
            return found.get(("huiyin_inbox_facts_total", (("consumer", "classifier"),)), 0)

        async def classified() -> int:
            return int((await classifier.get("/v1/figures")).json()["classified"])

        before = await taken_in()
        for _ in range(3):
            assert (await collector.post("/v1/feedback", json={"text": "坏了"})).status_code == 201
        await eventually(classified, 3, wait_s=TRAINING_WAIT_S)
        assert await taken_in() >= before + 3


@pytest.mark.usefixtures("waiting")
@pytest.mark.parametrize("service", SERVICES)
async def test_figures_are_of_ones_own_tenant_and_of_all_for_the_operator(
    house: House, tenant_id: UUID, service: str
) -> None:
    names = ("outbox_pending", "dead_letters", "jobs_waiting")
    async with running(house.app(service), await house.new_key(tenant_id, Scope.FIGURES_READ)) as client:
        mine = (await client.get("/v1/figures")).json()
        assert [mine[name] for name in names] == [1, 1, 1]
        assert (await client.get("/v1/figures", params={"all_tenants": "true"})).status_code == 403
    async with running(house.app(service), await house.new_key(new_id(), Scope.FIGURES_READ)) as client:
        others = (await client.get("/v1/figures")).json()
        assert [others[name] for name in names] == [0, 0, 0]
    async with running(house.app(service), await house.new_key(new_id(), Scope.OPERATOR)) as client:
        everything = (await client.get("/v1/figures", params={"all_tenants": "true"})).json()
        assert all(everything[name] >= 1 for name in names)
        own = (await client.get("/v1/figures")).json()
        assert [own[name] for name in names] == [0, 0, 0]
