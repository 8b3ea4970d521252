"""/v1/products: what is sold, and how many units of it are in service, for complaints per 1,000 units."""

from datetime import date, datetime
from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query
from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic_core import PydanticCustomError

from services.collector.api.context import Here
from services.collector.domain.products import UNITS_MAX, model_key, month_of, written_month
from services.collector.store.product_tables import Exposure, Product
from services.collector.store.products import UnitsStated, list_products, read_exposure, read_product
from services.collector.use_cases.keep_products import (
    ChangeProduct,
    ModelTakenError,
    Stated,
    UnknownProductError,
    change_product,
    make_product,
    state_exposure,
)
from shared.access.audit import perform
from shared.access.credentials import Actor
from shared.access.scopes import Scope
from shared.contracts.text import Name
from shared.paging import Place
from shared.web.doors import requires
from shared.web.idempotency import Change, Once
from shared.web.pages import Page
from shared.web.problems import FieldError, Problem
from shared.web.routing import Router
from shared.web.versions import Fresh, Versioned

SKUS_MAX = 100
MONTHS_AT_ONCE_MAX = 1_000
MONTHS_SHOWN_MAX = 5_000


def _month(written: str) -> str:
    if month_of(written) is None:
        raise PydanticCustomError("not_a_month", "not a month")
    return written


def _model(written: str) -> str:
    if not model_key(written):
        raise PydanticCustomError("empty", "no letter or digit")
    return written


_MONTHS = "^(199[0-9]|20[0-9]{2}|2100)-(0[1-9]|1[0-2])$"  # Said in the JSON schema as well.
Month = Annotated[str, AfterValidator(_month), Field(examples=["2026-05"], json_schema_extra={"pattern": _MONTHS})]
Model = Annotated[Name, AfterValidator(_model)]
Skus = Annotated[list[Name], Field(max_length=SKUS_MAX)]


class NewProductIn(BaseModel):
    """A model that is sold, the kind of appliance it is, and its article numbers."""

    model_config = ConfigDict(extra="forbid")

    model: Model
    category: Name | None = None
    skus: Skus = []


class ProductChangeIn(BaseModel):
    """What is to be different."""

    model_config = ConfigDict(extra="forbid")

    model: Model | None = None
    category: Name | None = None
    skus: Skus | None = None


class ProductOut(Versioned):
    """A product."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    model: str
    category: str | None
    skus: list[str]
    created_at: datetime


class ProductsOut(BaseModel):
    """A page of products, newest first."""

    items: list[ProductOut]
    next: str | None


class UnitsIn(BaseModel):
    """Units of a model in service in a month, or of one lot of it. A model not known yet becomes a product."""

    model_config = ConfigDict(extra="forbid")

    model: Model
    month: Month
    units: int = Field(ge=0, le=UNITS_MAX)
    lot: Name | None = None


class ExposureIn(BaseModel):
    """Up to 1,000 months. What was stated before of the same model, lot and month is replaced."""

    model_config = ConfigDict(extra="forbid")

    items: list[UnitsIn] = Field(max_length=MONTHS_AT_ONCE_MAX)


class ExposureStatedOut(BaseModel):
    """How many months were stated, and how many products were not known before."""

    months: int
    products_added: int


class UnitsOut(BaseModel):
    """Units in service in a month; of all lots where `lot` is null."""

    month: str
    lot: str | None
    units: int


class ExposureOut(BaseModel):
    """The units of one product, oldest month first."""

    months: list[UnitsOut]


Reader = Annotated[Actor, Depends(requires(Scope.FEEDBACK_READ))]
Writer = Annotated[Actor, Depends(requires(Scope.PRODUCTS_WRITE))]
router = Router(prefix="/v1", tags=["products"])


@router.post("/products", status_code=201)
async def post_product(wanted: NewProductIn, here: Here, actor: Writer, once: Once) -> ProductOut:
    """Adds a product."""
    work = partial(make_product, tenant_id=actor.tenant_id, wanted=wanted.model_dump())
    try:
        return await once.perform(here.database, actor, work, ProductOut.model_validate)
    except ModelTakenError:
        raise _taken() from None


@router.get("/products")
async def get_products(here: Here, actor: Reader, page: Page) -> ProductsOut:
    """Products, newest first."""
    async with here.database.transaction(actor.tenant_id) as tx:
        found = await list_products(tx, actor.tenant_id, page.place(actor), page.rows_max)
    shown, following = page.turn(actor, found, lambda product: Place(product.created_at, product.id))
    return ProductsOut(items=[ProductOut.model_validate(product) for product in shown], next=following)


@router.get("/products/{product_id}")
async def get_product(product_id: UUID, here: Here, actor: Reader, fresh: Fresh) -> ProductOut:
    """One product."""
    async with here.database.transaction(actor.tenant_id) as tx:
        product = _known(await read_product(tx, actor.tenant_id, product_id))
    return fresh.answer(ProductOut.model_validate(product))


@router.patch("/products/{product_id}")
async def patch_product(
    product_id: UUID, wanted: ProductChangeIn, here: Here, actor: Writer, change: Change
) -> ProductOut:
    """Changes a product."""
    given = wanted.model_dump(exclude_unset=True)
    given = {name: value for name, value in given.items() if value is not None or name == "category"}
    command = ChangeProduct(actor.tenant_id, product_id, given, change.expected)
    try:
        work = partial(change_product, command=command)
        return await change.perform(here.database, actor, work, ProductOut.model_validate)
    except UnknownProductError:
        raise Problem("not_found", 404) from None
    except ModelTakenError:
        raise _taken() from None


@router.put("/exposure")
async def put_exposure(stated: ExposureIn, here: Here, actor: Writer) -> ExposureStatedOut:
    """States units in service by model and month. The same again changes nothing."""
    units = [UnitsStated(one.model, _first_day(one.month), one.units, one.lot or "") for one in stated.items]
    done: Stated = await perform(here.database, actor, partial(state_exposure, tenant_id=actor.tenant_id, stated=units))
    return ExposureStatedOut(**vars(done))


@router.get("/products/{product_id}/exposure")
async def get_exposure(
    product_id: UUID,
    here: Here,
    actor: Reader,
    since: Annotated[Month, Query(description="The first month.")] = "1990-01",
    until: Annotated[Month, Query(description="The last month.")] = "2100-12",
) -> ExposureOut:
    """The units of one product in service, month by month."""
    months = _first_day(since), _first_day(until)
    async with here.database.transaction(actor.tenant_id) as tx:
        _known(await read_product(tx, actor.tenant_id, product_id))
        found = await read_exposure(tx, actor.tenant_id, product_id, months, MONTHS_SHOWN_MAX)
    return ExposureOut(months=[_units(row) for row in found])


def _units(row: Exposure) -> UnitsOut:
    return UnitsOut(month=written_month(row.month), lot=row.lot or None, units=row.units_in_service)


def _first_day(written: str) -> date:
    month = month_of(written)
    if month is None:  # Its schema has checked it.
        raise ValueError(written)
    return month


def _known(product: Product | None) -> Product:
    if product is None:
        raise Problem("not_found", 404)
    return product


def _taken() -> Problem:
    return Problem("model_taken", 409, errors=[FieldError("/model", "model_taken")])
