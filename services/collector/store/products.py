"""Products and the units in service, in the database."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

import asyncpg

from services.collector.domain.products import model_key
from services.collector.store.product_tables import Exposure, Product
from shared.database import Tx, Values
from shared.ids import new_id
from shared.paging import Place, after

_ONE = "SELECT * FROM product WHERE tenant_id = $1 AND id = $2"
_LIST = """
SELECT * FROM product
WHERE tenant_id = $1 AND ($2::timestamptz IS NULL OR (created_at, id) < ($2, $3::uuid))
ORDER BY created_at DESC, id DESC LIMIT $4
"""
_BY_KEY = "SELECT id, model_key FROM product WHERE tenant_id = $1 AND model_key = ANY ($2)"
_CHANGE = """
UPDATE product SET model = $3, model_key = $4, category = $5, skus = $6, version = version + 1
WHERE tenant_id = $1 AND id = $2 RETURNING *
"""
_STATED = """
ON CONFLICT (tenant_id, product_id, lot, month)
DO UPDATE SET units_in_service = excluded.units_in_service, stated_at = now()
"""
_EXPOSURE = """
SELECT * FROM exposure WHERE tenant_id = $1 AND product_id = $2 AND month BETWEEN $3 AND $4
ORDER BY month, lot LIMIT $5
"""


@dataclass(frozen=True)
class UnitsStated:
    """How many units of a model, by its name, were in service in a month; of all lots where `lot` is empty."""

    model: str
    month: date
    units: int
    lot: str = ""


async def add_products(tx: Tx, tenant_id: UUID, products: Sequence[Values]) -> list[Product]:
    """New products; those whose model is there already are left out."""
    rows = [
        {
            "tenant_id": tenant_id,
            "id": new_id(),
            "model": product["model"],
            "model_key": model_key(str(product["model"])),
            "category": product.get("category"),
            "skus": json.dumps(product.get("skus", []), ensure_ascii=False),
        }
        for product in products
    ]
    added = await tx.insert(Product, rows, tail="ON CONFLICT DO NOTHING RETURNING *")
    return [_product(row) for row in added]


async def read_product(tx: Tx, tenant_id: UUID, product_id: UUID) -> Product | None:
    """One product."""
    row = await tx.fetchrow(_ONE, tenant_id, product_id)
    return _product(row) if row else None


async def hold_product(tx: Tx, tenant_id: UUID, product_id: UUID) -> Product | None:
    """One product, which nobody else can change until the transaction ends."""
    row = await tx.fetchrow(f"{_ONE} FOR UPDATE", tenant_id, product_id)
    return _product(row) if row else None


async def list_products(tx: Tx, tenant_id: UUID, place: Place | None, limit: int) -> list[Product]:
    """Newest first."""
    return [_product(row) for row in await tx.fetch(_LIST, tenant_id, *after(place), limit)]


async def ids_of_models(tx: Tx, tenant_id: UUID, models: Sequence[str]) -> dict[str, UUID]:
    """Known products by the key of their model."""
    rows = await tx.fetch(_BY_KEY, tenant_id, sorted({model_key(model) for model in models}))
    return {row["model_key"]: row["id"] for row in rows}


async def change_product(tx: Tx, product: Product) -> Product:
    """The product as given, in its next version. Raises asyncpg.UniqueViolationError when the model is another's."""
    row = (product.model, model_key(product.model), product.category, json.dumps(product.skus, ensure_ascii=False))
    changed = await tx.fetchrow(_CHANGE, product.tenant_id, product.id, *row)
    return _product(changed) if changed else product


async def state_units(tx: Tx, tenant_id: UUID, ids: dict[str, UUID], stated: Sequence[UnitsStated]) -> None:
    """Units by month; what was stated before of the same month and lot is replaced."""
    rows = {
        (ids[model_key(one.model)], one.lot, one.month): {
            "tenant_id": tenant_id,
            "id": new_id(),
            "product_id": ids[model_key(one.model)],
            "lot": one.lot,
            "month": one.month,
            "units_in_service": one.units,
        }
        for one in stated
    }
    # One order everywhere, so that two statements wait for each other and never deadlock.
    await tx.insert(Exposure, [rows[key] for key in sorted(rows)], tail=_STATED)


async def read_exposure(
    tx: Tx, tenant_id: UUID, product_id: UUID, months: tuple[date, date], limit: int
) -> list[Exposure]:
    """The units of a product from one month to another, both included, oldest first."""
    return await tx.rows(Exposure, _EXPOSURE, tenant_id, product_id, *months, limit)


def _product(row: asyncpg.Record) -> Product:
    return Product(**dict(row) | {"skus": json.loads(row["skus"])})  # The driver hands JSON over as text.
