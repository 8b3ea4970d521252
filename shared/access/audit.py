"""Who did what: every use case returns its line, and the one place that commits its transaction writes it."""

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Generic, TypeVar
from uuid import UUID

from shared.access.credentials import Actor
from shared.access.tables import Audit
from shared.database import Database, Tx
from shared.failpoints import FailPoint, reach
from shared.ids import new_id

T = TypeVar("T")


@dataclass(frozen=True)
class AuditLine:
    """What was done to what. `detail` holds ids, states and counts, never a customer's words or address."""

    verb: str
    object_kind: str
    object_id: UUID | None = None
    detail: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Done(Generic[T]):
    """A use case's result and its line."""

    value: T
    line: AuditLine | None


UseCase = Callable[[Tx], Awaitable[Done[T]]]


async def perform(database: Database, actor: Actor, use_case: UseCase[T]) -> T:
    """Runs a use case in one transaction together with its audit line; returns only after the commit."""
    async with database.transaction(actor.tenant_id) as tx:
        done = await use_case(tx)
        if done.line is not None:
            await write(tx, actor.tenant_id, actor.label, done.line)
        reach(FailPoint.AFTER_INSERT_BEFORE_COMMIT)
    reach(FailPoint.AFTER_COMMIT_BEFORE_REPLY)
    return done.value


async def write(tx: Tx, tenant_id: UUID, actor: str, line: AuditLine) -> None:
    """Adds a line. Reactions and jobs, which have no door, call this themselves."""
    row = {
        "tenant_id": tenant_id,
        "id": new_id(),
        "actor": actor,
        "verb": line.verb,
        "object_kind": line.object_kind,
        "object_id": line.object_id,
        "detail": json.dumps(line.detail),
    }
    await tx.insert(Audit, [row])
