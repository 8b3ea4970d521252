"""Every place that could hold something of a person is declared in its service, or its innocence is."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from deploy.postgres.roles import SERVICES
from services.classifier.store.personal_places import REGISTER as CLASSIFIER
from services.collector.store.personal_places import REGISTER as COLLECTOR
from services.tracker.store.personal_places import REGISTER as TRACKER
from shared.contracts.events import EVENTS
from shared.contracts.persons import feedback_of, subjects_of, without_words
from shared.privacy.places import GROUND_IMPERSONAL, GROUND_PERSONAL, PersonalRegister
from tests.house_of_test import House

REGISTERS: dict[str, PersonalRegister] = {"collector": COLLECTOR, "classifier": CLASSIFIER, "tracker": TRACKER}
GOLDEN = Path(__file__).parents[1] / "contracts" / "golden"
# What cannot hold a word: every other type of column must be declared.
MUTE = {"uuid", "timestamp with time zone", "bigint", "integer", "smallint", "double precision", "boolean"}

_COLUMNS = """
SELECT c.table_name || '.' || c.column_name AS cell, c.data_type FROM information_schema.columns c
JOIN information_schema.tables t USING (table_schema, table_name)
WHERE c.table_schema = 'public' AND t.table_type = 'BASE TABLE'
"""


def personal(register: PersonalRegister) -> list[str]:
    return [*GROUND_PERSONAL, *(f"{place.table}.{column}" for place in register.places for column in place.columns)]


async def cells(house: House, service: str) -> dict[str, str]:
    async with house.query(service) as owner:
        return {row["cell"]: row["data_type"] for row in await owner.fetch(_COLUMNS)}


@pytest.mark.parametrize("service", SERVICES)
async def test_every_column_that_can_hold_words_is_declared(house: House, service: str) -> None:
    register = REGISTERS[service]
    declared = {*personal(register), *register.impersonal, *GROUND_IMPERSONAL}
    real = await cells(house, service)
    assert {cell for cell, kind in real.items() if kind not in MUTE} - declared == set()
    assert declared - real.keys() == set(), "declared, and not there"


@pytest.mark.parametrize("service", SERVICES)
def test_nothing_is_declared_twice_and_every_innocence_has_its_reason(service: str) -> None:
    register = REGISTERS[service]
    assert set(personal(register)).isdisjoint({*register.impersonal, *GROUND_IMPERSONAL})
    assert all(reason.strip() for reason in {**register.impersonal, **GROUND_IMPERSONAL}.values())


@pytest.mark.parametrize("service", SERVICES)
def test_what_a_place_declares_it_blanks(service: str) -> None:
    for place in REGISTERS[service].places:
        if place.blanked:
            assert set(place.columns) <= place.blanked.keys(), f"{place.table} keeps a cell that it declares"


def texts(value: Any) -> Iterator[str]:  # noqa: ANN401 - any JSON value
    if isinstance(value, dict):
        yield from (one for name, inner in value.items() for one in ([inner] if name == "text" else texts(inner)))


def picked(value: Any) -> Iterator[str]:  # noqa: ANN401 - any JSON value
    """Single words, wherever an event holds them."""
    if isinstance(value, dict):
        yield from (one for name, inner in value.items() for one in ([inner] if name == "term" else picked(inner)))
    elif isinstance(value, list):
        yield from (one for inner in value for one in picked(inner))


@pytest.mark.parametrize(("name", "version"), EVENTS)
async def test_an_events_words_are_found_and_taken_out(house: House, name: str, version: int) -> None:
    data = json.loads((GOLDEN / f"{name}.v{version}.json").read_text())
    blank = without_words(data)
    words = list(texts(data))
    assert [one for one in picked(blank) if one] == [], "what a model saw in a text are words of the text"
    assert (feedback_of(data) is not None) == bool(words), "an event with words must say whose they are"
    assert [one for one in texts(blank) if one] == []
    assert EVENTS[name, version].model_validate(blank), "a fact without words is still a fact"
    async with house.query("collector") as owner:
        row = "SELECT without_words($1::jsonb)::text, subjects_in($1::jsonb) AS ids"
        in_sql, ids = (await owner.fetch(row, json.dumps({"data": data})))[0]
    assert json.loads(in_sql) == {"data": blank}
    if words:
        assert {str(one) for one in subjects_of(data)} == {one for one in ids if one}
