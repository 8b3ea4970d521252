"""The command from end to end: files and a database in one go, tried first, and sent again."""

import json
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.house.sources import ROOT
from tests.instance import Instance, running_instance

CALLS = "编号,反馈内容,评分\n1,一开就跳闸,1\n2,,2\n"
TABLES = """
CREATE TABLE Customers (CustomerId INT PRIMARY KEY, Name TEXT, Email TEXT);
CREATE TABLE Products (ProductId INT PRIMARY KEY, ProductName TEXT);
CREATE TABLE CustomerSatisfaction (Id INT PRIMARY KEY, CustomerId INT, ProductId INT, FeedbackDate TEXT,
    FeedbackText TEXT, Rating INT);
INSERT INTO Customers VALUES (1, '王', 'wang@example.test');
INSERT INTO Products VALUES (1, 'H2');
INSERT INTO CustomerSatisfaction VALUES (7, 1, 1, '2026-03-05', '漏水', 2), (8, 1, 1, '2026-03-06', '又漏水', 1);
"""


@pytest.fixture(scope="module")
def instance(scratch: Path) -> Iterator[Instance]:
    with running_instance(scratch / "importing", {}) as found:
        yield found


def run(instance: Instance, *arguments: str) -> tuple[int, dict[str, Any], str]:
    command = [sys.executable, "-m", "deploy", "import", *arguments, "--data-dir", str(instance.data), "--json"]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    return ended.returncode, json.loads(ended.stdout.splitlines()[-1]), ended.stderr


def test_files_and_a_database_come_in_by_one_command(instance: Instance, tmp_path: Path) -> None:
    calls, shop, rejects = tmp_path / "calls.csv", tmp_path / "shop.db", tmp_path / "rejects.csv"
    calls.write_text(CALLS, encoding="gb18030")
    with sqlite3.connect(shop) as database:
        database.executescript(TABLES)
    given = (str(calls), f"sqlite:///{shop}")
    status, tried, said = run(instance, str(calls), "--dry-run")
    assert (status, tried["rows"], tried["new"], tried["invalid"], len(tried["preview"])) == (0, 2, 1, 1, 2)
    assert "gb18030" in said
    assert "'反馈内容' -> text" in said
    status, done, _ = run(instance, *given, "--rejects", str(rejects))
    counted = [(one["rows"], one["new"], one["rejected"]) for one in done["files"]]
    assert (status, counted) == (0, [(2, 1, 1), (2, 2, 0)])
    assert "empty" in rejects.with_name("rejects-1.csv").read_text(encoding="utf-8-sig")
    _, again, _ = run(instance, *given)
    assert (again["new"], again["repeated"]) == (0, 3)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("nowhere.csv",), "not a file"),
        ((), "name files"),
        (("sqlite:////nowhere/at/all.db",), "."),
    ],
)
def test_what_cannot_be_imported_is_refused_in_a_sentence(
    instance: Instance, arguments: tuple[str, ...], says: str
) -> None:
    status, told, _ = run(instance, *arguments)
    assert (status, told["ok"]) == (1, False)
    assert says in told["error"]
