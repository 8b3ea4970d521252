"""Each rule of the comparison: what breaks a caller is named, what does not is let through."""

import copy
from collections.abc import Callable
from typing import Any

import pytest

from deploy.contract.compare import broken

Json = dict[str, Any]
Change = Callable[[Json], object]


THING = {
    "type": "object",
    "properties": {
        "title": {"type": "string", "maxLength": 200, "minLength": 1},
        "count": {"type": "integer", "maximum": 9, "minimum": 1},
        "kinds": {"type": "array", "maxItems": 5, "items": {"$ref": "#/components/schemas/Kind"}},
        "note": {"anyOf": [{"type": "string"}, {"type": "null"}]},
        "code": {"type": "string", "pattern": "^a", "format": "uuid"},
        "parent": {"$ref": "#/components/schemas/Thing"},
    },
    "required": ["title"],
}
SEEN = {
    "type": "object",
    "properties": {
        "id": {"type": "string", "format": "uuid"},
        "state": {"$ref": "#/components/schemas/Kind"},
        "note": {"anyOf": [{"type": "string"}, {"type": "null"}]},
    },
    "required": ["id", "state"],
}
POST = {
    "operationId": "post_thing",
    "security": [{"HTTPBearer": []}],
    "parameters": [{"name": "limit", "in": "query", "schema": {"type": "integer", "maximum": 200}}],
    "requestBody": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Thing"}}}},
    "responses": {
        "201": {
            "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Seen"}}},
            "headers": {"ETag": {}},
        },
        "4XX": {"$ref": "#/components/responses/Refused"},
    },
}
GET = {"operationId": "get_things", "responses": {"200": {"content": {"application/json": {"schema": {}}}}}}


def doors() -> Json:
    """A small description that has something for every rule."""
    return copy.deepcopy(
        {
            "openapi": "3.1.0",
            "paths": {"/v1/things": {"get": GET, "post": POST}},
            "components": {
                "schemas": {"Thing": THING, "Seen": SEEN, "Kind": {"type": "string", "enum": ["a", "b"]}},
                "responses": {"Refused": {"content": {"application/problem+json": {"schema": {}}}}},
            },
        }
    )


def schema(document: Json, name: str) -> Json:
    found: Json = document["components"]["schemas"][name]
    return found


def field(document: Json, name: str, field_name: str) -> Json:
    found: Json = schema(document, name)["properties"][field_name]
    return found


def post(document: Json) -> Json:
    found: Json = document["paths"]["/v1/things"]["post"]
    return found


def parameter(**about: object) -> Json:
    return {"name": "X-New", "in": "header", "schema": {"type": "string"}} | about


BREAKS: dict[str, tuple[Change, str]] = {
    "a path": (lambda d: d["paths"].clear(), "the path is gone"),
    "a method": (lambda d: d["paths"]["/v1/things"].pop("post"), "the method is gone"),
    "a name": (lambda d: post(d).update(operationId="x"), "operationId post_thing became x"),
    "a door locked": (lambda d: d["paths"]["/v1/things"]["get"].update(security=[{"x": []}]), "a credential is wanted"),
    "a parameter": (lambda d: post(d)["parameters"].clear(), "the query parameter limit is gone"),
    "a new header": (lambda d: post(d)["parameters"].append(parameter(required=True)), "X-New is wanted now"),
    "a parameter now": (lambda d: post(d)["parameters"][0].update(required=True), "limit is wanted now"),
    "its limit": (lambda d: post(d)["parameters"][0]["schema"].update(maximum=100), "fell from 200 to 100"),
    "a body": (
        lambda d: d["paths"]["/v1/things"]["get"].update(requestBody={"required": True, "content": {}}),
        "a body is wanted now",
    ),
    "a media type": (lambda d: post(d)["requestBody"]["content"].clear(), "application/json is gone"),
    "a longest text": (lambda d: field(d, "Thing", "title").update(maxLength=100), "maxLength fell from 200 to 100"),
    "a shortest text": (lambda d: field(d, "Thing", "title").update(minLength=2), "minLength rose from 1 to 2"),
    "a first limit": (lambda d: field(d, "Thing", "note")["anyOf"][0].update(maxLength=9), "fell from none to 9"),
    "a greatest number": (lambda d: field(d, "Thing", "count").update(maximum=8), "maximum fell from 9 to 8"),
    "a smallest number": (lambda d: field(d, "Thing", "count").update(minimum=2), "minimum rose from 1 to 2"),
    "a longest list": (lambda d: field(d, "Thing", "kinds").update(maxItems=4), "maxItems fell from 5 to 4"),
    "a value": (lambda d: schema(d, "Kind")["enum"].remove("b"), "takes b no more"),
    "only values": (lambda d: field(d, "Thing", "title").update(enum=["x"]), "takes other values no more"),
    "a pattern": (lambda d: field(d, "Thing", "code").update(pattern="^b"), "pattern '^a' became '^b'"),
    "a format in": (lambda d: field(d, "Thing", "title").update(format="date"), "format None became 'date'"),
    "a type in": (lambda d: field(d, "Thing", "count").update(type="string"), "takes integer no more"),
    "null in": (lambda d: field(d, "Thing", "note")["anyOf"].pop(), "takes null no more"),
    "a field in": (lambda d: schema(d, "Thing")["properties"].pop("note"), "/note: the field is gone"),
    "a wanted field": (lambda d: schema(d, "Thing")["required"].append("note"), "/note: the field is wanted now"),
    "own fields": (lambda d: schema(d, "Thing").update(additionalProperties=False), "are refused now"),
    "an answer": (lambda d: post(d)["responses"].pop("201"), "answers 201 no more"),
    "an answer's type": (lambda d: post(d)["responses"]["201"]["content"].clear(), "application/json is gone"),
    "a refusal's type": (
        lambda d: d["components"]["responses"]["Refused"]["content"].clear(),
        "application/problem+json is gone",
    ),
    "a header out": (lambda d: post(d)["responses"]["201"]["headers"].clear(), "the header ETag is gone"),
    "a field out": (lambda d: schema(d, "Seen")["properties"].pop("note"), "/note: the field is gone"),
    "a field at times": (lambda d: schema(d, "Seen")["required"].remove("id"), "/id: the field may be missing now"),
    "a type out": (lambda d: field(d, "Seen", "id").update(type="integer"), "may be integer now"),
    "null out": (
        lambda d: schema(d, "Seen")["properties"].update(
            id={"anyOf": [{"type": "string", "format": "uuid"}, {"type": "null"}]}
        ),
        "may be null now",
    ),
    "a format out": (lambda d: field(d, "Seen", "id").pop("format"), "format 'uuid' became None"),
}

HARMLESS: dict[str, Change] = {
    "nothing": lambda d: d,
    "a new path": lambda d: d["paths"].update({"/v1/more": {}}),
    "a parameter several times": lambda d: post(d)["parameters"][0].update(
        schema={"type": "array", "items": {"type": "integer", "maximum": 200}}
    ),
    "a new parameter": lambda d: post(d)["parameters"].append(parameter()),
    "a new field in": lambda d: schema(d, "Thing")["properties"].update(more={"type": "string"}),
    "a new field out": lambda d: schema(d, "Seen")["properties"].update(more={"type": "string"}),
    "a field always": lambda d: schema(d, "Seen")["required"].append("note"),
    "a field no more wanted": lambda d: schema(d, "Thing")["required"].clear(),
    "a wider limit": lambda d: field(d, "Thing", "title").update(maxLength=300, minLength=0),
    "no limit": lambda d: field(d, "Thing", "title").pop("maxLength"),
    "a new value": lambda d: schema(d, "Kind")["enum"].append("c"),
    "a door opened": lambda d: post(d).pop("security"),
    "a sentence": lambda d: field(d, "Seen", "id").update(description="who it is"),
    "a renamed schema": lambda d: (
        d["components"]["schemas"].update(Sort=schema(d, "Kind")),
        field(d, "Seen", "state").update({"$ref": "#/components/schemas/Sort"}),
    ),
}


@pytest.mark.parametrize("name", BREAKS)
def test_what_breaks_a_caller_is_named(name: str) -> None:
    change, says = BREAKS[name]
    old, new = doors(), doors()
    change(new)
    found = broken(old, new)
    assert [sentence for sentence in found if says in sentence], found


@pytest.mark.parametrize("name", HARMLESS)
def test_what_breaks_nobody_is_let_through(name: str) -> None:
    old, new = doors(), doors()
    HARMLESS[name](new)
    assert broken(old, new) == []


def events() -> Json:
    payload = {
        "type": "object",
        "properties": {"id": {"type": "string"}, "why": {"anyOf": [{"type": "string"}, {"type": "null"}]}},
        "required": ["id"],
    }
    return {
        "asyncapi": "3.0.0",
        "channels": {"Told": {"address": "huiyin.Told", "messages": {"Told.v1": {}}}},
        "operations": {"tracker_says_Told": {"action": "send"}},
        "components": {"messages": {"Told.v1": {"payload": payload}}, "schemas": {}},
    }


def payload(document: Json) -> Json:
    found: Json = document["components"]["messages"]["Told.v1"]["payload"]
    return found


BREAKING_EVENTS: dict[str, tuple[Change, str]] = {
    "a channel": (lambda d: d["channels"].clear(), "nothing comes at huiyin.Told"),
    "an address": (lambda d: d["channels"]["Told"].update(address="x"), "nothing comes at huiyin.Told"),
    "a version": (lambda d: d["channels"]["Told"]["messages"].clear(), "Told.v1 is gone"),
    "an operation": (lambda d: d["operations"].clear(), "is done no more"),
    "a member": (lambda d: payload(d)["properties"].pop("why"), "/why: the field is gone"),
    "a wanted member": (lambda d: payload(d)["required"].append("why"), "/why: the field is wanted now"),
    "a member at times": (lambda d: payload(d)["required"].clear(), "/id: the field may be missing now"),
    "a type": (lambda d: payload(d)["properties"]["id"].update(type="integer"), "takes string no more"),
}


@pytest.mark.parametrize("name", BREAKING_EVENTS)
def test_what_breaks_a_reader_of_events_is_named(name: str) -> None:
    change, says = BREAKING_EVENTS[name]
    new = events()
    change(new)
    found = broken(events(), new)
    assert [sentence for sentence in found if says in sentence], found


def test_a_new_event_and_a_new_member_break_nobody() -> None:
    new = events()
    new["channels"]["More"] = {"address": "huiyin.More", "messages": {}}
    payload(new)["properties"]["more"] = {"type": "string"}
    assert broken(events(), new) == []
