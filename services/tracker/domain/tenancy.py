"""Rules of tenants and keys: what may follow what, and who may give what."""

import re
from collections.abc import Iterable
from urllib.parse import urlsplit
from zoneinfo import available_timezones

from shared.access.kinds import Kind
from shared.access.scopes import SCOPES_OF_SECRET_KEYS, Scope
from shared.contracts.countries import HOME_COUNTRY
from shared.contracts.vocabulary import Channel, TenantState

SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?")
# What a key that anybody can read is commonly bound to: ways in that stand open to the public.
PUBLIC_CHANNELS = (Channel.WIDGET, Channel.SURVEY)
# Where a company's own systems speak. Of a way in that is not named here, the collector says whether it is public.
_OWN_CHANNELS = (Channel.SERVICE_RECORD, Channel.EMAIL, Channel.SOCIAL, Channel.IMPORT)
_CHANNEL = re.compile(r"[a-z][a-z0-9_]{0,39}")
STATES: dict[TenantState, tuple[TenantState, ...]] = {
    TenantState.ACTIVE: (TenantState.SUSPENDED,),
    TenantState.SUSPENDED: (TenantState.ACTIVE, TenantState.DELETED),
    TenantState.DELETED: (),
}
_LOCAL_HOSTS = ("localhost", "127.0.0.1", "[::1]")


# Whose clocks are those of one country that we know how to dial in.
_COUNTRIES = {
    "Asia/Shanghai": "CN",
    "Asia/Urumqi": "CN",
    "Asia/Hong_Kong": "HK",
    "Asia/Macau": "MO",
    "Asia/Taipei": "TW",
    "Asia/Singapore": "SG",
    "Asia/Tokyo": "JP",
    "Asia/Seoul": "KR",
    "Europe/London": "GB",
    "Europe/Berlin": "DE",
    "America/New_York": "US",
    "America/Los_Angeles": "US",
}


class IllegalTenantStateError(Exception):
    """A tenant cannot come from its state into the wanted one."""

    def __init__(self, state: TenantState, to: TenantState) -> None:
        super().__init__(f"{state} to {to}")
        self.state, self.to, self.legal = state, to, STATES[state]


def check_state(state: TenantState, to: TenantState) -> None:
    """Raises IllegalTenantStateError. Deleting needs two steps, so that it cannot happen by mistake."""
    if to not in STATES[state]:
        raise IllegalTenantStateError(state, to)


def is_time_zone(name: str) -> bool:
    """Whether the name is one of the IANA data base that this machine knows."""
    return name in available_timezones()


def country_of(time_zone: str) -> str:
    """The country that a tenant is taken to be at home in until it says so."""
    return _COUNTRIES.get(time_zone, HOME_COUNTRY)


def may_be_public(channel: Channel) -> bool:
    """Whether a publishable key may be bound to it, as far as the tracker can tell."""
    return _CHANNEL.fullmatch(channel) is not None and channel not in _OWN_CHANNELS


def is_origin(text: str) -> bool:
    """Whether the text is an origin as browsers write it: https, or http of this machine for trying things out."""
    try:
        parts = urlsplit(text)
        host = parts.netloc.rsplit(":", 1)[0] if parts.port else parts.netloc
    except ValueError:
        return False
    is_safe = parts.scheme == "https" or (parts.scheme == "http" and host in _LOCAL_HOSTS)
    return is_safe and bool(host) and "@" not in host and text == f"{parts.scheme}://{parts.netloc}" == text.lower()


def scopes_that_may_be_given(kind: Kind, giver: Iterable[Scope]) -> frozenset[Scope]:
    """What a key of this kind may hold when this person makes it: never more than they hold themselves."""
    if kind is Kind.PUBLISHABLE:
        return frozenset({Scope.FEEDBACK_SEND})
    held = frozenset(giver)
    return SCOPES_OF_SECRET_KEYS if Scope.OPERATOR in held else SCOPES_OF_SECRET_KEYS & held
