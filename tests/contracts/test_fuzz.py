"""Twenty made-up requests for each operation, well-formed and ill-formed: each is answered as the description says."""

import asyncio
from collections import Counter
from contextlib import suppress
from typing import Any
from uuid import UUID

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import Case, GenerationMode, Response
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Err
from schemathesis.specs.openapi.checks import negative_data_rejection, positive_data_acceptance

from shared.access.scopes import Scope
from shared.database import Database
from shared.ids import new_id
from shared.web.description import operations
from tests.fakes.on_a_port import on_a_port
from tests.house_of_test import SERVICES, House, running
from tests.tracker.desk import Desk, classified

EXAMPLES_OF_A_KIND_MAX = 10
# Rules that hold between fields, or need more than a schema can say.
BEYOND_A_SCHEMA = {
    "bad_cursor", "key_reused", "not_a_tag", "not_a_phone", "not_an_email", "off_the_scale", "source_missing",
    "not_a_url", "wording_uneven", "not_whole",
    "needed_for_kind", "not_a_slug", "not_a_time_zone", "not_an_origin", "not_public", "other_kind", "other_slug",
    "scopes_not_yours", "slug_taken", "text_too_long", "time_out_of_range",
    "not_a_country", "nul", "close_reason_missing", "close_reason_alone", "not_soon", "unknown_assignee",
    "password_common", "password_like_you", "one_owner", "file_too_large",
    "name_taken", "folder_missing", "not_protected", "not_a_host",
    "not_printable", "names_a_person",
}  # fmt: skip
KINDS = (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)


# What the tool would call a fault at one door, and is not one.
FORGIVEN: dict[str, list[Any]] = {
    "GET /readyz": [not_a_server_error],  # A service without its model is not ready, and says so.
    "POST /v1/feedback:batch": [negative_data_rejection],  # A bad item is refused by itself, inside a 207.
}


def judge(case: Case[Any], answer: Response, *, is_well_formed: bool) -> None:
    """All of the tool's checks, and ours where a schema cannot say all."""
    door = case.operation.label
    case.validate_response(answer, excluded_checks=[positive_data_acceptance, *FORGIVEN.get(door, [])])
    if is_well_formed and answer.status_code == 422:
        broken = {error["code"] for error in answer.json()["errors"]}
        assert broken <= BEYOND_A_SCHEMA, f"{door} refuses what its schema allows: {answer.text}"


def fuzz(document: dict[str, Any], url: str, key: str, known: dict[str, str]) -> dict[str, int]:
    """Knocks at every door of the description, with ids that are known there; how often at which."""
    schema = schemathesis.openapi.from_dict(document)
    schema.config.update(base_url=url)
    knocks: Counter[str] = Counter()
    for found in schema.get_all_operations():
        if isinstance(found, Err):
            raise found.err()
        operation = found.ok()
        for kind in KINDS:

            @settings(
                max_examples=EXAMPLES_OF_A_KIND_MAX,
                derandomize=True,
                database=None,
                deadline=None,
                suppress_health_check=list(HealthCheck),
                phases=[Phase.explicit, Phase.generate],
            )
            @given(case=operation.as_strategy(generation_mode=kind))
            def knock(case: Case[Any]) -> None:
                knocks[case.operation.label] += 1
                is_well_formed = kind is GenerationMode.POSITIVE  # noqa: B023 - called in this turn
                if is_well_formed:
                    case.path_parameters.update((name, known[name]) for name in case.path_parameters if name in known)
                    case.headers.update((name, "*") for name in case.headers if name == "If-Match")
                answer = case.call(headers={"Authorization": f"Bearer {key}"})
                judge(case, answer, is_well_formed=is_well_formed)

            # Where a door takes nothing, nothing can be wrong with it.
            with suppress(Unsatisfiable):
                knock()
    return knocks


async def case_of(house: House, tenant_id: UUID, client: httpx.AsyncClient) -> str:
    database = Database(house.url("tracker", "app"))
    await database.open()
    [case] = await Desk(tenant_id, client, database).open([classified(tenant_id, new_id())])
    await database.close()
    return case


async def things(house: House, tenant_id: UUID, client: httpx.AsyncClient, service: str) -> dict[str, str]:
    """Something that exists, by the name of the parameter that names it."""
    if service == "collector":
        return {"code": (await client.post("/v1/feedback", json={"text": "x"})).json()["receipt_code"]}
    if service == "tracker":
        problem = (await client.post("/v1/problems", json={"title": "x"})).json()["id"]
        action = await client.post("/v1/actions", json={"title": "x", "problem_id": problem})
        case = await case_of(house, tenant_id, client)
        return {"case_id": case, "problem_id": problem, "action_id": action.json()["id"]}
    return {}


@pytest.mark.parametrize("service", SERVICES)
async def test_made_up_requests_are_answered_as_described(house: House, tenant_id: UUID, service: str) -> None:
    key = await house.new_key(tenant_id, Scope.OPERATOR)
    app = house.app(service)
    async with running(app, key) as client, on_a_port(app) as url:
        known = await things(house, tenant_id, client, service)
        knocks = await asyncio.to_thread(fuzz, app.openapi(), url, key, known)
    assert set(knocks) == {f"{method.upper()} {path}" for path, method, _ in operations(app.openapi())}
    assert all(times >= EXAMPLES_OF_A_KIND_MAX for door, times in knocks.items() if door.startswith("POST"))
