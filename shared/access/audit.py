"""Who did what: every use case returns its line, and the one place that commits its transaction writes it."""

import json
from collections.abc import Awaitable, Callable, Iterable, Mapping
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
    """What was done to what, how it stood before and after, and why.

    All of it is ids, states, counts and codes, never a customer's words or address: a line is kept for good. `why` is a
    reason's code, where the reason stands (such as the move that holds a note), or what an administrator gave as one.
    """

    verb: str
    object_kind: str
    object_id: UUID | None = None
    detail: Mapping[str, object] = field(default_factory=dict)
    before: Mapping[str, object] | None = None
    after: Mapping[str, object] | None = None
    why: str | None = None


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
            await write(tx, actor.label, {actor.tenant_id: done.line})
        reach(FailPoint.AFTER_INSERT_BEFORE_COMMIT)
    reach(FailPoint.AFTER_COMMIT_BEFORE_REPLY)
    return done.value


async def write(tx: Tx, actor: str, lines: Mapping[UUID, AuditLine]) -> None:
    """Adds a line for each tenant. Consumers and jobs, which have no door, call this themselves."""
    rows = [
        {
            "tenant_id": tenant_id,
            "id": new_id(),
            "actor": actor,
            "verb": line.verb,
            "object_kind": line.object_kind,
            "object_id": line.object_id,
            "detail": json.dumps(line.detail),
            "before": _json(line.before),
            "after": _json(line.after),
            "why": line.why,
        }
        for tenant_id, line in lines.items()
    ]
    await tx.insert(Audit, rows)


def lines_of_batch(verb: str, kind: str, done: Iterable[tuple[UUID, UUID]], *, why: str) -> dict[UUID, AuditLine]:
    """One line for each tenant of a batch, from pairs of tenant and thing: how many, the first and the last."""
    things: dict[UUID, list[UUID]] = {}
    for tenant_id, thing in done:
        things.setdefault(tenant_id, []).append(thing)
    return {
        tenant_id: AuditLine(verb, kind, detail=count_of(ids), why=why) for tenant_id, ids in sorted(things.items())
    }


def count_of(ids: list[UUID]) -> dict[str, object]:
    """What a line says of many things."""
    return {"count": len(ids), "first": str(ids[0]), "last": str(ids[-1])}


def _json(state: Mapping[str, object] | None) -> str | None:
    return None if state is None else json.dumps(state)
