"""Events in: on this event, run this use case."""

from collections.abc import Mapping

from services.collector.use_cases.hear_of_tenants import hear_of_tenants
from services.collector.use_cases.note_progress import note_progress
from shared.access.held import on_keys, on_members
from shared.contracts.envelope import Event
from shared.contracts.events import CaseProgressed, KeyChanged, MemberChanged, TenantChanged
from shared.messaging.consumer import Reaction

# Who may do what here, now. A consumer of its own: a revocation does not wait behind an import.
ACCESS: Mapping[type[Event], Reaction] = {
    KeyChanged: on_keys,
    MemberChanged: on_members,
    TenantChanged: hear_of_tenants,
}

# How far each feedback has come, for who holds its receipt.
REACTIONS: Mapping[type[Event], Reaction] = {CaseProgressed: note_progress}
