"""Who did what: every use case returns its line, and the one place that commits its transaction writes it."""

import json
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar
from uuid import UUID

from shared.access.credentials import Actor
from shared.access.tables import Audit
from shared.database import Database, Tx, Values
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


@dataclass(frozen=True)
class Deed:
    """An audit line, whose it is, and by whom it was done."""

    tenant_id: UUID
    actor: str
    line: AuditLine


UseCase = Callable[[Tx], Awaitable[Done[T]]]
SharedUseCase = Callable[[Tx], Awaitable[tuple[T, Sequence[Deed]]]]


async def perform(database: Database, actor: Actor, use_case: UseCase[T]) -> T:
    """Runs a use case in one transaction together with its audit line; returns only after the commit."""

    async def alone(tx: Tx) -> tuple[T, list[Deed]]:
        done = await use_case(tx)
        return done.value, [Deed(actor.tenant_id, actor.label, done.line)] if done.line else []

    return await perform_together(database, [actor.tenant_id], alone)


async def perform_together(
    database: Database, tenant_ids: Iterable[UUID], use_case: SharedUseCase[T], *, lock_timeout_ms: int | None = None
) -> T:
    """As `perform`, for what several actors of several tenants do in one transaction; each has a line of its own."""
    async with database.transaction(*tenant_ids, lock_timeout_ms=lock_timeout_ms) as tx:
        value, deeds = await use_case(tx)
        await tx.insert(Audit, [_row(deed) for deed in deeds])
        reach(FailPoint.AFTER_INSERT_BEFORE_COMMIT)
    reach(FailPoint.AFTER_COMMIT_BEFORE_REPLY)
    return value


async def write(tx: Tx, actor: str, lines: Mapping[UUID, AuditLine]) -> None:
    """Adds a line for each tenant. Consumers and jobs, which have no door, call this themselves."""
    await tx.insert(Audit, [_row(Deed(tenant_id, actor, line)) for tenant_id, line in lines.items()])


def _row(deed: Deed) -> Values:
    line = deed.line
    return {
        "tenant_id": deed.tenant_id,
        "id": new_id(),
        "actor": deed.actor,
        "verb": line.verb,
        "object_kind": line.object_kind,
        "object_id": line.object_id,
        "detail": json.dumps(line.detail),
        "before": _json(line.before),
        "after": _json(line.after),
        "why": line.why,
    }


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
