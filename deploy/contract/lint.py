"""What every description must have, so that a person and a generator of clients can work with it."""

import re
from collections.abc import Iterator
from typing import Any

from deploy.contract.compare import METHODS

Json = dict[str, Any]
_NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
_PATH = re.compile(r"/(?:healthz|readyz|metrics)|/v1(?:/[a-z][a-z0-9-]*(?::[a-z-]+)?|/\{[a-z_]+\}(?::[a-z-]+)?)+")
_KINDS = ("type", "$ref", "anyOf", "oneOf", "allOf", "const", "enum")


def flaws(document: Json) -> list[str]:
    """One sentence for each flaw of an OpenAPI or AsyncAPI document."""
    found = [*_references(document), *_schemas(document)]
    return [*found, *(_events(document) if "asyncapi" in document else _doors(document))]


def _doors(document: Json) -> Iterator[str]:
    if document["openapi"] != "3.1.0":
        yield f"OpenAPI {document['openapi']}"
    names: list[str] = []
    tags = {tag["name"] for tag in document["tags"] if tag.get("description")}
    for path, item in document["paths"].items():
        if not _PATH.fullmatch(path):
            yield f"{path}: is not /v1/ and plain words"
        for method in METHODS:
            if method in item:
                names.append(item[method]["operationId"])
                yield from (f"{method.upper()} {path}: {flaw}" for flaw in _operation(item[method], tags))
    yield from (f"operationId {name} stands twice" for name in sorted(set(names)) if names.count(name) > 1)


def _operation(operation: Json, tags: set[str]) -> Iterator[str]:
    if not _NAME.fullmatch(operation["operationId"]):
        yield f"operationId {operation['operationId']} is not snake_case"
    yield from (f"has no {part}" for part in ("summary", "description") if not operation.get(part))
    if not operation.get("tags") or not set(operation["tags"]) <= tags:
        yield "has no tag with a description"
    if "security" not in operation:
        yield "does not say who may"
    yield from (f"does not describe {status}" for status in ("4XX", "5XX") if status not in operation["responses"])
    if not any(status.startswith("2") for status in operation["responses"]):
        yield "does not say how it answers"
    for parameter in operation.get("parameters", []):
        if {"type": "null"} in parameter["schema"].get("anyOf", []):
            yield f"{parameter['name']} may be null, which a parameter cannot"
    if operation.get("deprecated") and "x-sunset" not in operation:
        yield "is deprecated without an end"


def _events(document: Json) -> Iterator[str]:
    for name, channel in document["channels"].items():
        for part in ("address", "description", "messages"):
            if not channel.get(part):
                yield f"{name}: has no {part}"
        said = [one for one in document["operations"].values() if one["channel"]["$ref"] == f"#/channels/{name}"]
        for action in ("send", "receive"):
            if action not in {one["action"] for one in said}:
                yield f"{name}: nobody does {action}"


def _schemas(document: Json) -> Iterator[str]:
    for name, schema in document["components"]["schemas"].items():
        if schema.get("type") == "object" and not schema.get("description"):
            yield f"{name}: has no description"
        for field, kind in schema.get("properties", {}).items():
            if not any(word in kind for word in _KINDS):
                yield f"{name}.{field}: has no type"


def _references(document: Json) -> Iterator[str]:
    for reference in sorted(set(_named(document))):
        place: Any = document
        for part in reference.removeprefix("#/").split("/"):
            place = place.get(part, {}) if isinstance(place, dict) else {}
        if not place:
            yield f"{reference} leads nowhere"


def _named(node: Any) -> Iterator[str]:  # noqa: ANN401 - any JSON value
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"]
        node = list(node.values())
    if isinstance(node, list):
        for child in node:
            yield from _named(child)
