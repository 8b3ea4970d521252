"""/v1/tenants: companies that share an instance and see nothing of each other."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import Depends
from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic_core import PydanticCustomError

from services.tracker.api.context import Context, Here
from services.tracker.domain.reasons import names_a_person
from services.tracker.domain.tenancy import SLUG, IllegalTenantStateError, country_of, is_time_zone
from services.tracker.store.identity_tables import Tenant
from services.tracker.store.tenants import list_tenants, read_tenant, tenant_places
from services.tracker.use_cases.keep_tenants import (
    SlugTakenError,
    TenantWanted,
    UnknownTenantError,
    change_tenant,
    make_tenant,
    note_deletion,
    set_tenant_state,
)
from shared.access.audit import UseCase, perform
from shared.access.credentials import Actor
from shared.access.keys import FIRST_TENANT_ID
from shared.access.kinds import Kind
from shared.access.scopes import Scope
from shared.clock import now
from shared.contracts.countries import DIAL_PLANS
from shared.contracts.text import FilledText, Name
from shared.contracts.vocabulary import Language, TenantState
from shared.web.doors import Operator, WorkReader, requires
from shared.web.idempotency import Change, Once
from shared.web.pages import Page
from shared.web.problems import FieldError, Problem
from shared.web.routing import Router
from shared.web.versions import Fresh, Versioned

REASON_LENGTH_MAX = 500
SLUG_LENGTH_MAX = 40


def _slug(text: str) -> str:
    if not SLUG.fullmatch(text):
        raise PydanticCustomError("not_a_slug", "not a slug")
    return text


def _time_zone(name: str) -> str:
    if not is_time_zone(name):
        raise PydanticCustomError("not_a_time_zone", "not a time zone")
    return name


def _reason(text: str) -> str:
    if names_a_person(text):
        raise PydanticCustomError("names_a_person", "personal data in a reason")
    return text


def _country(code: str) -> str:
    if code not in DIAL_PLANS:
        raise PydanticCustomError("not_a_country", "not a country", {"known": ", ".join(DIAL_PLANS)})
    return code


Slug = Annotated[FilledText, Field(max_length=SLUG_LENGTH_MAX), AfterValidator(_slug)]
TimeZone = Annotated[Name, AfterValidator(_time_zone)]
Country = Annotated[Name, AfterValidator(_country)]
Languages = Annotated[list[Language], Field(min_length=1, max_length=len(Language))]
Reason = Annotated[FilledText, Field(max_length=REASON_LENGTH_MAX), AfterValidator(_reason)]


class TenantIn(BaseModel):
    """A tenant to be made. `slug` is its short name, which people give when they sign in.

    A telephone number without a country's code is one of `country` (ISO 3166-1); left out, it follows the time zone.
    """

    model_config = ConfigDict(extra="forbid")

    slug: Slug
    name: Name
    time_zone: TimeZone = "Asia/Shanghai"
    languages: Languages = [Language.ZH, Language.EN]
    country: Country | None = None


class TenantChangeIn(BaseModel):
    """What is to be otherwise; a part that is left out stays."""

    model_config = ConfigDict(extra="forbid")

    name: Name | None = None
    time_zone: TimeZone | None = None
    languages: Languages | None = None
    country: Country | None = None


class ReasonIn(BaseModel):
    """Why; it stands in the audit for good, so it names no person: a contract's or a ticket's number will do."""

    model_config = ConfigDict(extra="forbid")

    reason: Reason


class DeletionIn(ReasonIn):
    """Why, and once more which: there is no way back."""

    slug: Slug


class TenantOut(Versioned):
    """A tenant. Its time zone says when its days and weeks begin, its country how telephone numbers are read."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    slug: str
    name: str
    time_zone: str
    languages: list[Language]
    country: str
    state: TenantState
    created_at: datetime
    changed_at: datetime


class TenantsOut(BaseModel):
    """A page of tenants, newest first."""

    items: list[TenantOut]
    next: str | None


router = Router(prefix="/v1/tenants", tags=["tenants"])
Manager = Annotated[Actor, Depends(requires(Scope.TENANT_MANAGE))]


def _may_touch(actor: Actor, tenant_id: UUID) -> Actor:
    """Anybody's own tenant, or any tenant for an operator; another's is not there."""
    if actor.kind is not Kind.OPERATOR and actor.tenant_id != tenant_id:
        raise Problem("unknown_tenant", 404)
    return actor.within(tenant_id)


@router.post("", status_code=201)
async def post_tenant(wanted: TenantIn, here: Here, actor: Operator, once: Once) -> TenantOut:
    """Makes a tenant. Its people and keys come next."""
    tenant_id = once.new_id(actor)
    country = wanted.country or country_of(wanted.time_zone)
    parts = TenantWanted(wanted.name, wanted.time_zone, wanted.languages, country)
    work = partial(make_tenant, tenant_id=tenant_id, slug=wanted.slug, wanted=parts, moment=now())
    try:
        return await once.perform(here.database, actor.within(tenant_id), work, TenantOut.model_validate)
    except SlugTakenError:
        raise Problem("invalid", 422, errors=[FieldError("/slug", "slug_taken")]) from None


@router.get("")
async def get_tenants(here: Here, actor: Operator, page: Page) -> TenantsOut:
    """Every tenant of the instance, newest first."""
    places = await tenant_places(here.carrier, page.place(actor), page.rows_max)
    shown, following = page.turn(actor, places, lambda place: place)
    ids = [place.id for place in shown]
    async with here.database.transaction(*ids) as tx:
        found = await list_tenants(tx, ids)
    items = [TenantOut.model_validate(tenant) for tenant in found]
    return TenantsOut(items=items, next=following)


@router.get("/{tenant_id}")
async def get_tenant(tenant_id: UUID, here: Here, actor: WorkReader, fresh: Fresh) -> TenantOut:
    """One tenant: one's own, or any for an operator."""
    _may_touch(actor, tenant_id)
    return fresh.answer(await _read(here, tenant_id))


@router.patch("/{tenant_id}")
async def patch_tenant(
    tenant_id: UUID, wanted: TenantChangeIn, here: Here, actor: Manager, change: Change
) -> TenantOut:
    """Renames a tenant, or sets its time zone, languages and country. Numbers that are known already stay as read."""
    parts = TenantWanted(wanted.name, wanted.time_zone, wanted.languages, wanted.country)
    work = partial(change_tenant, tenant_id=tenant_id, wanted=parts, expected=change.expected)
    with _refusals():
        return await change.perform(here.database, _may_touch(actor, tenant_id), work, TenantOut.model_validate)


@router.post("/{tenant_id}:suspend")
async def post_tenant_suspend(tenant_id: UUID, why: ReasonIn, here: Here, actor: Operator, once: Once) -> TenantOut:
    """Shuts a tenant out: its keys and people are refused everywhere within seconds. Nothing is deleted."""
    work = _to(TenantState.SUSPENDED, tenant_id, why)
    with _refusals():
        return await once.perform(here.database, actor.within(tenant_id), work, TenantOut.model_validate)


@router.post("/{tenant_id}:resume")
async def post_tenant_resume(tenant_id: UUID, why: ReasonIn, here: Here, actor: Operator, once: Once) -> TenantOut:
    """Lets a suspended tenant in again."""
    work = _to(TenantState.ACTIVE, tenant_id, why)
    with _refusals():
        return await once.perform(here.database, actor.within(tenant_id), work, TenantOut.model_validate)


@router.post("/{tenant_id}:delete")
async def post_tenant_delete(tenant_id: UUID, why: DeletionIn, here: Here, actor: Operator, once: Once) -> TenantOut:
    """Deletes a suspended tenant's rows in all three services. Export it before: there is no way back."""
    tenant = await _read(here, tenant_id)
    if tenant.slug != why.slug:
        raise Problem("invalid", 422, errors=[FieldError("/slug", "other_slug")])
    work = _to(TenantState.DELETED, tenant_id, why)
    # Wherever the operator is at work: in the tenant's own audit it would go with the tenant.
    noting = partial(note_deletion, tenant_id=tenant_id, reason=why.reason)
    await perform(here.database, actor.within(FIRST_TENANT_ID), noting)
    with _refusals():
        deleted = await once.perform(here.database, actor.within(tenant_id), work, TenantOut.model_validate)
    here.kick_jobs()
    here.kick_relay()
    return deleted


def _to(state: TenantState, tenant_id: UUID, why: ReasonIn) -> UseCase[Tenant]:
    return partial(set_tenant_state, tenant_id=tenant_id, to=state, reason=why.reason)


async def _read(here: Context, tenant_id: UUID) -> TenantOut:
    async with here.database.transaction(tenant_id) as tx:
        tenant = await read_tenant(tx, tenant_id)
    if tenant is None:
        raise Problem("unknown_tenant", 404)
    return TenantOut.model_validate(tenant)


@contextmanager
def _refusals() -> Iterator[None]:
    """What the use cases refuse, as the caller sees it."""
    try:
        yield
    except UnknownTenantError:
        raise Problem("unknown_tenant", 404) from None
    except IllegalTenantStateError as error:
        about, legal = {"state": error.state, "to": error.to}, list(error.legal)
        extra = {"state": error.state, "legal_moves": legal}
        raise Problem("illegal_tenant_state", 409, about=about, extra=extra) from None
