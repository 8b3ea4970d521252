"""Every place where something of a person may lie, declared: what is listed is blanked, what is not fails a test."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from shared.database import Tx


@dataclass(frozen=True)
class PersonalPlace:
    """Cells of one table. `found_by` is an SQL condition in which $2 are the erased customers' and feedbacks' ids.

    `blanked` is what each cell becomes, as SQL; a place without it loses the whole row. `columns` are those that may
    hold something of a person; they are blanked, or go with the row.
    """

    table: str
    found_by: str
    columns: tuple[str, ...]
    blanked: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class PersonalRegister:
    """All of one service: its places, why its other texts are no person's, and how a customer's feedback is found."""

    places: Sequence[PersonalPlace]
    impersonal: Mapping[str, str]
    feedback_of: str


async def blank(tx: Tx, places: Sequence[PersonalPlace], tenant_id: UUID, ids: Sequence[UUID]) -> dict[str, int]:
    """Blanks or deletes what is listed, in the order of the list; how many rows of each table."""
    counts = {}
    for place in places:
        tag = await tx.execute(_statement(place), tenant_id, list(ids))
        counts[place.table] = int(tag.rpartition(" ")[2])
    return counts


def _statement(place: PersonalPlace) -> str:
    where = f"WHERE tenant_id = $1 AND ({place.found_by})"
    if not place.blanked:
        return f"DELETE FROM {place.table} {where}"
    cells = ", ".join(f"{column} = {value}" for column, value in place.blanked.items())
    return f"UPDATE {place.table} SET {cells} {where}"


# The carriers' cells are blanked by the database's own `forget_carried`, for the app role may not touch them.
GROUND_PERSONAL = ("outbox.body", "dead_letter.body")
GROUND_IMPERSONAL: Mapping[str, str] = {
    "outbox.subject": "a constant of the code",
    "inbox.consumer": "a constant of the code",
    "dead_letter.consumer": "a constant of the code",
    "dead_letter.subject": "a constant of the code",
    "dead_letter.error": "kinds and places of errors, never values: shared/messaging/dead_letters.py",
    "job.kind": "a constant of the code",
    "job.dedupe_key": "ids and counters",
    "job.args": "ids and counters",
    "job.error": "kinds of errors",
    "stream_mark.stream": "a setting",
    "credential.label": "what an operator calls a key",
    "credential.secret_sha256": "a hash of 256 random bits",
    "credential.scopes": "constants of the code",
    "credential.kind": "one of a closed list",
    "credential.channel": "one of a closed list",
    "credential.origins": "the pages that an app stands on",
    "idempotency.request_mac": "a keyed hash, under the caller's key that stands nowhere",
    "idempotency.reply": "sealed under the same key; gone after seven days",
    "audit.actor": "what an operator calls a key",
    "audit.verb": "a constant of the code",
    "audit.object_kind": "a constant of the code",
    "audit.detail": "ids, states and counts: shared/access/audit.py",
    "audit.before": "ids, states and counts, as detail",
    "audit.after": "as before",
    "audit.why": "a code, the id of what holds the reason, or an administrator's reason without contact data",
    "audit_seal.hash": "a hash over a line of the audit",
    "audit_seal.previous": "the hash of the line before",
    "alembic_version.version_num": "a constant of the code",
}
