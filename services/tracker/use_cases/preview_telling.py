"""Counts whom the closing of an action would tell, and whom not and why. Nobody is told, and no address is kept."""

from dataclasses import dataclass
from uuid import UUID

from services.tracker.domain.telling import Tally, tally
from services.tracker.store.problems import customers_behind
from services.tracker.store.suppressed import suppressed_of
from services.tracker.store.tables import Action
from shared.contracts.reach import CUSTOMERS_MAX, PersonOut
from shared.contracts.vocabulary import Purpose
from shared.database import Database
from shared.peers.addresses import Addresses

# Fifty questions, about a second. Of more customers, the first so many stand for all.
CUSTOMERS_COUNTED_MAX = 10_000


@dataclass(frozen=True)
class Telling:
    """How many customers there are, of how many the counts speak, and what would become of those."""

    customers: int
    counted: int
    tally: Tally


async def preview_telling(database: Database, addresses: Addresses, action: Action) -> Telling:
    """What the closing would do now. Raises PeerAwayError."""
    async with database.transaction(action.tenant_id) as tx:
        customers = await customers_behind(tx, action.tenant_id, action.problem_id)
    counted = customers[:CUSTOMERS_COUNTED_MAX]
    people: list[PersonOut | None] = []
    for start in range(0, len(counted), CUSTOMERS_MAX):
        people += await _ask(addresses, action.tenant_id, counted[start : start + CUSTOMERS_MAX])
    async with database.transaction(action.tenant_id) as tx:
        suppressed = await suppressed_of(tx, action.tenant_id, people)
    return Telling(len(customers), len(counted), tally(people, suppressed))


async def _ask(addresses: Addresses, tenant_id: UUID, customers: list[UUID]) -> list[PersonOut | None]:
    known = await addresses.read(tenant_id, customers, Purpose.REPLY)
    return [known.get(customer) for customer in customers]
