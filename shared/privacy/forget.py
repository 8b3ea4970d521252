"""Forgets a person in one service: remembers that they were erased, and blanks every place that it has declared."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from shared.contracts.envelope import Envelope
from shared.contracts.persons import subjects_of, without_words
from shared.database import Tx
from shared.privacy.places import PersonalRegister, blank
from shared.privacy.tables import Erased

_LOCK = "SELECT pg_advisory_xact_lock(erasure_lock($1))"
_LOCK_SHARED = "SELECT pg_advisory_xact_lock_shared(erasure_lock($1))"
_ERASED = "SELECT tenant_id, id FROM erased WHERE tenant_id = ANY ($1) AND id = ANY ($2)"
_FORGET_CARRIED = "SELECT forget_carried($1)"


@dataclass(frozen=True)
class Forgotten:
    """What was blanked: rows by table, and facts under way."""

    rows: dict[str, int]
    carried: int


async def forget(tx: Tx, register: PersonalRegister, tenant_id: UUID, ids: Sequence[UUID]) -> Forgotten:
    """Blanks what this service holds of customers or feedbacks, now and, by remembering them, in future.

    Nobody takes in words of this tenant meanwhile: whoever began before is waited for, and blanked with the rest.
    """
    await tx.execute(_LOCK, tenant_id)
    remembered = [{"tenant_id": tenant_id, "id": one} for one in ids]
    await tx.insert(Erased, remembered, tail="ON CONFLICT DO NOTHING")
    feedback = [row["id"] for row in await tx.fetch(register.feedback_of, tenant_id, list(ids))]
    rows = await blank(tx, register.places, tenant_id, ids)
    return Forgotten(rows, int(await tx.fetchval(_FORGET_CARRIED, [*ids, *feedback])))


async def without_erased(tx: Tx, facts: Sequence[Envelope]) -> list[Envelope]:
    """The facts, without the words of whoever was erased. Until the transaction ends, nobody else is."""
    subjects = {fact.id: subjects_of(fact.data) for fact in facts}
    asked = {one for some in subjects.values() for one in some}
    if not asked:
        return list(facts)
    tenants = sorted({fact.tenant_id for fact in facts if subjects[fact.id]})
    for tenant_id in tenants:
        await tx.execute(_LOCK_SHARED, tenant_id)
    erased = {(row["tenant_id"], row["id"]) for row in await tx.fetch(_ERASED, tenants, list(asked))}
    return [_blank(fact) if _is_erased(fact, subjects[fact.id], erased) else fact for fact in facts]


def _is_erased(fact: Envelope, subjects: set[UUID], erased: set[tuple[UUID, UUID]]) -> bool:
    return any((fact.tenant_id, subject) in erased for subject in subjects)


def _blank(fact: Envelope) -> Envelope:
    return fact.model_copy(update={"data": without_words(fact.data)})
