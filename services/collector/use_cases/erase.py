"""Erases a person, or one feedback: the collector's own places now, and by an event everybody else's."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from services.collector.domain.erasure import ErasureKind, ErasureReason, LedgerEntry
from services.collector.store import attachments, erasures
from services.collector.store.groups import groups_of
from services.collector.store.keyring import Keyring
from services.collector.store.personal_places import REGISTER
from shared.access.audit import AuditLine, Done
from shared.contracts.envelope import Event
from shared.contracts.events import CustomerErased, FeedbackErased
from shared.database import Tx
from shared.ids import new_id
from shared.messaging import jobs, outbox
from shared.privacy.forget import forget

DELETE_FILES = "delete_files"


@dataclass(frozen=True)
class Erase:
    """The command: who or what is erased, why, under which trace."""

    tenant_id: UUID
    kind: ErasureKind
    subject_id: UUID
    reason: ErasureReason
    trace_id: str


@dataclass(frozen=True)
class ErasedNow:
    """An erasure that has happened. `entries` are for the ledger's file; none when it happened before."""

    erased_at: datetime
    feedback: int = 0
    entries: tuple[LedgerEntry, ...] = ()


async def erase(tx: Tx, keyring: Keyring, command: Erase) -> Done[ErasedNow | None]:
    """Erases, or tells when it was done before; None when there is nobody of that id."""
    held = await erasures.hold(tx, command.kind, command.tenant_id, command.subject_id)
    if held is None:
        return Done(None, None)
    if held["erased_at"] is not None:
        return Done(ErasedNow(held["erased_at"]), None)
    done = await _erase_one(tx, keyring, command, held["moment"])
    others = [other for other in await _same_person(tx, command) if other != command.subject_id]
    for other in others:
        again = replace(command, subject_id=other)
        if (held := await erasures.hold(tx, again.kind, again.tenant_id, other)) and held["erased_at"] is None:
            done = _together(done, await _erase_one(tx, keyring, again, held["moment"]))
    return Done(done.value, done.line)


async def _same_person(tx: Tx, command: Erase) -> list[UUID]:
    """Somebody who was merged is forgotten as a whole: they are one person, who asked once."""
    if command.kind is not ErasureKind.CUSTOMER:
        return []
    return (await groups_of(tx, command.tenant_id, [command.subject_id])).get(command.subject_id, [])


async def _erase_one(tx: Tx, keyring: Keyring, command: Erase, moment: datetime) -> Done[ErasedNow]:
    marks = await erasures.marks_of(tx, command.tenant_id, command.subject_id)
    entry = LedgerEntry(new_id(), command.tenant_id, command.kind, command.subject_id, marks, command.reason, moment)
    return await carry_out(tx, keyring, entry, command.trace_id)


def _together(first: Done[ErasedNow], other: Done[ErasedNow]) -> Done[ErasedNow]:
    """Two erasures of one person as one."""
    entries = (*first.value.entries, *other.value.entries)
    value = ErasedNow(first.value.erased_at, first.value.feedback + other.value.feedback, entries)
    merged = [str(entry.subject_id) for entry in entries[1:]]
    line = replace(first.line, detail={**first.line.detail, "merged": merged}) if first.line else None
    return Done(value, line)


async def carry_out(tx: Tx, keyring: Keyring, entry: LedgerEntry, trace_id: str) -> Done[ErasedNow]:
    """Does what the entry says, enters it in the ledger and tells the other services, all in one transaction."""
    await erasures.keep_repeats_known(tx, await keyring.keys_of(tx, entry.tenant_id), entry.subject_id)
    files = await attachments.files_of_subject(tx, entry.tenant_id, entry.subject_id)
    if files:
        args = {"files": [str(file_id) for file_id in files]}
        await jobs.put(tx, entry.tenant_id, DELETE_FILES, dedupe_key=str(entry.id), args=args)
    forgotten = await forget(tx, REGISTER, entry.tenant_id, [entry.subject_id])
    await erasures.enter(tx, entry)
    await outbox.put(tx, [outbox.seal(entry.tenant_id, _event(entry), at=entry.erased_at, trace_id=trace_id)])
    detail = {"reason": entry.reason, "rows": forgotten.rows, "carried": forgotten.carried}
    line = AuditLine(f"{entry.kind}.erase", entry.kind, entry.subject_id, detail)
    return Done(ErasedNow(entry.erased_at, forgotten.rows["feedback"], (entry,)), line)


async def tell_again(tx: Tx, tenant_id: UUID, entries: Sequence[LedgerEntry], trace_id: str) -> Done[int]:
    """Tells the other services once more of all who were erased, for one of them may come from a backup."""
    facts = [outbox.seal(tenant_id, _event(entry), at=entry.erased_at, trace_id=trace_id) for entry in entries]
    await outbox.put(tx, facts)
    return Done(len(facts), AuditLine("erasure.tell_again", "erasure", detail={"count": len(facts)}))


def _event(entry: LedgerEntry) -> Event:
    if entry.kind is ErasureKind.CUSTOMER:
        return CustomerErased(customer_id=entry.subject_id, erased_at=entry.erased_at)
    return FeedbackErased(feedback_id=entry.subject_id, erased_at=entry.erased_at)
