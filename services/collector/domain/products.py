"""Products as people write them: when two spellings are one model, and which months can be stated."""

import re
import unicodedata
from datetime import date

UNITS_MAX = 2_000_000_000
FIRST_YEAR, LAST_YEAR = 1990, 2100
_MONTH = re.compile(r"([0-9]{4})-(0[1-9]|1[0-2])")
_BETWEEN = re.compile(r"[\s\-_./]+")


def model_key(model: str) -> str:
    """The spelling under which equal models are equal: 「ＨＷ－60」, `hw 60` and `HW-60` are one."""
    return _BETWEEN.sub("", unicodedata.normalize("NFKC", model)).casefold()


def month_of(written: str) -> date | None:
    """The first day of a month written `YYYY-MM`; None when it is none."""
    found = _MONTH.fullmatch(written)
    if found is None or not FIRST_YEAR <= int(found[1]) <= LAST_YEAR:
        return None
    return date(int(found[1]), int(found[2]), 1)


def written_month(month: date) -> str:
    """A month as it is written: `YYYY-MM`."""
    return f"{month.year:04}-{month.month:02}"
