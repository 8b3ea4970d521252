"""Files as people really have them: read right, or refused with a code that has its sentence."""

import io
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.collector.channels.files import table_rows
from services.collector.channels.files.lines import lines
from services.collector.channels.files.opening import look_into, records
from services.collector.channels.files.reading import (
    Duplicates,
    Format,
    Reading,
    Record,
    Told,
    UnreadableFileError,
)
from shared.web.field_texts import FIELD_RULES

ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "gb18030")


def read(content: bytes | str, name: str = "f.csv", **told: Any) -> tuple[Reading, list[Record]]:  # noqa: ANN401 - fields of Told
    file = io.BytesIO(content if isinstance(content, bytes) else content.encode())
    reading = look_into(file, name, Told(**told))
    return reading, list(records(file, reading))


def cells(content: bytes | str, name: str = "f.csv", **told: Any) -> list[dict[str, object]]:  # noqa: ANN401 - fields of Told
    return [dict(record.cells) for record in read(content, name, **told)[1]]


def refused(content: bytes | str, name: str = "f.csv", **told: Any) -> str:  # noqa: ANN401 - fields of Told
    with pytest.raises(UnreadableFileError) as caught:
        read(content, name, **told)
    said = FIELD_RULES[caught.value.code]
    for language in ("zh", "en"):
        assert "{" not in said.message(language, caught.value.about)
        assert said.remedy(language, caught.value.about)
    return caught.value.code


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_encoding_and_delimiter_are_found(encoding: str, delimiter: str) -> None:
    content = f'nr{delimiter}words\r\n1{delimiter}"跳闸{delimiter}\n漏水 𠮷😀"\r\n2{delimiter}二\r\n'
    reading, found = read(content.encode(encoding))
    assert reading.columns == ("nr", "words")
    assert [record.cells for record in found] == [
        {"nr": "1", "words": f"跳闸{delimiter}\n漏水 𠮷😀"},
        {"nr": "2", "words": "二"},
    ]
    assert [record.number for record in found] == [1, 2]


def test_mixed_line_ends_part_rows() -> None:
    assert cells('a,b\r1,"x\ry"\n2,z\r\n3,"w\r\nv"') == [
        {"a": "1", "b": "x\ry"},
        {"a": "2", "b": "z"},
        {"a": "3", "b": "w\r\nv"},
    ]


def test_a_quote_that_never_closes_costs_its_own_row_alone() -> None:
    _, found = read('nr,words\n1,ok\n2,"no end\n3,fine\n4,"also, fine"\n5,"x"y\n6,last\n')
    assert [(one.number, one.fault.code if one.fault else None) for one in found] == [
        (1, None),
        (2, "unbalanced_quote"),
        (3, None),
        (4, None),
        (5, "unbalanced_quote"),
        (6, None),
    ]


def test_a_runaway_quote_is_let_go_in_bounded_memory() -> None:
    content = 'nr,words\n1,"no end\n' + "".join(f"{number},words of a row\n" for number in range(2, 30_000))
    _, found = read(content)
    assert [one.number for one in found if one.fault] == [1]
    assert len(found) == 29_999


def test_torn_rows_are_named_and_blank_ones_are_none() -> None:
    _, found = read("a,b,c\n1,2,3\n\n,,\n1,2\n1,2,3,4\n")
    assert [(one.number, one.fault and one.fault.about) for one in found] == [
        (1, None),
        (2, {"cells": 2, "columns": 3}),
        (3, {"cells": 4, "columns": 3}),
    ]


def test_nothing_of_a_row_that_must_be_mended_is_lost() -> None:
    _, found = read('a,b\n1,2,3\n4\n"5,6\n')
    assert [one.cells for one in found] == [{"a": "1", "b": "2,3"}, {"a": "4", "b": ""}, {"a": '"5,6'}]
    _, lines_found = read('{"a": 1}\nno json\n[7]\n', "f.jsonl")
    assert [one.cells for one in lines_found] == [{"a": 1}, {"a": "no json"}, {"a": "[7]"}]


def test_bytes_of_another_encoding_cost_their_rows_alone() -> None:
    content = b"nr,words\n1,good\n2," + "漏电".encode("gb18030") + b"\n3,\xff\xff\n" + "4,好\n".encode()
    _, found = read(content, encoding="utf-8")
    assert [one.fault.code if one.fault else None for one in found] == [
        None,
        "not_in_encoding",
        "not_in_encoding",
        None,
    ]


@pytest.mark.parametrize(
    ("content", "name", "told", "code"),
    [
        ("", "f.csv", {}, "empty_file"),
        ("\n \n", "f.csv", {}, "empty_file"),
        ("a,a\n1,2\n", "f.csv", {}, "duplicate_column"),
        ('a,"b\n1,2\n', "f.csv", {}, "broken_header"),
        (b"PK\x03\x04nothing", "f.xlsx", {}, "broken_workbook"),
        ("a,b\n1,2\n", "f.xlsx", {}, "type_mismatch"),
        (b"\xd0\xcf\x11\xe0" + bytes(100), "f.xls", {}, "old_workbook"),
        ("%PDF-1.7 …", "f.csv", {}, "not_a_table"),
        ("<html><table>", "f.csv", {}, "not_a_table"),
        (b"\x89PNG\r\n\x1a\n" + bytes(50), "f.csv", {}, "not_a_table"),
        (b"a,b\n1,\x00\x00\x00\x00\n", "f.csv", {}, "not_text"),
        ("a,b\n", "f.csv", {"encoding": "zip"}, "unknown_encoding"),
        ("a,b\n", "f.csv", {"delimiter": '"'}, "bad_delimiter"),
        ("a,b\n", "f.csv", {"header_rows": 9}, "header_rows"),
        ("[1]\n[2]\n", "f.jsonl", {}, "no_json_lines"),
        (b"\xff\xff\xff,\x81\n\x81\n", "f.csv", {}, "encoding_not_told"),
        (",".join(f"c{number}" for number in range(16_385)) + "\n", "f.csv", {}, "too_many_columns"),
        ("a,b\n" + "x" * 5_000_000, "f.csv", {}, "line_too_long"),
        ('{"huiyin_grid": 7}\n', "f.csv", {}, "broken_workbook"),
    ],
)
def test_what_cannot_be_read_is_refused_in_plain_words(
    content: bytes | str, name: str, told: dict[str, Any], code: str
) -> None:
    assert refused(content, name, **told) == code


def test_two_columns_of_one_name_are_numbered_when_told() -> None:
    assert cells("a,a,a (2),\n1,2,3,4\n", duplicates=Duplicates.NUMBER) == [
        {"a": "1", "a (3)": "2", "a (2)": "3", "column 4": "4"}
    ]


def test_two_header_rows_become_one() -> None:
    content = "Respondent ID,How was it?,,Why?\n,Fast,Cheap,Open-Ended Response\n1,x,,because\n"
    reading, found = read(content, header_rows=2)
    assert reading.columns == ("Respondent ID", "How was it? / Fast", "How was it? / Cheap", "Why?")
    assert found[0].cells["Why?"] == "because"


def test_the_line_that_excel_writes_for_the_delimiter_is_no_header() -> None:
    assert cells("sep=;\na;b,c\n1;2\n") == [{"a": "1", "b,c": "2"}]


def test_json_lines_are_objects_with_paths() -> None:
    content = '{"text": "跳闸", "customer": {"email": "a@b.c"}, "tags": [1]}\nno\n[1]\nNaN\n{"text": 7}\n'
    reading, found = read(content, "f.jsonl")
    assert (reading.format, reading.columns) == (Format.JSON_LINES, ("text", "customer.email", "tags"))
    assert [one.fault.code if one.fault else None for one in found] == [
        None,
        "line_not_json",
        "line_not_an_object",
        "line_not_json",
        None,
    ]
    deep = "[" * 100_000
    assert read(f'{{"a": 1}}\n{{"a": {deep}\n', "f.jsonl")[1][1].fault is not None


CELL = st.text(st.characters(codec="gb18030", exclude_characters="\0\ufeff"), max_size=12)


@settings(max_examples=60, deadline=None)
@given(
    table=st.lists(st.tuples(CELL, CELL), min_size=1, max_size=12),
    encoding=st.sampled_from(ENCODINGS),
    newline=st.sampled_from(["\n", "\r\n", "\r"]),
    block=st.integers(0, 11),
)
def test_reading_on_from_any_record_gives_what_follows_it(
    table: list[tuple[str, str]], encoding: str, newline: str, block: int
) -> None:
    quoted = [[f'"{cell.replace(chr(34), chr(34) * 2)}"' for cell in row] for row in [("a", "b"), *table]]
    content = "".join(",".join(row) + newline for row in quoted).encode(encoding)
    told = Told(encoding=encoding, delimiter=",")
    file = io.BytesIO(content)
    reading = look_into(file, "f.csv", told)
    whole = list(records(file, reading))
    assert [(one.cells["a"], one.cells["b"]) for one in whole] == [row for row in table if any(row)]
    assert [one.fault for one in whole] == [None] * len(whole)
    if whole:
        position = whole[block % len(whole)].position
        assert list(records(file, reading, position)) == whole[position.number :]


@settings(max_examples=60, deadline=None)
@given(content=st.binary(max_size=300), encoding=st.sampled_from(["utf-8", "utf-16-le", "gb18030"]))
def test_no_bytes_break_the_reader_and_any_record_can_be_resumed_at(content: bytes, encoding: str) -> None:
    file = io.BytesIO(content)
    assert sum(len(line.text) for line in lines(file, encoding, 0)) >= 0
    ends = [line.end for line in lines(file, encoding, 0)]
    assert ends[-1:] in ([], [len(content)])
    whole = list(table_rows.rows(lines(file, encoding, 0), ","))
    for row in whole:
        again = list(table_rows.rows(lines(file, encoding, row.end), ","))
        assert again == [one for one in whole if one.end > row.end]


@settings(max_examples=40, deadline=None)
@given(objects=st.lists(st.dictionaries(st.text(max_size=5), st.text(max_size=5), min_size=1), min_size=1, max_size=8))
def test_json_lines_resume_too(objects: list[dict[str, str]]) -> None:
    file = io.BytesIO("".join(json.dumps(one) + "\n" for one in [{"a": "1"}, *objects]).encode())
    reading = look_into(file, "f.jsonl", Told())
    whole = list(records(file, reading))
    assert [one.cells for one in whole[1:]] == objects
    for one in whole:
        assert list(records(file, reading, one.position)) == whole[one.number :]
