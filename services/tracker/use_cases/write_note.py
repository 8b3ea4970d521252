"""Writes a note into a case's history."""

from uuid import UUID

from services.tracker.domain.case_changes import CaseEventKind
from services.tracker.store.case_events import By, add_events, read_event
from services.tracker.store.cases import hold_cases, touch_cases
from services.tracker.store.tables import CaseEvent
from services.tracker.use_cases.change_cases import UnknownCaseError
from shared.access.audit import AuditLine, Done
from shared.access.credentials import Actor
from shared.database import Tx


async def write_note(tx: Tx, actor: Actor, case_id: UUID, text: str) -> Done[CaseEvent]:
    """Adds a note; the audit says that, and not what. Raises UnknownCaseError."""
    if not await hold_cases(tx, actor.tenant_id, [case_id]):
        raise UnknownCaseError
    [note_id] = await add_events(tx, By.actor(actor), CaseEventKind.NOTE, {case_id: {"text": text}})
    await touch_cases(tx, actor.tenant_id, [case_id])
    note = await read_event(tx, actor.tenant_id, note_id)
    if note is None:
        raise LookupError("a note that was just written is gone")
    return Done(note, AuditLine("case.note", "case", case_id, why=f"note {note_id}"))
