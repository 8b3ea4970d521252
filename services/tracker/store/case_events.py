"""The history of cases: what happened, by whom, in order."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

import asyncpg

from services.tracker.domain.case_changes import CaseEventKind
from services.tracker.domain.case_states import CaseState
from services.tracker.store.cases import set_state
from services.tracker.store.tables import CaseEvent, CustomerCase
from shared.access.credentials import Actor
from shared.database import Tx
from shared.ids import new_id

HISTORY_MAX = 500  # The latest; nobody reads further back at a glance.

_HISTORY = f"""
SELECT * FROM case_event WHERE tenant_id = $1 AND case_id = $2 ORDER BY at DESC, id DESC LIMIT {HISTORY_MAX}
"""
_ONE = "SELECT * FROM case_event WHERE tenant_id = $1 AND id = $2"
_COUNT = "SELECT count(*) FROM case_event WHERE tenant_id = $1 AND case_id = $2 AND kind = $3"


@dataclass(frozen=True)
class By:
    """Who did it in which tenant: what the audit calls them, and the person when it was one."""

    tenant_id: UUID
    label: str = "tracker"  # A job's doing is nobody's.
    member_id: UUID | None = None

    @classmethod
    def actor(cls, actor: Actor) -> "By":
        """Whoever knocked at a door."""
        return cls(actor.tenant_id, actor.label, actor.member_id)


async def add_events(tx: Tx, by: By, kind: CaseEventKind, details: Mapping[UUID, Mapping[str, object]]) -> list[UUID]:
    """Writes down what happened to each case; the ids of the entries, in the order given."""
    rows = [
        {
            "tenant_id": by.tenant_id,
            "id": new_id(),
            "case_id": case_id,
            "kind": kind,
            "detail": json.dumps(detail, ensure_ascii=False, default=_written),
            "by": by.label,
            "member_id": by.member_id,
        }
        for case_id, detail in details.items()
    ]
    await tx.insert(CaseEvent, rows)
    return [UUID(str(row["id"])) for row in rows]


async def add_answer(
    tx: Tx, by: By, kind: CaseEventKind, known_as: tuple[UUID, UUID], detail: Mapping[str, object]
) -> bool:
    """Writes down what a customer answered, under the answer's own id and its case's; whether it is new."""
    answer_id, case_id = known_as
    row = {
        "tenant_id": by.tenant_id,
        "id": answer_id,
        "case_id": case_id,
        "kind": kind,
        "detail": json.dumps(detail, ensure_ascii=False),
        "by": by.label,
        "member_id": None,
    }
    return bool(await tx.insert(CaseEvent, [row], tail="ON CONFLICT DO NOTHING RETURNING id"))


async def history_of(tx: Tx, case: CustomerCase) -> list[CaseEvent]:
    """What happened to a case, oldest first; it begins with the opening."""
    rows = await tx.fetch(_HISTORY, case.tenant_id, case.id)
    opened = CaseEvent(
        tenant_id=case.tenant_id,
        id=case.id,
        case_id=case.id,
        kind=CaseEventKind.OPENED,
        detail={},
        by=By.label,
        at=case.opened_at,
    )
    return [opened, *map(_as_event, reversed(rows))]


async def read_event(tx: Tx, tenant_id: UUID, event_id: UUID) -> CaseEvent | None:
    """One entry."""
    row = await tx.fetchrow(_ONE, tenant_id, event_id)
    return None if row is None else _as_event(row)


async def count_events(tx: Tx, tenant_id: UUID, case_id: UUID, kind: CaseEventKind) -> int:
    """How often something of this kind happened to a case."""
    return int(await tx.fetchval(_COUNT, tenant_id, case_id, kind))


async def move_cases(tx: Tx, by: By, case_ids: Sequence[UUID], to: CaseState, only_from: Sequence[CaseState]) -> None:
    """Moves those of the cases on that stand in one of the states, and writes it into their histories."""
    came_from = await set_state(tx, by.tenant_id, case_ids, to, only_from=only_from)
    details = {case_id: {"state": [state, to]} for case_id, state in came_from.items()}
    await add_events(tx, by, CaseEventKind.CHANGED, details)


def _as_event(row: asyncpg.Record) -> CaseEvent:
    return CaseEvent(**{**dict(row), "detail": json.loads(row["detail"])})


def _written(value: object) -> str:
    return value.isoformat() if hasattr(value, "isoformat") else str(value)
