"""Keeps what is sold, and how many units of it are in service."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

import asyncpg

from services.collector.domain.products import model_key
from services.collector.store import products as store
from services.collector.store.product_tables import Product
from services.collector.store.products import UnitsStated
from shared.access.audit import AuditLine, Done
from shared.database import Tx
from shared.versions import Expected


class ModelTakenError(Exception):
    """Another product has this model."""


class UnknownProductError(Exception):
    """There is no such product."""


@dataclass(frozen=True)
class ChangeProduct:
    """The command: which product, and what is to be different, by the names of its parts."""

    tenant_id: UUID
    product_id: UUID
    wanted: Mapping[str, object]
    expected: Expected


@dataclass(frozen=True)
class Stated:
    """How many months were stated, and how many products were not known before."""

    months: int
    products_added: int


async def make_product(tx: Tx, tenant_id: UUID, wanted: Mapping[str, object]) -> Done[Product]:
    """A new product. Raises ModelTakenError."""
    added = await store.add_products(tx, tenant_id, [wanted])
    if not added:
        raise ModelTakenError
    return Done(added[0], AuditLine("product.make", "product", added[0].id))


async def change_product(tx: Tx, command: ChangeProduct) -> Done[Product]:
    """Another model, category or numbers. Raises UnknownProductError, StaleVersionError, ModelTakenError."""
    product = await store.hold_product(tx, command.tenant_id, command.product_id)
    if product is None:
        raise UnknownProductError
    command.expected.check(product.version)
    changed = [name for name, value in command.wanted.items() if getattr(product, name) != value]
    if not changed:
        return Done(product, None)
    for name in changed:
        setattr(product, name, command.wanted[name])
    try:
        kept = await store.change_product(tx, product)
    except asyncpg.UniqueViolationError:
        raise ModelTakenError from None
    return Done(kept, AuditLine("product.change", "product", product.id, {"changed": changed}))


async def state_exposure(tx: Tx, tenant_id: UUID, stated: Sequence[UnitsStated]) -> Done[Stated]:
    """Keeps units in service by model and month. A model that is not known yet becomes a product."""
    models = {model_key(one.model): one.model for one in reversed(stated)}
    added = await store.add_products(tx, tenant_id, [{"model": models[key]} for key in sorted(models)])
    ids = await store.ids_of_models(tx, tenant_id, list(models.values()))
    await store.state_units(tx, tenant_id, ids, stated)
    line = AuditLine("exposure.state", "product", detail={"months": len(stated), "products_added": len(added)})
    return Done(Stated(len(stated), len(added)), line if stated else None)
