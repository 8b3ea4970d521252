"""What a credential may do, and which of it each role of a person may: one table."""

from collections.abc import Iterable, Mapping
from enum import StrEnum


class Scope(StrEnum):
    """One permission, asked for by name at the door."""

    OPERATOR = "operator"  # Everything of the instance; also counts as a secret key.
    FEEDBACK_SEND = "feedback:send"  # All that a publishable key may: anybody can read it in an app.
    FEEDBACK_WRITE = "feedback:write"
    FEEDBACK_READ = "feedback:read"
    PII_READ = "pii:read"
    CONSENTS_WRITE = "consents:write"
    CUSTOMERS_WRITE = "customers:write"
    PEOPLE_ERASE = "people:erase"
    ADDRESSES_READ = "addresses:read"  # Of services, at the moment of sending; no person holds it.
    WORK_READ = "work:read"
    CASES_WRITE = "cases:write"
    ACTIONS_WRITE = "actions:write"
    PRODUCTS_WRITE = "products:write"
    FIGURES_READ = "figures:read"
    AUDIT_READ = "audit:read"
    METRICS_READ = "metrics:read"  # Counts of all tenants together: no role holds it, an operator gives it to a key.
    MEMBERS_MANAGE = "members:manage"
    KEYS_MANAGE = "keys:manage"
    TENANT_MANAGE = "tenant:manage"
    TENANT_EXPORT = "tenant:export"


class Role(StrEnum):
    """What a person is in a company. One person may be several."""

    VIEWER = "viewer"
    AGENT = "agent"
    QUALITY = "quality"
    ADMIN = "admin"
    DPO = "dpo"


_VIEWER = frozenset({Scope.FEEDBACK_READ, Scope.WORK_READ, Scope.FIGURES_READ})
_QUALITY = _VIEWER | {Scope.CASES_WRITE, Scope.ACTIONS_WRITE, Scope.PRODUCTS_WRITE}
# Personal data is read by those who answer customers and those who answer for it; an administrator is neither.
ROLES: Mapping[Role, frozenset[Scope]] = {
    Role.VIEWER: _VIEWER,
    Role.AGENT: _VIEWER
    | {Scope.FEEDBACK_WRITE, Scope.CASES_WRITE, Scope.PII_READ, Scope.CONSENTS_WRITE, Scope.CUSTOMERS_WRITE},
    Role.QUALITY: _QUALITY,
    Role.ADMIN: _QUALITY
    | {
        Scope.FEEDBACK_WRITE,
        Scope.MEMBERS_MANAGE,
        Scope.KEYS_MANAGE,
        Scope.TENANT_MANAGE,
        Scope.AUDIT_READ,
    },
    Role.DPO: _VIEWER
    | {
        Scope.PII_READ,
        Scope.CONSENTS_WRITE,
        Scope.CUSTOMERS_WRITE,
        Scope.PEOPLE_ERASE,
        Scope.AUDIT_READ,
        Scope.TENANT_EXPORT,
    },
}

# What a secret key of a tenant may be given. Never the operator's, nor what belongs to one kind of credential alone.
SCOPES_OF_SECRET_KEYS = frozenset(Scope) - {
    Scope.OPERATOR,
    Scope.FEEDBACK_SEND,
    Scope.ADDRESSES_READ,
    Scope.MEMBERS_MANAGE,
    Scope.KEYS_MANAGE,
}


def scopes_of(roles: Iterable[Role]) -> frozenset[Scope]:
    """All that the roles together may."""
    return frozenset().union(*(ROLES[role] for role in roles))
