"""The one mapping engine: a record of a file, or the payload of a webhook or a poller, becomes a feedback's body."""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator
from collections.abc import Mapping as Read
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

from services.collector.channels.files.reading import Cells, Fault, Record
from services.collector.channels.mapping.mapping import FIELDS, Kind, Mapping
from services.collector.channels.mapping.occurrences import Occurrences
from services.collector.channels.mapping.presets import JOINED
from services.collector.domain import normal_forms
from services.collector.domain.normal_forms import NotNormalError

Body = dict[str, Any]
_canonical = json.JSONEncoder(sort_keys=True).encode
MORE, ORIGINALS = "more", "originals"
KEPT_CHARACTERS_MAX = 1_000
NAME_CHARACTERS_MAX = 80
# What people write into a cell that must not stay empty. Of a text it is what they said.
_NOTHING = frozenset({"-", "--", "/", "n/a", "na", "null", "none", "nil", "\\n", "无", "没有", "未知", "暂无"})
ORIGINAL_CHARACTERS_MAX = 500
STATED_VERSION, STATED_BY = "held-by-operator", "operator"
_DIGEST_CHARACTERS = 40


@dataclass(frozen=True)
class RowFault:
    """Why a record is rejected: in which column, by which rule, and what stands there."""

    column: str
    code: str
    about: Read[str, object] = field(default_factory=dict)
    original: str = ""


class MappedRow(NamedTuple):
    """A record as the body that a door takes, or what is wrong with it."""

    number: int
    body: Body | None
    faults: list[RowFault]


class Engine:
    """Maps records of one source. `occurrences` tells equal rows without an id apart; it goes on where it stopped."""

    def __init__(self, mapping: Mapping, occurrences: Occurrences | None = None) -> None:
        self._mapping = mapping
        self._zone = ZoneInfo(mapping.time_zone)
        self._occurrences = occurrences or Occurrences()
        self._plan = [(target, FIELDS[target], columns) for target, columns in mapping.fields.items()]
        self._values: dict[Kind, Callable[[str], Any]] = {
            Kind.TEXT: normal_forms.text,
            Kind.NAME: normal_forms.name,
            Kind.MOMENT: self._moment,
            Kind.RATING: self._rating,
            Kind.LANGUAGE: normal_forms.language,
            Kind.PHONE: self._phone,
            Kind.TICK: normal_forms.boolean,
            Kind.AS_WRITTEN: str.strip,
        }

    def rows(self, records: Iterable[Record]) -> Iterator[MappedRow]:
        """Every record, mapped."""
        for record in records:
            yield self.row(record)

    def row(self, record: Record) -> MappedRow:
        """One record, mapped."""
        if record.fault is not None:
            return MappedRow(record.number, None, [_torn(record.cells, record.fault)])
        body, faults = self._filled(record.cells)
        if "text" not in body and not any(fault.column in self._mapping.of("text") for fault in faults):
            faults.append(RowFault(", ".join(self._mapping.of("text")), self._mapping.empty_text))
        if faults:
            return MappedRow(record.number, None, faults)
        return MappedRow(record.number, self._named(body, record.cells), [])

    def _filled(self, cells: Cells) -> tuple[Body, list[RowFault]]:
        body: Body = {"channel": self._mapping.channel, "source": self._mapping.source}
        faults: list[RowFault] = []
        for target, kind, columns in self._plan:
            column, written = self._written(cells, target, columns)
            if not written:
                continue
            try:
                _put(body, target, self._values[kind](written))
                if kind in _CHANGED and not _is_plain(kind, written):
                    body.setdefault(ORIGINALS, {})[target] = _one_line(written)
            except NotNormalError as error:
                faults.append(RowFault(column, error.code, error.about, written[:ORIGINAL_CHARACTERS_MAX]))
        self._state(body)
        return body, faults

    def _written(self, cells: Cells, target: str, columns: tuple[str, ...]) -> tuple[str, str]:
        """The column that fills a field, and what stands in it."""
        if target in JOINED and len(columns) > 1:
            filled = [as_text(value_at(cells, column)).strip() for column in columns]
            return columns[0], JOINED[target].join(text for text in filled if text)
        for column in columns:
            written = as_text(value_at(cells, column)).strip()
            if written:
                return column, self._picked(target, written)
        return "", ""

    def _picked(self, target: str, written: str) -> str:
        if target == "text":
            return written
        if written.lower() in _NOTHING:
            return ""
        pick = self._mapping.picks.get(target)
        return _parameter(written, pick) if pick else written

    def _state(self, body: Body) -> None:
        """What holds for every record, unless the record says otherwise."""
        for target, value in self._mapping.constants.items():
            if _at(body, target) is None:
                _put(body, target, value)
        ticked = body.pop("consent", None)
        if ticked is not None:
            purposes = [purpose for purpose, is_ticked in ticked.items() if is_ticked]
            body["consent"] = {"purposes": purposes, "version": STATED_VERSION, "stated_by": STATED_BY}
        elif self._mapping.purposes:
            purposes = list(self._mapping.purposes)
            body["consent"] = {"purposes": purposes, "version": STATED_VERSION, "stated_by": STATED_BY}

    def _named(self, body: Body, cells: Cells) -> Body:
        """With what is kept besides, and with a name by which a repeat is known: its own, or its hash and count."""
        if self._mapping.kept:
            kept = {column: _one_line(as_text(value_at(cells, column))) for column in self._mapping.kept}
            body[MORE] = {_one_line(column)[:NAME_CHARACTERS_MAX]: value for column, value in kept.items() if value}
        if "external_id" not in body:
            digest = hashlib.sha256(_canonical(body).encode()).hexdigest()[:_DIGEST_CHARACTERS]
            body["external_id"] = f"{digest}-{self._occurrences.take(digest)}"
        return body

    def _moment(self, written: str) -> str:
        mapping = self._mapping
        return normal_forms.moment(written, self._zone, mapping.date_order, date_1904=mapping.date_1904).isoformat()

    def _rating(self, written: str) -> Body:
        rating = normal_forms.rating(written, self._mapping.rating_scale)
        return {"scale": rating.scale, "value": rating.value}

    def _phone(self, written: str) -> str:
        """As written: whoever stores it keeps both spellings."""
        normal_forms.phone(written, self._mapping.country)
        return written.strip()


def value_at(cells: Cells, path: str) -> object:
    """What stands in a column, or at a path such as `answers.0.text`."""
    if path in cells:  # A column whose name holds dots, too.
        return cells[path]
    value: object = cells
    for part in path.split("."):
        if isinstance(value, Read):
            value = value.get(part)
        elif isinstance(value, list) and part.isdecimal() and int(part) < len(value):
            value = value[int(part)]
        else:
            return None
    return value


def as_text(value: object) -> str:
    """A cell's value as it would stand in a table."""
    if value is None or isinstance(value, str):
        return value or ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value) if isinstance(value, int | float) else json.dumps(value, ensure_ascii=False)


# Fields whose normal form does not show what was written.
_CHANGED = (Kind.MOMENT, Kind.RATING)


def _is_plain(kind: Kind, written: str) -> bool:
    """Whether what was written reads as its normal form does."""
    if kind is Kind.MOMENT:
        return written[4:5] == "-"  # Year first, as RFC 3339 has it.
    return written.replace(".", "", 1).isdecimal()


def _one_line(written: str) -> str:
    return " ".join(written.split())[:KEPT_CHARACTERS_MAX]


def _parameter(address: str, name: str) -> str:
    try:
        query = parse_qs(urlsplit(address).query)
    except ValueError:
        return ""
    return query.get(name, [""])[0]


def _put(body: Body, target: str, value: object) -> None:
    outer, _, inner = target.rpartition(".")
    if value not in ("", None):
        (body.setdefault(outer, {}) if outer else body)[inner] = value


def _at(body: Body, target: str) -> object:
    outer, _, inner = target.rpartition(".")
    return (body.get(outer, {}) if outer else body).get(inner)


def _torn(cells: Cells, fault: Fault) -> RowFault:
    original = " ".join(as_text(value) for value in cells.values())
    return RowFault("", fault.code, fault.about, original[:ORIGINAL_CHARACTERS_MAX])
