"""One look over a whole file before anything is stored: how many records, how many broken, how dates are meant."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from services.collector.channels.files.reading import Record, UnreadableFileError
from services.collector.channels.mapping.engine import as_text, value_at
from services.collector.channels.mapping.mapping import Mapping
from services.collector.domain.normal_forms import DateOrder, date_orders


@dataclass
class Survey:
    """What one look over all records found."""

    records: int = 0
    faulty: int = 0
    _orders: set[DateOrder] = field(default_factory=lambda: set(DateOrder))
    _undecided: str | None = None
    _contradicted: str | None = None

    def see(self, record: Record, date_columns: tuple[str, ...]) -> None:
        """Counts one record, and lets its date rule out what it can."""
        self.records += 1
        if record.fault is not None:
            self.faulty += 1
            return
        for column in date_columns:
            written = as_text(value_at(record.cells, column))
            if orders := date_orders(written):
                self._narrow(orders, written)

    def _narrow(self, orders: frozenset[DateOrder], written: str) -> None:
        if len(orders) > 1:
            self._undecided = self._undecided or written
        elif orders & self._orders:
            self._orders &= orders
        else:
            self._contradicted = self._contradicted or written

    def settled(self, mapping: Mapping) -> Mapping:
        """The mapping with the order of its dates. Raises UnreadableFileError when nobody can know it."""
        if mapping.date_order is not None:
            return mapping
        columns = ", ".join(mapping.of("occurred_at"))
        if self._contradicted is not None:
            raise UnreadableFileError("contradicting_dates", column=columns, written=self._contradicted[:40])
        if len(self._orders) == 1:
            [order] = self._orders
            return replace(mapping, date_order=order)
        if self._undecided is not None:
            raise UnreadableFileError("ambiguous_dates", column=columns, written=self._undecided[:40])
        return mapping


def survey(records: Iterable[Record], mapping: Mapping) -> Survey:
    """Looks over all records."""
    found = Survey()
    for record in records:
        found.see(record, mapping.of("occurred_at"))
    return found
