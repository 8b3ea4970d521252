"""Checks keys against the database, so that a change is known within two seconds."""

import hmac
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

import asyncpg

from shared.access.keys import hash_secret, split_key
from shared.access.kinds import Kind
from shared.access.scopes import Scope
from shared.clock import Clock, now
from shared.contracts.vocabulary import Channel
from shared.database import Database

CACHE_S = 2.0
CACHED_KEYS_MAX = 10_000


@dataclass(frozen=True)
class Limits:
    """What a publishable key is bound to. `origins` are those of web pages; an app sends none."""

    channel: Channel
    origins: frozenset[str]
    requests_per_minute: int


@dataclass(frozen=True)
class Actor:
    """Who does something: a credential that was checked, and the tenant it belongs to."""

    tenant_id: UUID
    credential_id: UUID
    kind: Kind
    label: str
    scopes: frozenset[Scope]
    member_id: UUID | None = None
    limits: Limits | None = None

    def may(self, scope: Scope) -> bool:
        """Whether the actor holds the scope; an operator holds all."""
        return scope in self.scopes or Scope.OPERATOR in self.scopes

    @property
    def vouches(self) -> bool:
        """Whether this is a tenant's own server: what it says of its customers is taken as known."""
        return self.kind in (Kind.OPERATOR, Kind.SECRET)

    def within(self, tenant_id: UUID) -> "Actor":
        """An operator at work for another tenant."""
        return replace(self, tenant_id=tenant_id)


class SuspendedError(Exception):
    """The key is good, but its tenant is suspended."""


@dataclass(frozen=True)
class _Held:
    secret_sha256: bytes
    actor: Actor
    expires_at: datetime | None
    revoked_at: datetime | None
    is_suspended: bool

    def is_over(self, moment: datetime) -> bool:
        return self.revoked_at is not None or (self.expires_at is not None and self.expires_at <= moment)


class Credentials:
    """Checks keys against the table `credential`, remembering each for at most two seconds."""

    def __init__(
        self, database: Database, *, clock: Clock = now, on_use: Callable[[Actor], None] = lambda _: None
    ) -> None:
        self._database = database
        self._clock = clock
        self._on_use = on_use
        self._cache: dict[UUID, tuple[float, _Held | None]] = {}

    def forget(self) -> None:
        """Makes this process look at the table again, so that what it has just ended is over at once."""
        self._cache.clear()

    async def check(self, key: str) -> Actor | None:
        """The actor behind a key, or None when it is unknown, wrong, expired or revoked. Raises SuspendedError."""
        parts = split_key(key)
        if parts is None:
            return None
        held = await self._held(parts[0])
        if held is None or not hmac.compare_digest(held.secret_sha256, hash_secret(parts[1])):
            return None
        if held.is_over(self._clock()):
            return None
        if held.is_suspended and held.actor.kind is not Kind.OPERATOR:
            raise SuspendedError
        self._on_use(held.actor)
        return held.actor

    async def is_tenant(self, tenant_id: UUID) -> bool:
        """Whether this service has heard of the tenant."""
        async with self._database.transaction() as tx:
            return bool(await tx.fetchval("SELECT tenant_is_known($1)", tenant_id))

    async def _held(self, credential_id: UUID) -> _Held | None:
        known = self._cache.get(credential_id)
        if known and known[0] > time.monotonic():
            return known[1]
        held = await self._read(credential_id)
        if len(self._cache) >= CACHED_KEYS_MAX:
            self._cache.clear()
        # What is not known yet may be on its way: a new session is used at once.
        if held is not None:
            self._cache[credential_id] = (time.monotonic() + CACHE_S, held)
        return held

    async def _read(self, credential_id: UUID) -> _Held | None:
        async with self._database.transaction() as tx:
            row = await tx.fetchrow("SELECT * FROM credential_by_id($1)", credential_id)
        if row is None:
            return None
        return _Held(row["secret_sha256"], _actor(row), row["expires_at"], row["revoked_at"], row["is_suspended"])


def _actor(row: asyncpg.Record) -> Actor:
    return Actor(
        tenant_id=row["tenant_id"],
        credential_id=row["id"],
        kind=Kind(row["kind"]),
        label=row["label"],
        # A newer service may have given a scope that this one has no door for.
        scopes=frozenset(Scope(scope) for scope in row["scopes"] if scope in set(Scope)),
        member_id=row["member_id"],
        limits=_limits(row),
    )


def _limits(row: asyncpg.Record) -> Limits | None:
    if row["channel"] is None:
        return None
    return Limits(Channel(row["channel"]), frozenset(row["origins"] or ()), row["requests_per_minute"])
