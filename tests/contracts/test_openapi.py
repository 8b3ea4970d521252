"""The API descriptions are whole: every reference leads somewhere, every door says how it refuses."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.house_of_test import SERVICES, House

METHODS = {"get", "post", "put", "patch", "delete"}


def references(node: Any) -> Iterator[str]:  # noqa: ANN401 - any JSON value
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"]
        for child in node.values():
            yield from references(child)
    elif isinstance(node, list):
        for child in node:
            yield from references(child)


@pytest.mark.parametrize("service", SERVICES)
async def test_every_reference_leads_somewhere(house: House, service: str) -> None:
    document = house.app(service).openapi()
    for reference in set(references(document)):
        place: Any = document
        for part in reference.removeprefix("#/").split("/"):
            assert part in place, f"{reference} leads nowhere"
            place = place[part]


@pytest.mark.parametrize("service", SERVICES)
async def test_every_operation_has_a_stable_name_and_says_how_it_refuses(house: House, service: str) -> None:
    document = house.app(service).openapi()
    operations = [
        operation for path in document["paths"].values() for method, operation in path.items() if method in METHODS
    ]
    names = [operation["operationId"] for operation in operations]
    assert len(set(names)) == len(names)
    assert all(name.isidentifier() for name in names)
    for operation in operations:
        assert "application/problem+json" in operation["responses"]["4XX"]["content"], operation["operationId"]


async def test_the_feedback_door_describes_its_body(house: House) -> None:
    document = house.app("collector").openapi()
    body = document["paths"]["/v1/feedback"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    assert body == {"$ref": "#/components/schemas/FeedbackIn"}
    assert document["components"]["schemas"]["FeedbackIn"]["required"] == ["text"]
