"""Each service serves the description that is written down, to everybody, and it is OpenAPI 3.1."""

import json

import pytest

from deploy.contract import shelf
from tests.house_of_test import SERVICES, House, running


@pytest.mark.parametrize("service", SERVICES)
async def test_a_service_serves_what_is_written_down(house: House, service: str) -> None:
    async with running(house.app(service), None) as client:
        served = await client.get("/openapi.json")
        assert served.json() == json.loads(shelf.path_of(service).read_text())
        assert served.json()["openapi"] == "3.1.0"


async def test_the_feedback_door_describes_its_body(house: House) -> None:
    document = house.app("collector").openapi()
    body = document["paths"]["/v1/feedback"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    assert body == {"$ref": "#/components/schemas/FeedbackIn"}
    assert document["components"]["schemas"]["FeedbackIn"]["required"] == ["text"]
