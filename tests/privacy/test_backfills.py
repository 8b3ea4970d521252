"""What was stored before a service could forget is found by it all the same: for every tenant, counted."""

import asyncio
import json
from collections.abc import AsyncIterator
from urllib.parse import urlsplit
from uuid import UUID

import asyncpg
import pytest

from deploy.embedded.keys import superuser_password
from deploy.embedded.postgres import SUPERUSER
from deploy.migrate import versions_of
from deploy.postgres.roles import role_name
from shared.ids import new_id
from shared.migrations.runner import Roles, migrate
from tests.house_of_test import House

BEFORE = ("ground_0002", "classifier_0001")
DATABASE = "huiyin_backfill"
ROLES = Roles(app=role_name("classifier", "app"), carrier=role_name("classifier", "carrier"))


@pytest.fixture
async def old_url(house: House) -> AsyncIterator[str]:
    """A classifier's database as it was before anybody could be erased."""
    owner = urlsplit(house.url("classifier", "owner"))
    password = superuser_password(house.data)
    place = owner.netloc.rpartition("@")[2]
    superuser = await asyncpg.connect(
        owner._replace(netloc=f"{SUPERUSER}:{password}@{place}", path="/postgres").geturl()
    )
    await superuser.execute(f"CREATE DATABASE {DATABASE} OWNER {owner.username}")
    url = owner._replace(path=f"/{DATABASE}").geturl()
    await asyncio.to_thread(migrate, url, versions_of("classifier"), ROLES, to=BEFORE)
    yield url
    await superuser.execute(f"DROP DATABASE {DATABASE} WITH (FORCE)")
    await superuser.close()


async def judge(owner: "asyncpg.Connection[asyncpg.Record]", tenant_id: UUID, customer: UUID | None) -> UUID:
    """A verdict and what was told on, as the release before wrote them."""
    feedback = new_id()
    verdict = """INSERT INTO verdict (tenant_id, id, category, urgency, confidence, urgency_confidence, language,
        model_version) VALUES ($1, $2, 'c', 'low', 0.5, 0.5, 'zh', 'v')"""
    await owner.execute(verdict, tenant_id, feedback)
    said = {"feedback_id": str(feedback), "customer_id": str(customer) if customer else None, "text": "旧话"}
    body = json.dumps({"data": {"feedback": said, "category": "c"}})
    told = "INSERT INTO outbox (tenant_id, id, subject, body, sent_at) VALUES ($1, $2, 'x', $3::jsonb, now())"
    await owner.execute(told, tenant_id, new_id(), body)
    return feedback


async def test_verdicts_and_facts_of_all_tenants_are_given_their_people(old_url: str) -> None:
    wanted = {}
    owner = await asyncpg.connect(old_url)
    for tenant_id in (new_id(), new_id()):
        for customer in (new_id(), new_id(), None):
            wanted[await judge(owner, tenant_id, customer)] = (tenant_id, customer)
    await owner.close()
    await asyncio.to_thread(migrate, old_url, versions_of("classifier"), ROLES)
    owner = await asyncpg.connect(old_url)
    verdicts = await owner.fetch("SELECT id, tenant_id, customer_id FROM verdict")
    facts = await owner.fetch("SELECT about, tenant_id FROM outbox")
    await owner.close()
    assert {row["id"]: (row["tenant_id"], row["customer_id"]) for row in verdicts} == wanted
    assert {row["about"]: row["tenant_id"] for row in facts} == {one: tenant for one, (tenant, _) in wanted.items()}
