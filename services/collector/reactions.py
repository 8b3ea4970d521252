"""Events in: on this event, run this use case."""

from collections.abc import Mapping

from shared.access.held import on_keys, on_members, on_tenants
from shared.contracts.envelope import Event
from shared.contracts.events import KeyChanged, MemberChanged, TenantChanged
from shared.messaging.consumer import Reaction

# Who may do what here, now. A consumer of its own: a revocation does not wait behind an import.
ACCESS: Mapping[type[Event], Reaction] = {KeyChanged: on_keys, MemberChanged: on_members, TenantChanged: on_tenants}
