"""Makes keys, lets one follow another, and revokes them; each change is told to all services."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.tracker.domain.tenancy import scopes_that_may_be_given
from services.tracker.store.api_keys import add_key, end_key, has_successor, hold_key_row, note_use
from services.tracker.store.identity_tables import ApiKey
from services.tracker.use_cases.keep_sessions import see_session
from shared.access.audit import AuditLine, Done
from shared.access.credentials import Actor
from shared.access.held import hold_key
from shared.access.keys import hash_secret, new_key, split_key
from shared.access.kinds import Kind
from shared.access.scopes import Scope
from shared.contracts.envelope import Envelope
from shared.contracts.events import KeyChanged, KeyUsed
from shared.contracts.vocabulary import Channel
from shared.database import Tx
from shared.ids import new_id
from shared.messaging import outbox


class UnknownKeyError(Exception):
    """There is no such key."""


class KeyIsOverError(Exception):
    """The key has expired, was revoked, or another follows it already."""


class ScopesNotHeldError(Exception):
    """Somebody wants to give what they do not hold, or what no key may hold."""

    def __init__(self, scopes: Sequence[Scope]) -> None:
        super().__init__(", ".join(scopes))
        self.scopes = tuple(scopes)


@dataclass(frozen=True)
class KeyWanted:
    """A key to be made. The last three are for publishable keys."""

    kind: Kind
    label: str
    scopes: frozenset[Scope]
    expires_at: datetime | None
    channel: Channel | None = None
    origins: Sequence[str] | None = None
    requests_per_minute: int | None = None


@dataclass(frozen=True)
class KeyMade:
    """A key and its secret, which is shown this once."""

    key: ApiKey
    secret: str


async def make_key(tx: Tx, actor: Actor, wanted: KeyWanted) -> Done[KeyMade]:
    """A new key. Raises ScopesNotHeldError."""
    _check_giving(actor, wanted.kind, wanted.scopes)
    made = await _add(tx, actor, wanted, replaces=None)
    return Done(made, AuditLine("key.make", "key", made.key.id, after=_state(made.key)))


async def rotate_key(tx: Tx, actor: Actor, key_id: UUID, moment: datetime, old_until: datetime) -> Done[KeyMade]:
    """A key that may what another may, which ends at `old_until`.

    Raises UnknownKeyError, KeyIsOverError, and ScopesNotHeldError, for the new secret is shown to whoever asks.
    """
    old = await _held(tx, actor.tenant_id, key_id)
    is_over = old.revoked_at is not None or (old.expires_at is not None and old.expires_at <= moment)
    if is_over or await has_successor(tx, actor.tenant_id, key_id):
        raise KeyIsOverError
    _check_giving(actor, Kind(old.kind), frozenset(Scope(scope) for scope in old.scopes))
    wanted = KeyWanted(
        kind=Kind(old.kind),
        label=old.label,
        scopes=frozenset(Scope(scope) for scope in old.scopes),
        # The new one lives as long as the old one was made to.
        expires_at=old.expires_at and moment + (old.expires_at - old.created_at),
        channel=Channel(old.channel) if old.channel else None,
        origins=old.origins,
        requests_per_minute=old.requests_per_minute,
    )
    made = await _add(tx, actor, wanted, replaces=old.id)
    ended = await end_key(tx, old, expires_at=old_until)
    await _tell(tx, ended, moment)
    detail = {"to": str(made.key.id)}
    return Done(made, AuditLine("key.rotate", "key", old.id, detail, before=_state(old), after=_state(ended)))


async def revoke_key(tx: Tx, actor: Actor, key_id: UUID, moment: datetime, reason: str) -> Done[ApiKey]:
    """Ends a key at once; one that is over stays so. Raises UnknownKeyError."""
    known = await _held(tx, actor.tenant_id, key_id)
    key = await end_key(tx, known, revoked_at=moment)
    await _tell(tx, key, moment)
    return Done(key, AuditLine("key.revoke", "key", key.id, before=_state(known), after=_state(key), why=reason))


def _state(key: ApiKey) -> dict[str, object]:
    """What an auditor asks of a key: what it may, and until when."""
    ends = {"expires_at": key.expires_at, "revoked_at": key.revoked_at}
    times = {name: at.isoformat() if at else None for name, at in ends.items()}
    return {"kind": key.kind, "scopes": key.scopes, "channel": key.channel, **times}


async def note_uses(tx: Tx, facts: Sequence[Envelope]) -> None:
    """Reaction to KeyUsed, of a key or a session. Ordered, so that two replicas never deadlock."""
    uses = [(KeyUsed.model_validate(fact.data), fact.tenant_id) for fact in facts]
    for use, tenant_id in sorted(uses, key=lambda one: one[0].key_id):
        await note_use(tx, tenant_id, use.key_id, use.used_at)
        await see_session(tx, tenant_id, use.key_id, use.used_at)


def _check_giving(actor: Actor, kind: Kind, scopes: frozenset[Scope]) -> None:
    refused = scopes - scopes_that_may_be_given(kind, actor.scopes)
    if refused:
        raise ScopesNotHeldError(sorted(refused))


async def _held(tx: Tx, tenant_id: UUID, key_id: UUID) -> ApiKey:
    key = await hold_key_row(tx, tenant_id, key_id)
    if key is None:
        raise UnknownKeyError
    return key


async def _add(tx: Tx, actor: Actor, wanted: KeyWanted, *, replaces: UUID | None) -> KeyMade:
    key_id = new_id()
    secret = new_key(key_id)
    _, random_part = split_key(secret) or (key_id, "")
    key = ApiKey(
        tenant_id=actor.tenant_id,
        id=key_id,
        version=1,
        kind=wanted.kind,
        label=wanted.label,
        secret_sha256=hash_secret(random_part),
        scopes=sorted(wanted.scopes),
        channel=wanted.channel,
        origins=None if wanted.origins is None else list(wanted.origins),
        requests_per_minute=wanted.requests_per_minute,
        replaces=replaces,
        made_by=actor.label,
        expires_at=wanted.expires_at,
    )
    added = await add_key(tx, key)
    await _tell(tx, added, added.created_at)
    return KeyMade(added, secret)


async def _tell(tx: Tx, key: ApiKey, moment: datetime) -> None:
    """The tracker's own copy is changed here and now; the other services hear of it."""
    event = KeyChanged(
        key_id=key.id,
        key_version=key.version,
        kind=key.kind,
        secret_sha256=key.secret_sha256.hex(),
        scopes=key.scopes,
        member_id=None,
        channel=Channel(key.channel) if key.channel else None,
        origins=key.origins,
        requests_per_minute=key.requests_per_minute,
        expires_at=key.expires_at,
        revoked_at=key.revoked_at,
    )
    await hold_key(tx, key.tenant_id, event)
    await outbox.put(tx, [outbox.seal(key.tenant_id, event, at=moment, trace_id=new_id().hex)])
