"""Adds a grant or a withdrawal to a customer's log of consents."""

from dataclasses import dataclass
from uuid import UUID

from services.collector.domain.intake import ConsentGiven
from services.collector.domain.masked_intake import mask_consent
from services.collector.store.consents import add_consent, agreed, consents_of, hold_customer
from services.collector.store.groups import groups_of
from shared.access.audit import AuditLine, Done
from shared.contracts.vocabulary import Purpose
from shared.database import Tx


@dataclass(frozen=True)
class ChangeConsent:
    """The command. `consent` says to which wording, when, and who says so; a withdrawal has `is_granted` False."""

    tenant_id: UUID
    customer_id: UUID
    purpose: Purpose
    is_granted: bool
    consent: ConsentGiven


async def change_consent(tx: Tx, command: ChangeConsent) -> Done[dict[Purpose, bool] | None]:
    """What the customer agrees to now; None when they are unknown or erased."""
    tenant_id, customer_id = command.tenant_id, command.customer_id
    if not await hold_customer(tx, tenant_id, customer_id):
        return Done(None, None)
    await add_consent(
        tx,
        tenant_id,
        customer_id,
        purpose=command.purpose,
        consent=mask_consent(command.consent),
        is_granted=command.is_granted,
    )
    verb = "consent.grant" if command.is_granted else "consent.withdraw"
    line = AuditLine(verb, "customer", customer_id, {"purpose": command.purpose})
    group = (await groups_of(tx, tenant_id, [customer_id]))[customer_id]
    return Done(agreed(await consents_of(tx, tenant_id, group)), line)
