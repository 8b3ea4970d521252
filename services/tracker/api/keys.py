"""/v1/keys: keys for a tenant's servers and apps. A secret is shown once, when it is made."""

from datetime import datetime, timedelta
from functools import partial
from typing import Annotated, Literal, TypeVar
from uuid import UUID

from fastapi import Depends
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from services.tracker.api.context import Here
from services.tracker.api.tenant_schema import ReasonIn
from services.tracker.domain.tenancy import PUBLIC_CHANNELS, is_origin, may_be_public
from services.tracker.store.api_keys import list_keys, read_key_row
from services.tracker.use_cases.keep_keys import (
    KeyIsOverError,
    KeyMade,
    KeyWanted,
    ScopesNotHeldError,
    UnknownKeyError,
    make_key,
    revoke_key,
    rotate_key,
)
from shared.access.credentials import Actor
from shared.access.kinds import Kind
from shared.access.scopes import Scope
from shared.clock import now
from shared.contracts.text import FilledText, Name
from shared.contracts.vocabulary import Channel
from shared.paging import Place
from shared.web.doors import requires
from shared.web.idempotency import Once
from shared.web.pages import Page
from shared.web.problems import FieldError, Problem
from shared.web.routing import Router

ORIGINS_MAX = 20
ORIGIN_LENGTH_MAX = 253
REQUESTS_PER_MINUTE_MAX = 6_000
REQUESTS_PER_MINUTE = 60
EXPIRES_DAYS_MAX = 3_650
OVERLAP_HOURS_MAX = 24 * 30
OVERLAP_HOURS = 24


def _origin(text: str) -> str:
    if not is_origin(text):
        raise PydanticCustomError("not_an_origin", "not an origin")
    return text


def _public(channel: Channel) -> Channel:
    if not may_be_public(channel):
        raise PydanticCustomError("not_public", "not a public channel", {"channels": ", ".join(PUBLIC_CHANNELS)})
    return channel


Part = TypeVar("Part")
Origin = Annotated[FilledText, Field(max_length=ORIGIN_LENGTH_MAX), AfterValidator(_origin)]
PublicChannel = Annotated[Channel, AfterValidator(_public)]
PerMinute = Annotated[int, Field(ge=1, le=REQUESTS_PER_MINUTE_MAX)]
Manager = Annotated[Actor, Depends(requires(Scope.KEYS_MANAGE))]


def _of_kind(part: Part, kind: Kind, info: ValidationInfo, *, needed: bool) -> Part:
    """Refuses a part that belongs to the other kind of key, and misses one that belongs to this."""
    wanted = info.data.get("kind", kind)
    if part and wanted != kind:
        raise PydanticCustomError("other_kind", "for the other kind of key", {"kind": kind})
    if needed and not part and wanted == kind:
        raise PydanticCustomError("needed_for_kind", "missing", {"kind": kind})
    return part


class KeyIn(BaseModel):
    """A key to be made: `secret` for a server, with scopes; `publishable` for an app, with a channel and origins."""

    model_config = ConfigDict(extra="forbid")

    label: Name
    kind: Literal[Kind.SECRET, Kind.PUBLISHABLE]
    scopes: list[Scope] = Field([], max_length=len(Scope), validate_default=True)
    channel: PublicChannel | None = Field(None, validate_default=True)
    origins: list[Origin] = Field([], max_length=ORIGINS_MAX)
    requests_per_minute: PerMinute | None = None
    expires_in_days: int | None = Field(None, ge=1, le=EXPIRES_DAYS_MAX)

    @field_validator("scopes")
    @classmethod
    def _scopes_of_secret_keys(cls, scopes: list[Scope], info: ValidationInfo) -> list[Scope]:
        return _of_kind(scopes, Kind.SECRET, info, needed=True)

    @field_validator("channel")
    @classmethod
    def _channel_of_publishable_keys(cls, channel: Channel | None, info: ValidationInfo) -> Channel | None:
        return _of_kind(channel, Kind.PUBLISHABLE, info, needed=True)

    @field_validator("origins", "requests_per_minute")
    @classmethod
    def _limits_of_publishable_keys(cls, limit: Part, info: ValidationInfo) -> Part:
        return _of_kind(limit, Kind.PUBLISHABLE, info, needed=False)

    def to_wanted(self, moment: datetime) -> KeyWanted:
        """The key as the use case takes it."""
        is_public = self.kind is Kind.PUBLISHABLE
        return KeyWanted(
            kind=self.kind,
            label=self.label,
            scopes=frozenset({Scope.FEEDBACK_SEND} if is_public else self.scopes),
            expires_at=moment + timedelta(days=self.expires_in_days) if self.expires_in_days else None,
            channel=self.channel,
            origins=self.origins if is_public else None,
            requests_per_minute=(self.requests_per_minute or REQUESTS_PER_MINUTE) if is_public else None,
        )


class RotationIn(BaseModel):
    """How long the old key goes on beside the new one."""

    model_config = ConfigDict(extra="forbid")

    overlap_hours: int = Field(OVERLAP_HOURS, ge=0, le=OVERLAP_HOURS_MAX)


class KeyOut(BaseModel):
    """A key without its secret."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    kind: Kind
    label: str
    scopes: list[str]
    channel: Channel | None
    origins: list[str] | None
    requests_per_minute: int | None
    replaces: UUID | None
    made_by: str
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    last_used_at: datetime | None


class KeyMadeOut(KeyOut):
    """A key just made. `key` is shown this once; only its hash is kept."""

    key: str


class KeysOut(BaseModel):
    """A page of keys, newest first."""

    items: list[KeyOut]
    next: str | None


router = Router(prefix="/v1/keys", tags=["keys"])


@router.post("", status_code=201)
async def post_key(wanted: KeyIn, here: Here, actor: Manager, once: Once) -> KeyMadeOut:
    """Makes a key. Nobody gives more than they hold."""
    work = partial(make_key, actor=actor, wanted=wanted.to_wanted(now()))
    try:
        return await once.perform(here.database, actor, work, _made)
    except ScopesNotHeldError as error:
        raise _not_yours(error) from None


@router.get("")
async def get_keys(here: Here, actor: Manager, page: Page) -> KeysOut:
    """Keys, newest first; ended ones stay in the list."""
    async with here.database.transaction(actor.tenant_id) as tx:
        found = await list_keys(tx, actor.tenant_id, page.place(actor), page.rows_max)
    shown, following = page.turn(actor, found, lambda key: Place(key.created_at, key.id))
    return KeysOut(items=[KeyOut.model_validate(key) for key in shown], next=following)


@router.get("/{key_id}")
async def get_key(key_id: UUID, here: Here, actor: Manager) -> KeyOut:
    """One key."""
    async with here.database.transaction(actor.tenant_id) as tx:
        key = await read_key_row(tx, actor.tenant_id, key_id)
    if key is None:
        raise Problem("not_found", 404)
    return KeyOut.model_validate(key)


@router.post("/{key_id}:rotate", status_code=201)
async def post_key_rotate(key_id: UUID, wanted: RotationIn, here: Here, actor: Manager, once: Once) -> KeyMadeOut:
    """Makes a key that may the same; the old one ends after the overlap."""
    moment = now()
    old_until = moment + timedelta(hours=wanted.overlap_hours)
    work = partial(rotate_key, actor=actor, key_id=key_id, moment=moment, old_until=old_until)
    try:
        return await once.perform(here.database, actor, work, _made)
    except UnknownKeyError:
        raise Problem("not_found", 404) from None
    except KeyIsOverError:
        raise Problem("key_is_over", 409) from None
    except ScopesNotHeldError as error:
        raise _not_yours(error) from None


@router.post("/{key_id}:revoke")
async def post_key_revoke(key_id: UUID, why: ReasonIn, here: Here, actor: Manager, once: Once) -> KeyOut:
    """Ends a key at once, everywhere within seconds."""
    work = partial(revoke_key, actor=actor, key_id=key_id, moment=now(), reason=why.reason)
    try:
        return await once.perform(here.database, actor, work, KeyOut.model_validate)
    except UnknownKeyError:
        raise Problem("not_found", 404) from None


def _not_yours(error: ScopesNotHeldError) -> Problem:
    about = {"scopes": ", ".join(error.scopes)}
    return Problem("invalid", 422, errors=[FieldError("/scopes", "scopes_not_yours", about)])


def _made(made: KeyMade) -> KeyMadeOut:
    return KeyMadeOut(**KeyOut.model_validate(made.key).model_dump(), key=made.secret)
