"""What a source's columns or paths mean: plain data that can be shown, changed, kept with an import and read back."""

from collections.abc import Mapping as Read
from dataclasses import dataclass, field, fields, replace
from enum import StrEnum
from typing import Any

from services.collector.domain.normal_forms import DateOrder


class Kind(StrEnum):
    """How what stands in a cell becomes the field's value."""

    TEXT = "text"
    NAME = "name"
    MOMENT = "moment"
    RATING = "rating"
    LANGUAGE = "language"
    PHONE = "phone"
    TICK = "tick"
    AS_WRITTEN = "as_written"


KEPT_MAX = 50
# Every field that a column can fill, as the path of the body that it fills.
FIELDS: dict[str, Kind] = {
    "text": Kind.TEXT,
    "external_id": Kind.NAME,
    "occurred_at": Kind.MOMENT,
    "rating": Kind.RATING,
    "language": Kind.LANGUAGE,
    "customer.external_id": Kind.NAME,
    "customer.email": Kind.AS_WRITTEN,
    "customer.phone": Kind.PHONE,
    "customer.name": Kind.NAME,
    "customer.language": Kind.LANGUAGE,
    "product.category": Kind.NAME,
    "product.model": Kind.NAME,
    "product.sku": Kind.NAME,
    "product.serial": Kind.NAME,
    "product.app_version": Kind.NAME,
    "social.platform": Kind.NAME,
    "social.kind": Kind.AS_WRITTEN,
    "social.post_url": Kind.AS_WRITTEN,
    "social.author_handle": Kind.NAME,
    "social.title": Kind.NAME,
    "survey.id": Kind.NAME,
    "survey.title": Kind.NAME,
    "survey.question": Kind.NAME,
    "survey.response_id": Kind.NAME,
    "consent.reply": Kind.TICK,
    "consent.research": Kind.TICK,
    "consent.training": Kind.TICK,
}


@dataclass(frozen=True)
class Mapping:
    """Which columns (or paths of a JSON object) fill which field, and what is stated about the whole source.

    Several columns of words, and of a customer's name, are joined; of any other field the first that is filled counts.
    """

    source: str
    fields: Read[str, tuple[str, ...]] = field(default_factory=dict)
    preset: str = "generic"
    channel: str = "import"
    constants: Read[str, str] = field(default_factory=dict)  # Values of fields that no column fills.
    picks: Read[str, str] = field(default_factory=dict)  # Fields that are one parameter of an address.
    rating_scale: str = "stars5"
    date_order: DateOrder | None = None
    date_1904: bool = False
    time_zone: str = "Asia/Shanghai"
    country: str = "CN"
    purposes: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()  # Further columns, kept under `more` as they are.
    empty_text: str = "empty"  # The code for a record without words.

    def columns(self) -> list[str]:
        """Every column that is read, once."""
        named = [column for columns in self.fields.values() for column in columns]
        return list(dict.fromkeys([*named, *self.kept]))

    def of(self, target: str) -> tuple[str, ...]:
        """The columns of a field."""
        return tuple(self.fields.get(target, ()))

    def as_document(self) -> dict[str, Any]:
        """As JSON."""
        made = {one.name: getattr(self, one.name) for one in fields(self)}
        made["fields"] = {target: list(columns) for target, columns in self.fields.items()}
        return {name: list(value) if isinstance(value, tuple) else value for name, value in made.items()}


def mapping_of(document: Read[str, Any]) -> Mapping:
    """The mapping that `as_document` gave."""
    order = document.get("date_order")
    lists = {name: tuple(document.get(name, ())) for name in ("purposes", "kept")}
    read = {target: tuple(columns) for target, columns in document.get("fields", {}).items()}
    return Mapping(**{**document, **lists, "fields": read, "date_order": DateOrder(order) if order else None})


class WrongMappingError(Exception):
    """What somebody told does not fit the file; `place` is the part of the mapping that is wrong."""

    def __init__(self, place: str, code: str, **about: object) -> None:
        super().__init__(f"{place}: {code}")
        self.place = place
        self.code = code
        self.about = about


def overridden(guessed: Mapping, told: Read[str, Any], columns: tuple[str, ...]) -> Mapping:
    """The mapping with what a person told in place of what was guessed. A field told as empty is left out."""
    fields_told: Read[str, Any] = told.get("fields") or {}
    given: dict[str, tuple[str, ...]] = {}
    for target, named in fields_told.items():
        if target not in FIELDS:
            raise WrongMappingError(f"/fields/{target}", "unknown_target", expected=", ".join(FIELDS))
        given[target] = tuple([named] if isinstance(named, str) else named or ())
    both: dict[str, tuple[str, ...]] = {**guessed.fields, **given}
    chosen = {target: columns for target, columns in both.items() if columns}
    stated = {name: value for name, value in told.items() if name != "fields" and value is not None}
    lists: dict[str, Any] = {name: tuple(stated[name]) for name in ("purposes", "kept") if name in stated}
    changes: dict[str, Any] = {**stated, **lists, "fields": chosen}
    mapping = replace(guessed, **changes)
    if len(mapping.kept) > KEPT_MAX:
        raise WrongMappingError("/kept", "too_many", max_length=KEPT_MAX)
    for column in mapping.columns():
        if column not in columns:
            raise WrongMappingError("/fields", "unknown_column", column=column, expected=", ".join(columns)[:500])
    return mapping
