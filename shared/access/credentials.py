"""Checks keys against the database, so that a change is known within two seconds."""

import hmac
import time
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from shared.access.keys import hash_secret, split_key
from shared.access.scopes import Scope
from shared.clock import Clock, now
from shared.database import Database

CACHE_S = 2.0
CACHED_KEYS_MAX = 10_000


@dataclass(frozen=True)
class Actor:
    """Who does something: a credential that was checked, and the tenant it belongs to."""

    tenant_id: UUID
    credential_id: UUID
    label: str
    scopes: frozenset[Scope]

    def may(self, scope: Scope) -> bool:
        """Whether the actor holds the scope; an operator holds all."""
        return scope in self.scopes or Scope.OPERATOR in self.scopes


@dataclass(frozen=True)
class _Held:
    secret_sha256: bytes
    actor: Actor
    expires_at: datetime | None
    revoked_at: datetime | None


class Credentials:
    """Checks keys against the table `credential`, remembering each for at most two seconds."""

    def __init__(self, database: Database, *, clock: Clock = now) -> None:
        self._database = database
        self._clock = clock
        self._cache: dict[UUID, tuple[float, _Held | None]] = {}

    async def check(self, key: str) -> Actor | None:
        """The actor behind a key, or None when it is unknown, wrong, expired or revoked."""
        parts = split_key(key)
        if parts is None:
            return None
        held = await self._held(parts[0])
        if held is None or not hmac.compare_digest(held.secret_sha256, hash_secret(parts[1])):
            return None
        moment = self._clock()
        is_over = held.revoked_at is not None or (held.expires_at is not None and held.expires_at <= moment)
        return None if is_over else held.actor

    async def _held(self, credential_id: UUID) -> _Held | None:
        known = self._cache.get(credential_id)
        if known and known[0] > time.monotonic():
            return known[1]
        held = await self._read(credential_id)
        if len(self._cache) >= CACHED_KEYS_MAX:
            self._cache.clear()
        self._cache[credential_id] = (time.monotonic() + CACHE_S, held)
        return held

    async def _read(self, credential_id: UUID) -> _Held | None:
        async with self._database.transaction() as tx:
            row = await tx.fetchrow("SELECT * FROM credential_by_id($1) WHERE id IS NOT NULL", credential_id)
        if row is None:
            return None
        scopes = frozenset(Scope(scope) for scope in row["scopes"])
        actor = Actor(row["tenant_id"], row["id"], row["label"], scopes)
        return _Held(row["secret_sha256"], actor, row["expires_at"], row["revoked_at"])
