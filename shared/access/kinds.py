"""Kinds of credential: who stands behind it, and what follows from that."""

from enum import StrEnum


class Kind(StrEnum):
    """What a row of `credential` is."""

    OPERATOR = "operator"  # This instance's own key; written by `migrate`.
    PEER = "peer"  # A service's, for one thing it asks of another; written by `migrate`.
    SECRET = "secret"  # noqa: S105 - a kind, not a secret: a tenant's server
    PUBLISHABLE = "publishable"  # Stands in an app that anybody can open.
    SESSION = "session"  # A person who signed in; what they may is told by the row of the member.
    MEMBER = "member"  # No key of its own: what a person may, and whether still.
    TENANT = "tenant"  # No key of its own: whether the tenant is suspended.


# Kinds that come with a secret.
KEYS = frozenset(Kind) - {Kind.MEMBER, Kind.TENANT}
# Kinds whose facts travel as events; the rest is written by `migrate`.
TOLD = frozenset(Kind) - {Kind.OPERATOR, Kind.PEER}
