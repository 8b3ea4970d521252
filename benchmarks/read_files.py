"""`python -m benchmarks.read_files ROWS`: what reading and mapping a file costs, and how much memory it takes."""

import asyncio
import csv
import json
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from itertools import islice
from pathlib import Path
from typing import Any

import openpyxl

from services.collector.channels.files.opening import look_into, records
from services.collector.channels.files.reading import Told
from services.collector.channels.files.workbook import lines_of
from services.collector.channels.mapping.engine import Engine
from services.collector.channels.mapping.guess import SAMPLE_RECORDS_MAX, guess
from services.collector.channels.mapping.occurrences import Occurrences
from services.collector.channels.mapping.presets import recognised
from services.collector.channels.mapping.settle import survey

ROWS_USUAL = 1_000_000
SHEET_ROWS_MAX = 100_000
CHUNK_ROWS = 1_000
HEADER = ["反馈内容", "评分", "时间", "邮箱", "型号"]


def rows(many: int) -> Iterable[list[Any]]:
    """Feedback as shops export it."""
    for number in range(many):
        words = f"第{number}次：热水器一开就跳闸，手摸水龙头有点麻，客服电话一直打不通"
        moment = f"2026-0{number % 9 + 1}-1{number % 9} 08:07:{number % 60:02}"
        yield [words, number % 5 + 1, moment, f"c{number}@example.test", "HW-50"]


def measure(many: int, work: Callable[[], int]) -> dict[str, float]:
    """Processor time of this process for each row, its peak of memory, and whether all rows came."""
    began = time.process_time()
    came = work()
    spent = time.process_time() - began
    peak_mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return {"us_per_row": round(spent / many * 1e6, 1), "peak_mib": peak_mib, "all_rows": came == many}


def of_table(path: Path, many: int) -> dict[str, Any]:
    """Reading, looking over, and mapping a table."""
    with path.open("rb") as file:
        reading = look_into(file, path.name, Told())
        sample = [record.cells for record in islice(records(file, reading), SAMPLE_RECORDS_MAX)]
        mapping = guess(reading, sample, path.name, recognised(reading.columns)).mapping
        occurrences = Occurrences()

        def mapped() -> int:
            came = 0
            for row in Engine(mapping, occurrences).rows(records(file, reading)):
                came += row.body is not None
                if came % CHUNK_ROWS == 0:
                    occurrences.fresh()
            return came

        return {
            "read": measure(many, lambda: sum(1 for _ in records(file, reading))),
            "survey": measure(many, lambda: survey(records(file, reading), mapping).records),
            "read_and_map": measure(many, mapped),
        }


async def of_workbook(path: Path, many: int) -> dict[str, Any]:
    """Turning a workbook into lines, in its own process."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    with path.open("rb") as file:
        lines = sum([piece.count(b"\n") async for piece in lines_of(file, Told())])
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {"us_per_row": round(spent / many * 1e6, 1), "all_rows": lines == many + 2}


def main() -> None:
    """Writes the files, reads them, prints the figures."""
    many = int(sys.argv[1]) if len(sys.argv) > 1 else ROWS_USUAL
    with tempfile.TemporaryDirectory() as folder:
        table, book = Path(folder) / "rows.csv", Path(folder) / "rows.xlsx"
        with table.open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerow(HEADER)
            csv.writer(file).writerows(rows(many))
        figures = {"rows": many, "csv": of_table(table, many)}
        in_sheet = min(many, SHEET_ROWS_MAX)
        workbook = openpyxl.Workbook(write_only=True)
        sheet = workbook.create_sheet("Feedback")
        for row in [HEADER, *rows(in_sheet)]:
            sheet.append(row)
        workbook.save(book)
        figures["xlsx"] = {"rows": in_sheet, **asyncio.run(of_workbook(book, in_sheet))}
    sys.stdout.write(json.dumps(figures, indent=2) + "\n")


if __name__ == "__main__":
    main()
