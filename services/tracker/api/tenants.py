"""/v1/tenants: companies that share an instance and see nothing of each other."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import Depends

from services.tracker.api.context import Context, Here
from services.tracker.api.tenant_schema import DeletionIn, ReasonIn, TenantChangeIn, TenantIn, TenantOut, TenantsOut
from services.tracker.domain.tenancy import IllegalTenantStateError, country_of
from services.tracker.store.identity_tables import Tenant
from services.tracker.store.tenants import list_tenants, read_tenant, tenant_places
from services.tracker.use_cases.keep_tenants import (
    SlugTakenError,
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
from shared.contracts.vocabulary import TenantState
from shared.web.doors import Operator, WorkReader, requires
from shared.web.idempotency import Change, Once
from shared.web.pages import Page
from shared.web.problems import FieldError, Problem
from shared.web.routing import Router
from shared.web.versions import Fresh

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
    parts = wanted.model_dump(exclude={"slug"}) | {"country": country}
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
    """Renames a tenant, or sets its brand, time zone, languages and country. Numbers known already stay as read."""
    if wanted.is_demo is not None and not actor.may(Scope.OPERATOR):
        raise Problem("forbidden", 403, about={"scope": Scope.OPERATOR})
    work = partial(change_tenant, tenant_id=tenant_id, wanted=wanted.parts(), expected=change.expected)
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
