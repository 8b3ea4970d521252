"""A tracker with cases on its desk: opened as the reaction opens them, worked on through the doors."""

from collections import deque
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import httpx

from services.tracker.domain.action_states import MOVES, ActionState
from services.tracker.use_cases.open_cases import open_cases
from shared.access.audit import AuditLine
from shared.access.scopes import Scope
from shared.contracts.envelope import Envelope
from shared.contracts.events import FeedbackClassified, FeedbackReceived
from shared.contracts.vocabulary import Channel, Language, Urgency
from shared.database import Database
from shared.ids import new_id
from shared.messaging import outbox
from tests.house_of_test import House, running

ANY_VERSION = {"If-Match": "*"}
MOMENT = datetime(2026, 11, 20, 8, 30, tzinfo=UTC)


def classified(tenant_id: UUID, customer_id: UUID | None, **more: Any) -> Envelope:  # noqa: ANN401 - any part of the fact
    feedback = FeedbackReceived(
        feedback_id=more.get("feedback_id") or new_id(),
        customer_id=customer_id,
        channel=Channel.IMPORT,
        source=more.get("source"),
        text=more.get("text", "跳闸"),
        language=more.get("language", Language.ZH),
        rating=None,
        product=more.get("product", "H2"),
        occurred_at=MOMENT,
        received_at=MOMENT,
    )
    event = FeedbackClassified(
        feedback=feedback,
        category=more.get("category", "product_issue/electrical"),
        urgency=more.get("urgency", Urgency.HIGH),
        confidence=more.get("confidence", 0.9),
        urgency_confidence=0.8,
        model_version="v1",
        ranked=more.get("ranked", []),
        terms=more.get("terms", []),
        urgency_terms=more.get("urgency_terms", []),
    )
    return outbox.seal(tenant_id, event, at=MOMENT, trace_id="t")


class Desk:
    """The people who work on cases."""

    def __init__(self, tenant_id: UUID, client: httpx.AsyncClient, database: Database) -> None:
        self.tenant_id, self.client, self.database = tenant_id, client, database

    async def open(self, facts: Sequence[Envelope]) -> list[str]:
        """Cases as the reaction opens them, in one transaction; their ids in the order of the facts."""
        async with self.database.transaction(self.tenant_id) as tx:
            await open_cases(tx, facts)
            rows = await tx.fetch("SELECT id, feedback_id FROM customer_case")
        ids = {str(row["feedback_id"]): str(row["id"]) for row in rows}
        return [ids[fact.data["feedback"]["feedback_id"]] for fact in facts]

    async def open_again(self, facts: Sequence[Envelope]) -> Mapping[UUID, AuditLine]:
        """The lines that the reaction gives when it hears facts."""
        async with self.database.transaction(self.tenant_id) as tx:
            return await open_cases(tx, facts)

    async def patch(self, path: str, status: int, **body: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON
        answer = await self.client.patch(path, json=body, headers=ANY_VERSION)
        assert answer.status_code == status, answer.text
        said: dict[str, Any] = answer.json()
        return said

    async def post(self, path: str, status: int, **body: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON
        answer = await self.client.post(path, json=body, headers=ANY_VERSION)
        assert answer.status_code == status, answer.text
        said: dict[str, Any] = answer.json()
        return said

    async def problem_of(self, *customers: UUID) -> str:
        cases = await self.open([classified(self.tenant_id, customer) for customer in customers])
        return str((await self.post("/v1/problems", 201, title="跳闸", case_ids=cases))["id"])

    async def action_for(self, problem: str) -> str:
        answers = {"zh": "已更换继电器。", "en": "The relay was replaced."}
        return str((await self.post("/v1/actions", 201, problem_id=problem, title="换继电器", answers=answers))["id"])

    async def walk(self, action: str, *states: str) -> dict[str, Any]:
        """Takes legal steps; how the action stands then."""
        for state in states:
            await self.post(f"/v1/actions/{action}/moves", 200, to=state)
        return await self.read(f"/v1/actions/{action}")

    async def read(self, path: str, **query: Any) -> dict[str, Any]:  # noqa: ANN401 - any query
        answer = await self.client.get(path, params=query)
        assert answer.status_code == 200, answer.text
        said: dict[str, Any] = answer.json()
        return said


@asynccontextmanager
async def desk(house: House, tenant_id: UUID, **more: Any) -> AsyncIterator[Desk]:  # noqa: ANN401 - any setting
    key = await house.new_key(tenant_id, Scope.OPERATOR)
    database = Database(house.url("tracker", "app"))
    await database.open()
    async with running(house.app("tracker", **more), key) as client:
        yield Desk(tenant_id, client, database)
    await database.close()


def way_to(state: ActionState) -> list[ActionState]:
    """The shortest way from a draft."""
    ways = {ActionState.DRAFT: list[ActionState]()}
    waiting = deque(ways)
    while waiting:
        here = waiting.popleft()
        for there in MOVES[here]:
            if there not in ways:
                ways[there] = [*ways[here], there]
                waiting.append(there)
    return ways[state]
