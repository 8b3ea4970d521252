"""A table as a file that spreadsheets open: UTF-8 with a mark, and no cell that they would run."""

import csv
import io
from collections.abc import Iterable, Sequence

BYTE_ORDER_MARK = "\ufeff"
# What a cell begins with that Excel and its like take for a formula.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def sheet(columns: Sequence[str], rows: Iterable[Sequence[str | int]]) -> str:
    """The table as CSV."""
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow([safe_cell(one) for one in columns])
    writer.writerows([safe_cell(one) for one in row] for row in rows)
    return BYTE_ORDER_MARK + file.getvalue()


def safe_cell(value: str | int) -> str | int:
    """The cell, as words and not as a formula."""
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA_STARTS) else value
