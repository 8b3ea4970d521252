"""What the collector can say of itself."""

from services.collector.store.keyring import Keyring
from services.collector.store.keys_that_open import count_keys
from services.collector.store.mailboxes import states_of_mailboxes
from shared.database import Database
from shared.web.self_checks import Health, Looked

FAILURES_MIN = 3  # In a row; a mail server that is away for a moment is nobody's concern.


async def look_at_mailboxes(database: Database, carrier: Database) -> Looked:
    """Whether every mailbox that is to be read is."""
    many, failing, fault = await states_of_mailboxes(database, carrier, FAILURES_MIN)
    if not many:
        return Looked(Health.UNSET)
    return Looked(Health.BROKEN, f"{failing} of {many}: {fault}") if failing else Looked(Health.FINE, f"0 of {many}")


async def look_at_keys(database: Database, carrier: Database, keyring: Keyring) -> Looked:
    """Whether the master key opens every tenant's keys."""
    many, broken = await count_keys(database, carrier, keyring)
    return Looked(Health.BROKEN if broken else Health.FINE, f"{broken} of {many}")
