"""What the services promise is written down, whole, and keeps what was released."""

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest

from deploy.contract import shelf
from deploy.contract.lint import flaws

Json = dict[str, Any]
Change = Callable[[Json], object]


@pytest.fixture(scope="module")
def documents() -> dict[str, Json]:
    return shelf.printed()


def test_the_contract_is_written_down_and_keeps_what_was_released(documents: dict[str, Json]) -> None:
    assert shelf.findings(documents) == []


def test_what_is_wrong_is_found_with_its_remedy(documents: dict[str, Json]) -> None:
    spoilt = copy.deepcopy(documents)
    del spoilt["tracker"]["paths"]["/v1/cases"]
    del spoilt["classifier"]["paths"]["/v1/figures"]["get"]["summary"]
    found = shelf.findings(spoilt)
    assert "docs/contract/openapi/tracker.json is stale: python3 run.py contract write" in found
    assert "tracker breaks what was released: /v1/cases: the path is gone" in found
    assert "classifier: GET /v1/figures: has no summary" in found


def test_a_baseline_changes_only_with_a_line_under_breaking() -> None:
    changes = (
        "## Unreleased\n### Added\n- It is `abc`.\n### Breaking\n- Moves. The baseline is `def`.\n\n## 0.1.0\n`ghi`"
    )
    assert [shelf.is_announced(changes, baseline) for baseline in ("abc", "def", "ghi")] == [False, True, False]
    assert len(shelf.baseline_hash()) == shelf.HASH_LENGTH


def first(document: Json) -> Json:
    found: Json = document["paths"]["/v1/actions"]["post"]
    return found


FLAWS: dict[str, tuple[Change, str]] = {
    "version": (lambda d: d.update(openapi="3.0.0"), "OpenAPI 3.0.0"),
    "path": (lambda d: d["paths"].update({"/v1/Big_Things": {}}), "is not /v1/ and plain words"),
    "twice": (lambda d: first(d).update(operationId="get_cases"), "get_cases stands twice"),
    "name": (lambda d: first(d).update(operationId="postAction"), "is not snake_case"),
    "summary": (lambda d: first(d).pop("summary"), "has no summary"),
    "description": (lambda d: first(d).pop("description"), "has no description"),
    "tag": (lambda d: first(d).update(tags=["unheard-of"]), "has no tag with a description"),
    "security": (lambda d: first(d).pop("security"), "does not say who may"),
    "refusals": (lambda d: first(d)["responses"].pop("4XX"), "does not describe 4XX"),
    "faults": (lambda d: first(d)["responses"].pop("5XX"), "does not describe 5XX"),
    "answer": (lambda d: first(d)["responses"].pop("201"), "does not say how it answers"),
    "null": (
        lambda d: first(d)["parameters"][0].update(schema={"anyOf": [{"type": "string"}, {"type": "null"}]}),
        "may be null",
    ),
    "end": (lambda d: first(d).update(deprecated=True), "is deprecated without an end"),
    "model": (lambda d: d["components"]["schemas"]["CaseOut"].pop("description"), "CaseOut: has no description"),
    "field": (lambda d: d["components"]["schemas"]["CaseOut"]["properties"].update(x={"title": "X"}), "has no type"),
    "reference": (lambda d: d["components"]["schemas"].pop("CaseOut"), "#/components/schemas/CaseOut leads nowhere"),
}


@pytest.mark.parametrize("name", FLAWS)
def test_a_flaw_of_a_description_is_named(documents: dict[str, Json], name: str) -> None:
    change, says = FLAWS[name]
    document = copy.deepcopy(documents["tracker"])
    assert flaws(document) == []
    change(document)
    assert [flaw for flaw in flaws(document) if says in flaw], flaws(document)


EVENT_FLAWS: dict[str, tuple[Change, str]] = {
    "silence": (lambda d: d["operations"].pop("tracker_hears_FeedbackClassified"), "nobody does receive"),
    "no words": (lambda d: d["channels"]["FeedbackReceived"].pop("description"), "has no description"),
    "reference": (lambda d: d["components"]["schemas"].pop("FeedbackReceived"), "FeedbackReceived leads nowhere"),
}


@pytest.mark.parametrize("name", EVENT_FLAWS)
def test_a_flaw_of_the_events_is_named(documents: dict[str, Json], name: str) -> None:
    change, says = EVENT_FLAWS[name]
    document = copy.deepcopy(documents["events"])
    assert flaws(document) == []
    change(document)
    assert [flaw for flaw in flaws(document) if says in flaw], flaws(document)


def test_the_events_are_described_as_the_golden_documents_are(documents: dict[str, Json]) -> None:
    schemas = documents["events"]["components"]["schemas"]
    golden = shelf.ROOT / "tests" / "contracts" / "golden"
    for path in golden.glob("*.v1.json"):
        described = schemas[path.name.partition(".")[0]]
        assert set(json.loads(path.read_text())) == set(described["properties"])
        # What was added to a version later has a default, for facts from before may still come.
        later = {name for name, schema in described["properties"].items() if "default" in schema}
        assert set(described["required"]) == set(described["properties"]) - later
