"""Facts whose effect fails by their own fault: counted, then set aside where a person can look at them."""

import hashlib
import json

from pydantic import ValidationError

from shared.contracts.envelope import Envelope
from shared.database import Database
from shared.ids import id_of_hash

TRIES_MAX = 5

_RECORD = """
INSERT INTO dead_letter (consumer, msg_id, tenant_id, subject, body, tries, error, dead_at)
VALUES ($1, $2, $3, $4, $5::jsonb, 1, $6, CASE WHEN $7 <= 1 THEN now() END)
ON CONFLICT (consumer, msg_id) DO UPDATE SET
    tries = dead_letter.tries + 1, error = excluded.error, last_at = now(),
    dead_at = CASE WHEN dead_letter.tries + 1 >= $7 THEN coalesce(dead_letter.dead_at, now()) END
RETURNING tries, dead_at
"""
_TAKEN = "INSERT INTO inbox (consumer, msg_id, tenant_id) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING"


class DeadLetters:
    """The bookkeeping of one consumer's failures, in transactions of its own."""

    def __init__(self, carrier: Database, consumer: str) -> None:
        self._carrier = carrier
        self._consumer = consumer

    async def count_failure(self, subject: str, envelope: Envelope, error: Exception) -> int | None:
        """One more failed try: how many there were, or None when the fact is now set aside for good."""
        async with self._carrier.transaction() as tx:
            body = envelope.model_dump_json()
            row = await tx.fetchrow(
                _RECORD, self._consumer, envelope.id, envelope.tenant_id, subject, body, describe(error), TRIES_MAX
            )
            if row is None:
                raise RuntimeError("the statement always returns a row")
            if row["dead_at"] is None:
                return int(row["tries"])
            await tx.execute(_TAKEN, self._consumer, envelope.id, envelope.tenant_id)
            return None

    async def set_aside_unreadable(self, subject: str, line: bytes, error: Exception) -> None:
        """Keeps a line that is no fact of ours. Trying again cannot help."""
        msg_id = id_of_hash(hashlib.sha256(line).digest())
        body = json.dumps({"unreadable": line.decode(errors="replace").replace("\0", "�")})
        async with self._carrier.transaction() as tx:
            await tx.execute(_RECORD, self._consumer, msg_id, None, subject, body, describe(error), 1)


def describe(error: Exception) -> str:
    """The kind of an error and where it lies, without the values that caused it."""
    if isinstance(error, ValidationError):
        places = ", ".join(f"{'.'.join(map(str, entry['loc']))}: {entry['type']}" for entry in error.errors()[:10])
        return f"ValidationError({places})"
    return type(error).__name__
