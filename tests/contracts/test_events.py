"""Events of the past must be understood for ever: each version has a golden document."""

import ast
import json
from pathlib import Path

import pytest

from shared.contracts.envelope import Event
from shared.contracts.events import EVENTS
from shared.contracts.routes import ROUTES

GOLDEN = Path(__file__).parent / "golden"
SERVICES = Path(__file__).resolve().parents[2] / "services"


@pytest.mark.parametrize(("name", "version"), EVENTS)
def test_a_golden_document_is_understood_and_written_the_same(name: str, version: int) -> None:
    document = json.loads((GOLDEN / f"{name}.v{version}.json").read_text())
    assert EVENTS[name, version].model_validate(document).model_dump(mode="json") == document


@pytest.mark.parametrize(("name", "version"), EVENTS)
def test_a_newer_senders_unknown_member_is_ignored(name: str, version: int) -> None:
    document = json.loads((GOLDEN / f"{name}.v{version}.json").read_text())
    EVENTS[name, version].model_validate(document | {"not_known_yet": 1})


def test_what_a_classifier_said_before_it_gave_reasons_is_understood() -> None:
    document = json.loads((GOLDEN / "FeedbackClassified.v1.json").read_text())
    old = {name: value for name, value in document.items() if name not in ("ranked", "terms", "urgency_terms")}
    understood = EVENTS["FeedbackClassified", 1].model_validate(old).model_dump(mode="json")
    assert understood == old | {"ranked": [], "terms": [], "urgency_terms": []}


def test_every_golden_document_has_its_event() -> None:
    assert {path.stem for path in GOLDEN.glob("*.json")} == {f"{name}.v{version}" for name, version in EVENTS}


@pytest.mark.parametrize("event", ROUTES)
def test_whoever_the_table_names_as_a_listener_has_a_reaction(event: type[Event]) -> None:
    for service in ROUTES[event].heard_by:
        source = ast.parse((SERVICES / service / "reactions.py").read_text())
        names = {node.id for node in ast.walk(source) if isinstance(node, ast.Name)}
        assert event.__name__ in names, f"{service} is to hear {event.__name__} and has no reaction"


def test_no_event_has_a_place_for_contact_data() -> None:
    forbidden = {"email", "phone", "name", "address", "external_id"}
    for event in EVENTS.values():
        assert not forbidden & event.model_fields.keys(), event.__name__
