"""The classic three tables, read from real databases in any of their spellings."""

import json
import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import asyncpg
import pytest

from deploy.embedded.keys import superuser_password
from deploy.embedded.postgres import SUPERUSER
from services.collector.api.feedback_schema import FeedbackIn
from services.collector.channels.classic.reading import classic_source
from services.collector.channels.classic.schema import find
from services.collector.channels.classic.urls import UnreadableSourceError, read_url
from services.collector.channels.files.reading import Record
from services.collector.channels.mapping.engine import Engine
from services.collector.channels.mapping.guess import mapping_of_payload
from services.collector.channels.mapping.presets import preset_of
from shared.web.source_texts import SOURCE_RULES
from tests.fakes.mariadb import PASSWORD, mariadb
from tests.house.sources import ROOT
from tests.house_of_test import House

FEEDBACKS = 25
CAMEL = ("CustomerSatisfaction", "Customers", "Products")
SNAKE = ("customer_satisfaction", "customer", "product")
PLURAL = ("CUSTOMER_SATISFACTIONS", "CUSTOMERS", "PRODUCTS")
READ_TIMEOUT_S = 60
TEXT = "VARCHAR(200)"


def tables(names: tuple[str, str, str], quote: str, *, camel: bool) -> list[str]:
    """Statements that make the three tables and fill them; two in five feedbacks have no customer that is known."""

    def named(snake: str) -> str:
        words = snake.split("_")
        return f"{quote}{''.join(map(str.title, words)) if camel else snake}{quote}"

    feedback, customer, product = (f"{quote}{name}{quote}" for name in names)
    said = "第 {0} 次跳闸，it''s 100%"
    rows = ", ".join(
        f"({number}, {number % 5}, 1, '2026-03-{number % 28 + 1:02} 08:07:09', "
        f"'{said.format(number)}', {number % 5 + 1})"
        for number in range(1, FEEDBACKS + 1)
    )
    made = {
        customer: {"customer_id": "INT PRIMARY KEY", "name": TEXT, "email": TEXT, "phone_number": TEXT},
        product: {"product_id": "INT PRIMARY KEY", "product_name": TEXT, "category": TEXT},
        feedback: {
            "id": "INT PRIMARY KEY",
            "customer_id": "INT",
            "product_id": "INT",
            "feedback_date": "TIMESTAMP NULL",
            "feedback_text": TEXT,
            "rating": "INT",
        },
    }
    filled = {
        customer: "(1, '李娜', 'lina@example.test', '138 0013 8000'), (2, 'Ann', NULL, NULL), (3, 'Bo', NULL, NULL)",
        product: "(1, 'HW-50', 'heater')",
        feedback: rows,
    }
    return [
        *(
            f"CREATE TABLE {table} ({', '.join(f'{named(name)} {kind}' for name, kind in columns.items())})"
            for table, columns in made.items()
        ),
        *(f"INSERT INTO {table} VALUES {values}" for table, values in filled.items()),
    ]


async def read(url: str) -> list[Record]:
    """All records, in small pages, and again from the middle; and each as a body that the door takes."""
    async with classic_source(url) as source:
        found = [record async for record in source.records(page_rows=7)]
        again = [record async for record in source.records(found[9].position, page_rows=4)]
        assert len(source.explained()) == 3
    assert again == found[10:]
    assert [record.number for record in found] == list(range(1, FEEDBACKS + 1))
    bodies = [Engine(mapping_of_payload(record.cells, preset_of("classic"))).row(record).body for record in found]
    assert len({body["external_id"] for body in bodies if body}) == FEEDBACKS
    for body in bodies:
        FeedbackIn.model_validate(body)
    check_first(bodies[0])
    return found


def check_first(body: dict[str, Any] | None) -> None:
    assert body == {
        "channel": "survey",
        "source": "classic",
        "external_id": "1",
        "text": "第 1 次跳闸，it's 100%",
        "rating": {"scale": "stars5", "value": 2.0},
        "occurred_at": "2026-03-02T08:07:09+08:00",
        "customer": {"external_id": "1", "name": "李娜", "email": "lina@example.test", "phone": "138 0013 8000"},
        "product": {"sku": "1", "model": "HW-50", "category": "heater"},
    }


def in_sqlite(path: Path, names: tuple[str, str, str] = CAMEL, *, camel: bool = True) -> str:
    with sqlite3.connect(path) as connection:
        for statement in tables(names, '"', camel=camel):
            connection.execute(statement)
    connection.close()
    return f"sqlite:///{path}"


@pytest.mark.parametrize(("names", "camel"), [(CAMEL, True), (SNAKE, False), (PLURAL, False)])
async def test_sqlite_in_every_spelling(tmp_path: Path, names: tuple[str, str, str], camel: bool) -> None:  # noqa: FBT001 - a parameter of the test
    await read(in_sqlite(tmp_path / "shop.db", names, camel=camel))


@pytest.fixture
async def shop(house: House) -> AsyncIterator[str]:
    """The address of an empty database beside the house's own."""
    owner = urlsplit(house.url("collector", "owner"))
    place = owner.netloc.rpartition("@")[2]
    superuser = owner._replace(
        netloc=f"{SUPERUSER}:{superuser_password(house.data)}@{place}", path="/postgres"
    ).geturl()
    connection = await asyncpg.connect(superuser)
    name = f"shop_{uuid4().hex[:8]}"
    await connection.execute(f"CREATE DATABASE {name} OWNER {owner.username}")
    yield owner._replace(path=f"/{name}").geturl()
    await connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
    await connection.close()


@pytest.mark.parametrize(("names", "camel"), [(CAMEL, True), (SNAKE, False), (PLURAL, False)])
async def test_postgresql_in_every_spelling(shop: str, names: tuple[str, str, str], camel: bool) -> None:  # noqa: FBT001 - a parameter of the test
    owner = await asyncpg.connect(shop)
    for statement in tables(names, '"', camel=camel):
        await owner.execute(statement)
    await read(shop)
    async with classic_source(shop) as source:
        begun = source.records(page_rows=20)
        first = await anext(begun)
        await owner.execute(f'DELETE FROM "{names[0]}"')
        rest = [record async for record in begun]
    assert (first.number, len(rest)) == (1, FEEDBACKS - 1), "one state is read, whatever happens meanwhile"
    await owner.close()


async def test_files_that_are_no_database_and_tables_that_are_not_classic(tmp_path: Path) -> None:
    (tmp_path / "no.db").write_text("no database at all, but long enough to look like one" * 20)
    other = sqlite3.connect(tmp_path / "other.db")
    other.execute("CREATE TABLE orders (id INT)")
    other.close()
    for name, code in (
        ("no.db", "source_unreachable"),
        ("gone.db", "source_unreachable"),
        ("other.db", "no_classic_tables"),
    ):
        with pytest.raises(UnreadableSourceError) as caught:
            await read(f"sqlite:///{tmp_path / name}")
        assert caught.value.code == code
        assert "{" not in SOURCE_RULES[code].message("zh", caught.value.about)


async def test_a_database_that_is_away_is_said_without_its_password() -> None:
    for scheme in ("mysql", "postgresql"):
        with pytest.raises(UnreadableSourceError) as caught:
            await read(f"{scheme}://reader:s3cr3t@127.0.0.1:1/shop")
        assert caught.value.code == "source_unreachable"
        assert "s3cr3t" not in str(caught.value) + repr(caught.value.about)
    assert "s3cr3t" not in repr(read_url("mysql://reader:s3cr3t@127.0.0.1/shop"))


@pytest.mark.parametrize(
    "url", ["", "oracle://h/d", "mysql://h", "mysql:///d", "mysql://h:x/d", "sqlite://h/d", "mysql://h/d?sslmode=maybe",
            "mysql://h/d?init_command=drop", "postgresql://h/" + "d" * 2_000]
)  # fmt: skip
def test_addresses_that_are_none(url: str) -> None:
    with pytest.raises(UnreadableSourceError, match="bad_source_url"):
        read_url(url)


def test_another_machine_is_asked_for_its_certificate_unless_told() -> None:
    assert read_url("mysql://h/d").tls == "verify-full"
    assert read_url("mysql://127.0.0.1/d").tls == "disable"
    unchecked = read_url("mysql://h/d?sslmode=require").tls_context()
    assert unchecked is not None
    assert not unchecked.check_hostname


def test_customers_are_looked_for_beside_the_feedback() -> None:
    feedback = ["id", "customer_id", "feedback_text"]
    found = find({("a", "customers"): ["id", "name"], ("b", "feedbacks"): feedback, ("b", "customers"): ["id"]})
    assert found.customer is not None
    assert found.customer.schema == "b"
    assert found.product is None
    with pytest.raises(UnreadableSourceError, match="no_classic_column"):
        find({(None, "feedback"): ["id"]})


def test_the_command_tells_what_it_found_and_then_the_rows(tmp_path: Path) -> None:
    url = in_sqlite(tmp_path / "shop.db")

    def ran(*told: str, url: str = url) -> "subprocess.CompletedProcess[str]":
        command = [sys.executable, "-m", "services.collector.read_classic", *told]
        return subprocess.run(
            command, input=url, cwd=ROOT, capture_output=True, text=True, timeout=READ_TIMEOUT_S, check=False
        )

    head, *lines = [json.loads(line) for line in ran().stdout.splitlines()]
    assert head["source"] == "shop.db"
    assert head["found"][0].startswith("CustomerSatisfaction: Id as feedback_id, CustomerId as customer_id")
    assert len(lines) == FEEDBACKS
    assert len(ran("--look").stdout.splitlines()) == 1
    assert len(ran("--after", "20").stdout.splitlines()) == 6
    failed = ran(url="mysql://reader:s3cr3t@127.0.0.1:1/shop")
    assert failed.returncode == 1
    assert json.loads(failed.stderr)["code"] == "source_unreachable"
    assert "s3cr3t" not in failed.stderr + failed.stdout


@pytest.mark.needs("mariadb")
async def test_mysql_in_every_spelling(tmp_path: Path) -> None:
    with mariadb(tmp_path, *tables(CAMEL, "`", camel=True)) as url:
        await read(url)
        with pytest.raises(UnreadableSourceError) as caught:
            await read(url.replace("reader", "nobody"))
        assert PASSWORD not in str(caught.value.about)
        with pytest.raises(UnreadableSourceError):
            await read(f"{url}?sslmode=verify-full")
