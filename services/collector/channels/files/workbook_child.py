"""Turns a workbook on its input into JSON lines on its output; a process of its own, which a bad file may exhaust.

It knows nothing of the collector, holds no key and no connection, and limits itself before it looks at the file.
openpyxl reads a sheet as a stream. python-calamine is 20 times as fast, but holds a sheet whole, and as a rectangle:
two cells in opposite corners, in a file of 1 KB, take all memory there is.
"""

import json
import re
import resource
import sys
import zipfile
from collections.abc import Iterable
from datetime import date, datetime, time
from typing import Any, TextIO

import openpyxl
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from services.collector.channels.files import workbook_limits as limits
from services.collector.channels.files.reading import COLUMNS_MAX, UnreadableFileError

EXIT_REFUSED = 3
_NAMES_SHOWN_MAX = 20
_INTEGERS_BELOW = 1e15
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_QUOTED = re.compile(r'"[^"]*"|\[[^\]]*\]|\\.')
_HOURS = re.compile(r"[hs]|AM/PM", re.IGNORECASE)


def main() -> int:
    """Limits itself, converts, and says on its error output why it did not."""
    _limit()
    if not openpyxl.DEFUSEDXML:
        raise SystemExit("openpyxl does not use defusedxml")
    try:
        _convert(sys.stdout, json.loads(sys.argv[1]))
    except UnreadableFileError as error:
        refusal = {"code": error.code, "about": error.about}
    except MemoryError:
        refusal = too_much()
    except Exception:  # noqa: BLE001 - whatever a file does to its parsers, the file is at fault
        refusal = {"code": "broken_workbook", "about": {}}
    else:
        return 0
    sys.stderr.write(json.dumps(refusal))
    return EXIT_REFUSED


def too_much() -> dict[str, Any]:
    """The refusal of what needs more than there is for it."""
    about = {"max_s": limits.CPU_S_MAX, "max_mib": limits.MEMORY_BYTES_MAX // limits.MIB}
    return {"code": "takes_too_long", "about": about}


def _limit() -> None:
    for kind, most in (
        (resource.RLIMIT_AS, limits.MEMORY_BYTES_MAX),
        (resource.RLIMIT_CPU, limits.CPU_S_MAX),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(kind, (most, most))


def _convert(out: TextIO, told: dict[str, Any]) -> None:
    file = sys.stdin.buffer
    packed_bytes = file.seek(0, 2)
    with zipfile.ZipFile(file) as archive:
        limits.check_directory(archive, packed_bytes)
        limits.check_parts(archive)
    workbook = openpyxl.load_workbook(file, read_only=True, data_only=True, keep_links=False)
    sheet = _sheet(workbook, told["sheet"])
    about = {
        "sheet": sheet.title,
        "sheets": [one.title for one in workbook.worksheets],
        "hidden": [one.title for one in workbook.worksheets if one.sheet_state != "visible"],
        "date_1904": workbook.epoch == CALENDAR_MAC_1904,
    }
    out.write(json.dumps({"huiyin_grid": about}, ensure_ascii=False) + "\n")
    sheet.reset_dimensions()  # What the file says of its size may be wrong.
    _write(out, sheet.iter_rows())


def _sheet(workbook: Any, told: str | None) -> Any:  # noqa: ANN401 - openpyxl has no types
    sheets = workbook.worksheets
    if told is None:
        return next((sheet for sheet in sheets if sheet.sheet_state == "visible"), sheets[0])
    found = next((sheet for sheet in sheets if sheet.title == told), None)
    if found is None:
        names = ", ".join(sheet.title for sheet in sheets[:_NAMES_SHOWN_MAX])
        raise UnreadableFileError("unknown_sheet", sheet=told[:100], expected=names)
    return found


def _write(out: TextIO, rows: Iterable[tuple[Any, ...]]) -> None:
    cells = 0
    for number, row in enumerate(rows, start=1):
        cells += len(row)
        if number > limits.ROWS_MAX:
            raise UnreadableFileError("too_many_rows", max=limits.ROWS_MAX)
        if len(row) > COLUMNS_MAX:
            raise UnreadableFileError("too_many_columns", max=COLUMNS_MAX)
        if cells > limits.CELLS_MAX:
            raise UnreadableFileError("too_many_cells", max=limits.CELLS_MAX)
        texts = [_seen(cell, number) for cell in row]
        while texts and not texts[-1].strip():
            texts.pop()
        if texts:
            out.write(json.dumps(texts, ensure_ascii=False) + "\n")


def _seen(cell: Any, row: int) -> str:  # noqa: ANN401 - openpyxl has no types
    """A cell as its reader sees it."""
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, str):
        if len(value) > limits.CELL_CHARACTERS_MAX:
            raise UnreadableFileError("cell_too_long", row=row, max=limits.CELL_CHARACTERS_MAX)
        return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), value) if "_x" in value else value
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int | float):
        return _number(value, cell.number_format)
    return _moment(value, cell.number_format)


def _number(value: float, number_format: str) -> str:
    if "%" in _QUOTED.sub("", number_format):
        return f"{value * 100:.12g}%"
    if isinstance(value, float) and (not value.is_integer() or abs(value) >= _INTEGERS_BELOW):
        return f"{value:.15g}"
    return str(int(value))


def _moment(value: object, number_format: str) -> str:
    if isinstance(value, datetime):
        has_clock = value.time() != time() or _HOURS.search(_QUOTED.sub("", number_format))
        return value.isoformat(" ", "seconds") if has_clock else value.date().isoformat()
    return value.isoformat() if isinstance(value, date | time) else str(value)


if __name__ == "__main__":
    sys.stdout.reconfigure(encoding="utf-8", errors="replace", newline="\n")  # type: ignore[union-attr]  # a text stream
    sys.exit(main())
