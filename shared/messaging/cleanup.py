"""Forgets what the carriers need no longer."""

from shared.database import Database

SENT_KEPT_DAYS = 7  # Longer than the stream keeps them, so that a lost stream can be sent again.
INBOX_KEPT_DAYS = 14  # Longer than anything can still be sent again.
JOBS_KEPT_DAYS = 14
IDEMPOTENCY_KEPT_DAYS = 7  # How long a request may come again and get its first answer.
FAILURES_KEPT_DAYS = 14  # Of facts that failed and had their effect later; what was set aside stays.
SESSIONS_KEPT_DAYS = 1  # After their end by time; whatever is told again of them has ended as well.
DELETE_ROWS_MAX = 20_000

_STATEMENTS = (
    (
        """DELETE FROM outbox WHERE (tenant_id, id) IN (SELECT tenant_id, id FROM outbox
         WHERE sent_at < now() - make_interval(days => $1) LIMIT $2)""",
        SENT_KEPT_DAYS,
    ),
    (
        """DELETE FROM inbox WHERE (consumer, msg_id) IN (SELECT consumer, msg_id FROM inbox
         WHERE received_at < now() - make_interval(days => $1) LIMIT $2)""",
        INBOX_KEPT_DAYS,
    ),
    (
        """DELETE FROM job WHERE (tenant_id, id) IN (SELECT tenant_id, id FROM job
         WHERE done_at < now() - make_interval(days => $1) LIMIT $2)""",
        JOBS_KEPT_DAYS,
    ),
    (
        """DELETE FROM credential WHERE id IN (SELECT id FROM credential
         WHERE kind = 'session' AND expires_at < now() - make_interval(days => $1) LIMIT $2)""",
        SESSIONS_KEPT_DAYS,
    ),
    ("SELECT idempotency_forget($1, $2)", IDEMPOTENCY_KEPT_DAYS),
    (
        """DELETE FROM dead_letter WHERE (consumer, msg_id) IN (SELECT consumer, msg_id FROM dead_letter
         WHERE dead_at IS NULL AND last_at < now() - make_interval(days => $1) LIMIT $2)""",
        FAILURES_KEPT_DAYS,
    ),
)


async def clean_up(carrier: Database) -> None:
    """Deletes a bounded number of old rows from each carrier table."""
    for statement, days in _STATEMENTS:
        async with carrier.transaction() as tx:
            await tx.execute(statement, days, DELETE_ROWS_MAX)
