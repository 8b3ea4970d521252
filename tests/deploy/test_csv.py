"""Any CSV file, as people really have them: read right, or refused in a sentence."""

from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from deploy.commands.csv_file import EXTRA, UnreadableFileError, look_into
from deploy.commands.csv_rows import Mapping, batches, check_columns, read_rows
from deploy.commands.csv_times import moment_of
from services.collector.api.feedback_schema import CustomerIn, FeedbackIn, ProductIn

MAPPING = Mapping(text="words", source="s", channel="import", id="nr", email="mail", purposes=("reply",))


def write(folder: Path, content: str | bytes, encoding: str = "utf-8") -> Path:
    path = folder / "file.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_encoding_and_delimiter_are_found(tmp_path: Path, encoding: str, delimiter: str) -> None:
    content = f'nr{delimiter}words\n1{delimiter}"跳闸{delimiter}\n漏水"\n'
    file = look_into(write(tmp_path, content, encoding), None)
    assert file.columns == ("nr", "words")
    assert list(file.records()) == [{"nr": "1", "words": f"跳闸{delimiter}\n漏水"}]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("", "is empty"),
        ('nr,words,mail\n1,"no end,x@example.test\n2,b,c\n', "quote missing"),
        ("nr,mail\n1,x@example.test\n", "no column 'words'"),
        ("nr,words,words,mail\n1,a,b,c\n", "2 columns called 'words'"),
    ],
)
def test_what_cannot_be_read_is_refused_in_a_sentence(tmp_path: Path, content: str, says: str) -> None:
    path = write(tmp_path, content)

    def read() -> None:
        file = look_into(path, None)
        check_columns(file, MAPPING)
        list(file.records())

    with pytest.raises(UnreadableFileError, match=says):
        read()


def test_another_encoding_can_be_named_and_a_wrong_one_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path, "nr,words\n1,Größe\n", "latin-1")
    assert next(look_into(path, "latin-1").records())["words"] == "Größe"
    with pytest.raises(UnreadableFileError):
        look_into(path, "no-such-encoding")
    with pytest.raises(UnreadableFileError, match="encoding"):
        list(look_into(path, "utf-8").records())


def test_a_row_with_too_many_cells_is_known_for_torn(tmp_path: Path) -> None:
    file = look_into(write(tmp_path, "nr,words,mail\n1,a, b,x@example.test\n2,c,y@example.test\n"), None)
    assert [EXTRA in record for record in file.records()] == [True, False]
    assert [row.fault for row in read_rows(file, MAPPING, None)] == ["torn_row", None]


def test_a_row_becomes_a_body_with_a_name_of_its_own(tmp_path: Path) -> None:
    file = look_into(write(tmp_path, "nr,words,mail\n,跳闸,x@example.test\n,跳闸,x@example.test\n7,漏水,\n"), None)
    bodies = [row.body for row in read_rows(file, MAPPING, None)]
    assert bodies[0]["customer"] == {"email": "x@example.test"}
    assert bodies[0]["consent"]["stated_by"] == "operator"
    assert bodies[2]["external_id"] == "7"
    assert "customer" not in bodies[2]
    names = [body["external_id"] for body in bodies]
    assert len(set(names)) == 3, "equal rows without an id are told apart by their number"
    assert names == [row.body["external_id"] for row in read_rows(file, MAPPING, None)]


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("2026-11-20", "2026-11-20T00:00:00+08:00"),
        ("2026/3/5 8:07", "2026-03-05T08:07:00+08:00"),
        ("2026.3.5 18:07:09", "2026-03-05T18:07:09+08:00"),
        ("2026年3月5日", "2026-03-05T00:00:00+08:00"),
        ("2026年3月5日 8时7分", "2026-03-05T08:07:00+08:00"),
        ("2026-11-20T08:30:00Z", "2026-11-20T08:30:00+00:00"),
        ("2026-11-20 08:30:00.123+01:00", "2026-11-20T08:30:00.123000+01:00"),
        ("2026-02-30", "2026-02-30"),
        ("03/05/2026", "03/05/2026"),
        ("20261120", "20261120"),
        ("2026-W47-5", "2026-11-20T00:00:00+08:00"),
        ("yesterday", "yesterday"),
        ("2026-11-20 25:00", "2026-11-20 25:00"),
    ],
)
def test_a_time_is_read_year_first_or_left_to_the_door(written: str, read: str) -> None:
    assert moment_of(written, ZoneInfo("Asia/Shanghai")) == read


def test_columns_fill_the_fields_that_a_feedback_has(tmp_path: Path) -> None:
    content = "words,when,who,tel,kind,type,no\n跳闸,2026/3/5,李娜,138 0013 8000,heater,HW-50,s1\n漏水,,,,,,\n"
    mapping = Mapping(
        text="words",
        source="s",
        channel="import",
        date="when",
        time_zone=ZoneInfo("Europe/Berlin"),
        name="who",
        phone="tel",
        category="kind",
        model="type",
        sku="no",
    )
    file = look_into(write(tmp_path, content), None)
    check_columns(file, mapping)
    whole, bare = [FeedbackIn.model_validate(row.body) for row in read_rows(file, mapping, None)]
    assert whole.occurred_at is not None
    assert whole.occurred_at.isoformat() == "2026-03-05T00:00:00+01:00"
    assert whole.customer == CustomerIn(name="李娜", phone="138 0013 8000")
    assert whole.product == ProductIn(category="heater", model="HW-50", sku="s1")
    assert (bare.customer, bare.product, bare.occurred_at) == (None, None, None)
    assert whole.warnings() == []


def test_batches_are_bounded(tmp_path: Path) -> None:
    rows = "".join(f"{number},{'长' * 5_000},\n" for number in range(300))
    file = look_into(write(tmp_path, "nr,words,mail\n" + rows), None)
    sizes = [len(batch) for batch in batches(read_rows(file, MAPPING, None))]
    assert sum(sizes) == 300
    assert max(sizes) < 100
