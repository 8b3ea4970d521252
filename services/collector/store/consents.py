"""The log of consents: what was said last counts, by the time at which it was said."""

from collections.abc import Sequence
from uuid import UUID

from services.collector.domain.intake import ConsentGiven
from services.collector.store.tables import Consent
from shared.contracts.vocabulary import Purpose
from shared.database import Tx
from shared.ids import new_id

# A withdrawal is not undone by an older grant that comes in late, such as by a file; nor is one dated ahead believed.
NEWEST_FIRST = "least(given_at, recorded_at) DESC, recorded_at DESC, id DESC"

_LOG = f"SELECT * FROM consent WHERE tenant_id = $1 AND customer_id = ANY ($2) ORDER BY {NEWEST_FIRST}"
_HOLD = "SELECT 1 FROM customer WHERE tenant_id = $1 AND id = $2 AND erased_at IS NULL FOR KEY SHARE"


async def hold_customer(tx: Tx, tenant_id: UUID, customer_id: UUID) -> bool:
    """Whether there is such a customer; nobody erases them until the transaction ends."""
    return await tx.fetchval(_HOLD, tenant_id, customer_id) is not None


async def add_consent(  # noqa: PLR0913 - all but the first three go by name
    tx: Tx, tenant_id: UUID, customer_id: UUID, *, purpose: Purpose, consent: ConsentGiven, is_granted: bool
) -> None:
    """Adds a grant or a withdrawal that came by itself."""
    row = {
        "tenant_id": tenant_id,
        "id": new_id(),
        "customer_id": customer_id,
        "purpose": purpose,
        "is_granted": is_granted,
        "text_version": consent.text_version,
        "locale": consent.locale,
        "stated_by": consent.stated_by,
        "given_at": consent.given_at,
    }
    await tx.insert(Consent, [row])


async def consents_of(tx: Tx, tenant_id: UUID, group: Sequence[UUID]) -> list[Consent]:
    """All that a person agreed to or took back, as whichever customer; the first of each purpose is what counts."""
    return await tx.rows(Consent, _LOG, tenant_id, list(group))


def agreed(log: Sequence[Consent]) -> dict[Purpose, bool]:
    """What counts now, by purpose; silence is a no."""
    newest = {row.purpose: row.is_granted for row in reversed(log)}
    return {purpose: newest.get(purpose, False) for purpose in Purpose}
