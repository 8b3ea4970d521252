"""Workbooks: cells as their reader sees them, and every bomb refused in bounded time and memory."""

import asyncio
import io
import resource
import time
import zipfile
from datetime import date, datetime
from typing import Any

import openpyxl
import pytest

from services.collector.channels.files import workbook_limits as limits
from services.collector.channels.files.opening import look_into, records
from services.collector.channels.files.reading import Format, Reading, Record, Told, UnreadableFileError
from services.collector.channels.files.workbook import lines_of
from shared.web.field_texts import FIELD_RULES
from tests.collector.files.bad_workbooks import SHEET, plain_parts, zipped

REFUSED_WITHIN_S = 30.0
RSS_GROWTH_MIB_MAX = 64


def made(*rows: list[Any], formats: dict[str, str] | None = None, **more: Any) -> io.BytesIO:  # noqa: ANN401 - fields of Told
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Feedback"
    for row in rows:
        sheet.append(row)
    for cell, number_format in (formats or {}).items():
        sheet[cell].number_format = number_format
    for name, state in more.get("others", {}).items():
        book.create_sheet(name).sheet_state = state
    file = io.BytesIO()
    book.save(file)
    return file


async def converted(file: io.BytesIO, **told: Any) -> tuple[Reading, list[Record]]:  # noqa: ANN401 - fields of Told
    reading = look_into(file, "f.xlsx", Told(**told))
    assert reading.needs_conversion
    grid = io.BytesIO(b"".join([piece async for piece in lines_of(file, Told(**told))]))
    reading = look_into(grid, "f.xlsx", Told(**told))
    return reading, list(records(grid, reading))


async def refused(file: io.BytesIO, **told: Any) -> str:  # noqa: ANN401 - fields of Told
    """The code of the refusal, after looking at what it cost and at what it says."""
    before_kib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    began = time.monotonic()
    with pytest.raises(UnreadableFileError) as caught:  # noqa: PT012 - whichever of the two refuses
        reading = look_into(file, "f.xlsx", Told(**told))
        async for _ in lines_of(file, Told(sheet=reading.sheet)):
            pass
        await converted(file, **told)
    assert time.monotonic() - began < REFUSED_WITHIN_S
    assert (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before_kib) / 1024 < RSS_GROWTH_MIB_MAX
    said = FIELD_RULES[caught.value.code]
    for language in ("zh", "en"):
        assert said.message(language, caught.value.about)
        assert said.remedy(language, caught.value.about)
    return caught.value.code


async def test_cells_come_as_their_reader_sees_them() -> None:
    header = ["n", "text", "share", "day", "moment", "float", "yes", "formula", "escaped"]
    row = [7.0, "跳闸\n漏水", 0.85, date(2026, 3, 5), datetime(2026, 3, 5, 8, 7), 4.1, True, "=1+1", "a_x000D_b"]  # noqa: DTZ001 - a sheet knows no zones
    file = made(header, row, [None, "later"], formats={"C2": "0%", "D2": "yyyy-mm-dd", "E2": "yyyy-mm-dd hh:mm"})
    reading, found = await converted(file)
    assert (reading.format, reading.sheet, reading.columns) == (Format.GRID, "Feedback", tuple(header))
    assert found[0].cells == dict(
        zip(
            header,
            ["7", "跳闸\n漏水", "85%", "2026-03-05", "2026-03-05 08:07:00", "4.1", "TRUE", "", "a\rb"],
            strict=True,
        )
    )
    assert found[1].cells["text"] == "later"
    assert [one.fault for one in found] == [None, None]


async def test_a_grid_resumes_and_names_its_sheets() -> None:
    file = made(["a", "b"], *[[number, "words"] for number in range(5)], others={"Notes": "hidden", "More": "visible"})
    reading, found = await converted(file)
    assert (reading.sheets, reading.hidden_sheets) == (("Feedback", "Notes", "More"), ("Notes",))
    assert [one.number for one in found] == [1, 2, 3, 4, 5]
    assert await refused(file, sheet="Nope") == "unknown_sheet"
    other, _ = await converted(made(["x"], ["y"], others={}), sheet="Feedback")
    assert other.sheet == "Feedback"


async def test_merged_header_cells_carry_on() -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    for row in (["ID", "How was it?", None], [None, "Fast", "Cheap"], ["1", "x", "y"]):
        sheet.append(row)
    sheet.merge_cells("B1:C1")
    sheet.merge_cells("A1:A2")
    file = io.BytesIO()
    book.save(file)
    reading, _ = await converted(file, header_rows=2)
    assert reading.columns == ("ID", "How was it? / Fast", "How was it? / Cheap")


async def test_a_zip_bomb_is_refused_by_its_directory() -> None:
    assert (
        await refused(zipped({**plain_parts(), "xl/media/bomb.bin": b"\0" * 300 * limits.MIB})) == "unpacks_too_large"
    )


async def test_too_many_parts_are_refused() -> None:
    parts = {f"xl/media/{number}.bin": b"" for number in range(limits.PARTS_MAX)}
    assert await refused(zipped({**plain_parts(), **parts})) == "too_many_parts"


LAUGHS = '<!DOCTYPE x [<!ENTITY a "ha">' + "".join(
    f'<!ENTITY {chr(98 + level)} "{f"&{chr(97 + level)};" * 10}">' for level in range(9)
) + "]>"  # fmt: skip
OUTSIDE = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'


@pytest.mark.parametrize("declared", [LAUGHS, OUTSIDE])
@pytest.mark.parametrize("part", ["xl/sharedStrings.xml", "xl/worksheets/sheet1.xml", "xl/workbook.xml"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
async def test_entities_are_refused_in_every_part(declared: str, part: str, encoding: str) -> None:
    parts = plain_parts()
    content = f'<?xml version="1.0" encoding="{encoding}"?>{declared}<x>&a;</x>'
    assert await refused(zipped({**parts, part: content.encode(encoding)})) == "unsafe_xml"


async def test_more_rows_or_columns_than_a_sheet_has_are_refused() -> None:
    one = '<row r="{0}"><c r="A{0}"><v>1</v></c></row>'
    rows = "".join(one.format(number) for number in (1, 2, limits.ROWS_MAX + 1))
    assert await refused(zipped({**plain_parts(), SHEET: sheet_of(rows)})) == "too_many_rows"
    cells = "".join("<c><v>1</v></c>" for _ in range(16_385))
    assert await refused(zipped({**plain_parts(), SHEET: sheet_of(f"<row>{cells}</row>")})) == "too_many_columns"
    wide = '<row r="{0}"><c r="XFD{0}"><v>1</v></c></row>'
    rows = "".join(wide.format(number) for number in range(1, 2_000))
    assert await refused(zipped({**plain_parts(), SHEET: sheet_of(rows)})) == "too_many_cells"


def sheet_of(rows: str) -> bytes:
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    return f'<?xml version="1.0"?><worksheet xmlns="{space}"><sheetData>{rows}</sheetData></worksheet>'.encode()


async def test_two_cells_far_apart_cost_nothing() -> None:
    rows = '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="A1048576"><v>2</v></c></row>'
    reading, found = await converted(zipped({**plain_parts(), SHEET: sheet_of(rows)}))
    assert (reading.columns, [one.cells for one in found]) == (("1",), [{"1": "2"}])


@pytest.mark.parametrize("name", ["/etc/evil", "../evil", "xl/../../evil", "C:evil", "\\evil"])
async def test_parts_that_lead_out_are_refused(name: str) -> None:
    assert await refused(zipped({**plain_parts(), name: b"x"})) == "unsafe_part"


async def test_a_symlink_is_refused() -> None:
    link = zipfile.ZipInfo("xl/link")
    link.external_attr = 0o120777 << 16
    file = zipped(plain_parts())
    with zipfile.ZipFile(file, "a") as archive:
        archive.writestr(link, "/etc/passwd")
    assert await refused(file) == "unsafe_part"


async def test_other_archives_and_torn_workbooks_are_refused() -> None:
    assert await refused(zipped({"word/document.xml": b"<x/>"})) == "not_a_table"
    whole = made(["a"], ["b"]).getvalue()
    assert await refused(io.BytesIO(whole[: len(whole) // 2])) == "broken_workbook"
    assert await refused(zipped({**plain_parts(), SHEET: sheet_of("<row><c")[:-40]})) == "broken_workbook"
    assert await refused(zipped({**plain_parts(), SHEET: sheet_of("")})) == "empty_file"


async def test_who_waits_no_longer_ends_the_child() -> None:
    file = made(["a"], ["b"])
    with pytest.raises(UnreadableFileError) as caught:
        [piece async for piece in lines_of(file, Told(), wall_s=0.0)]
    assert caught.value.code == "takes_too_long"
    pieces = lines_of(file, Told())
    await anext(pieces)
    await asyncio.wait_for(pieces.aclose(), REFUSED_WITHIN_S)  # type: ignore[attr-defined]  # it is a generator
