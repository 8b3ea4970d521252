"""What the collector can say of itself."""

from services.collector.store.keyring import Keyring
from services.collector.store.keys_that_open import count_keys
from shared.database import Database
from shared.web.self_checks import Health, Looked


async def look_at_keys(database: Database, carrier: Database, keyring: Keyring) -> Looked:
    """Whether the master key opens every tenant's keys."""
    many, broken = await count_keys(database, carrier, keyring)
    return Looked(Health.BROKEN if broken else Health.FINE, f"{broken} of {many}")
