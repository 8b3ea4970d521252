"""Dead letters for the person who looks after them: what lies there, what it says, and having it tried again."""

import json
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import asyncpg
from pydantic import ValidationError

from shared.access.audit import AuditLine, Done
from shared.contracts.envelope import Envelope
from shared.contracts.events import EVENTS
from shared.database import Database, Tx
from shared.ids import new_id
from shared.paging import Place, after

_ABOUT = "consumer, msg_id, tenant_id, subject, tries, error, first_at, last_at, dead_at"
_LIST = f"""
SELECT {_ABOUT}, NULL AS body FROM dead_letter
WHERE dead_at IS NOT NULL AND ($1::uuid IS NULL OR tenant_id = $1)
    AND ($2::timestamptz IS NULL OR (dead_at, msg_id) < ($2, $3::uuid))
ORDER BY dead_at DESC, msg_id DESC LIMIT $4
"""
_ONE = f"""
SELECT {_ABOUT}, body::text AS body FROM dead_letter WHERE consumer = $1 AND msg_id = $2 AND dead_at IS NOT NULL
"""
_REPLAY = "SELECT dead_letter_replay($1, $2, $3, $4::jsonb)"


class NotReplayableError(Exception):
    """What lies there is no fact that this release understands; trying again cannot help."""


@dataclass(frozen=True)
class Letter:
    """One dead letter. `body` may hold a customer's words; a list leaves it out."""

    consumer: str
    msg_id: UUID
    tenant_id: UUID | None
    subject: str
    tries: int
    error: str
    first_at: datetime
    last_at: datetime
    dead_at: datetime
    body: str | None

    def fact(self) -> Envelope:
        """The fact in it, also when only an earlier release could not read it. Raises NotReplayableError."""
        body = self.body or ""
        try:
            envelope = Envelope.model_validate_json(json.loads(body).get("unreadable") or body)
            EVENTS[envelope.type, envelope.version].model_validate(envelope.data)
        except (ValidationError, KeyError, ValueError) as error:
            raise NotReplayableError from error
        return envelope


async def list_letters(carrier: Database, tenant_id: UUID | None, place: Place | None, limit: int) -> list[Letter]:
    """Newest first, without their contents; of one tenant or of all."""
    async with carrier.transaction() as tx:
        return [_letter(row) for row in await tx.fetch(_LIST, tenant_id, *after(place), limit)]


async def find_letter(carrier: Database, consumer: str, msg_id: UUID) -> Letter | None:
    """One letter with its content, for whoever has it noted who looked."""
    async with carrier.transaction() as tx:
        row = await tx.fetchrow(_ONE, consumer, msg_id)
    return None if row is None else _letter(row)


async def note_reading(_tx: Tx, letter: Letter) -> Done[Letter]:
    """Lets somebody read a letter; the line is committed before they see it."""
    return Done(letter, AuditLine("dead_letter.read", "dead_letter", letter.msg_id, {"consumer": letter.consumer}))


async def replay(tx: Tx, letter: Letter) -> Done[bool]:
    """Has the fact carried once more; False when the letter has gone meanwhile. Raises NotReplayableError.

    The consumer takes it in through its inbox like any fact, so it has its effect once, or dies again.
    """
    fact = letter.fact().model_dump_json()
    is_taken = bool(await tx.fetchval(_REPLAY, letter.consumer, letter.msg_id, new_id(), fact))
    detail = {"consumer": letter.consumer, "error": letter.error, "tries": letter.tries}
    line = AuditLine("dead_letter.replay", "dead_letter", letter.msg_id, detail)
    return Done(is_taken, line if is_taken else None)


def _letter(row: asyncpg.Record) -> Letter:
    return Letter(**dict(row))
