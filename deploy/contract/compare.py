"""Tells a breaking change of the contract from a harmless one: what a caller of the old one would stumble over.

What is sent to a service may only become freer, what comes back only richer. For events both hold: whoever reads must
understand what was written before, and the other way round.
"""

from collections.abc import Iterator, Mapping, Sequence
from enum import Flag, auto
from typing import Any

Json = dict[str, Any]
METHODS = ("get", "post", "put", "patch", "delete")
UPPER_LIMITS = ("maxLength", "maximum", "exclusiveMaximum", "maxItems", "maxProperties")
LOWER_LIMITS = ("minLength", "minimum", "exclusiveMinimum", "minItems", "minProperties")
FIXED = ("pattern", "format", "const", "multipleOf")


class Way(Flag):
    """Where a schema travels."""

    IN = auto()
    OUT = auto()


BOTH = Way.IN | Way.OUT


def broken(old: Json, new: Json) -> list[str]:
    """One sentence for each promise of `old` that `new` breaks; both are OpenAPI or both AsyncAPI documents."""
    return list(_events(old, new) if "asyncapi" in old else _doors(old, new))


def _doors(old: Json, new: Json) -> Iterator[str]:
    for path, item in old["paths"].items():
        if path not in new["paths"]:
            yield f"{path}: the path is gone"
            continue
        for method in METHODS:
            if method not in item:
                continue
            where = f"{method.upper()} {path}"
            if method not in new["paths"][path]:
                yield f"{where}: the method is gone"
                continue
            yield from _operation(where, (old, item[method]), (new, new["paths"][path][method]))


Found = tuple[Json, Json]


def _operation(where: str, old: Found, new: Found) -> Iterator[str]:
    (old_document, before), (new_document, after) = old, new
    if before["operationId"] != after["operationId"]:
        yield f"{where}: operationId {before['operationId']} became {after['operationId']}"
    if not before.get("security") and after.get("security"):
        yield f"{where}: a credential is wanted now"
    yield from _parameters(where, old, new)
    walk = _Walk(old_document, new_document)
    if "requestBody" in after and "requestBody" not in before and after["requestBody"].get("required"):
        yield f"{where}: a body is wanted now"
    contents = before.get("requestBody", {}).get("content", {}), after.get("requestBody", {}).get("content", {})
    yield from walk.contents(f"{where} body", *contents, Way.IN)
    for status, response in before["responses"].items():
        if status not in after["responses"]:
            yield f"{where}: answers {status} no more"
            continue
        here, there = walk.at(response, old_document), walk.at(after["responses"][status], new_document)
        yield from walk.contents(f"{where} {status}", here.get("content", {}), there.get("content", {}), Way.OUT)
        gone = here.get("headers", {}).keys() - there.get("headers", {}).keys()
        yield from (f"{where} {status}: the header {name} is gone" for name in sorted(gone))


def _parameters(where: str, old: Found, new: Found) -> Iterator[str]:
    (old_document, before), (new_document, after) = old, new
    known = {(one["in"], one["name"].lower()): one for one in before.get("parameters", [])}
    now = {(one["in"], one["name"].lower()): one for one in after.get("parameters", [])}
    walk = _Walk(old_document, new_document)
    for (place, _), parameter in known.items():
        if (place, parameter["name"].lower()) not in now:
            yield f"{where}: the {place} parameter {parameter['name']} is gone"
    for key, parameter in now.items():
        was = known.get(key)
        if parameter.get("required") and not (was or {}).get("required"):
            yield f"{where}: the {key[0]} parameter {parameter['name']} is wanted now"
        if was is not None:
            now_takes = _one_of(was["schema"], parameter["schema"]) if key[0] == "query" else parameter["schema"]
            yield from walk.schemas(f"{where} {parameter['name']}", was["schema"], now_takes, Way.IN)


def _one_of(old: Json, new: Json) -> Json:
    """A query parameter that may come several times now is still written the same when it comes once."""
    is_list_now = new.get("type") == "array" and old.get("type") != "array"
    return new["items"] if is_list_now else new


def _events(old: Json, new: Json) -> Iterator[str]:
    walk = _Walk(old, new)
    for name, channel in old["channels"].items():
        there = new["channels"].get(name)
        if there is None or there["address"] != channel["address"]:
            yield f"{name}: nothing comes at {channel['address']} any more"
            continue
        for message in channel["messages"]:
            if message not in there["messages"]:
                yield f"{name}: {message} is gone"
                continue
            before, after = (document["components"]["messages"][message]["payload"] for document in (old, new))
            yield from walk.schemas(message, before, after, BOTH)
    gone = old["operations"].keys() - new["operations"].keys()
    yield from (f"{name}: is done no more" for name in sorted(gone))


class _Walk:
    """Compares schemas of two documents, each pair of references once."""

    def __init__(self, old: Json, new: Json) -> None:
        self._old = old
        self._new = new
        self._seen: set[tuple[str, str, Way]] = set()

    @staticmethod
    def at(node: Json, document: Json) -> Json:
        """The node, or what it refers to."""
        while "$ref" in node:
            found: Any = document
            for part in node["$ref"].removeprefix("#/").split("/"):
                found = found[part]
            node = found
        return node

    def contents(self, where: str, old: Json, new: Json, way: Way) -> Iterator[str]:
        for kind, content in old.items():
            if kind not in new:
                yield f"{where}: {kind} is gone"
                continue
            yield from self.schemas(where, content.get("schema", {}), new[kind].get("schema", {}), way)

    def schemas(self, where: str, old: Json, new: Json, way: Way) -> Iterator[str]:
        """What is broken between two schemas that stand in one place."""
        pair = (str(old.get("$ref")), str(new.get("$ref")), way)
        if pair in self._seen:
            return
        if "$ref" in old and "$ref" in new:
            self._seen.add(pair)
        before, after = self.at(old, self._old), self.at(new, self._new)
        yield from _limits(where, before, after, way)
        yield from self._alternatives(where, before, after, way)
        yield from self._fields(where, before, after, way)
        for inner in ("items", "additionalProperties"):
            pair_inside = before.get(inner), after.get(inner)
            if isinstance(pair_inside[0], dict) and isinstance(pair_inside[1], dict):
                yield from self.schemas(f"{where}[]", pair_inside[0], pair_inside[1], way)

    def _alternatives(self, where: str, old: Json, new: Json, way: Way) -> Iterator[str]:
        before, after = (_by_kind(schema, document) for schema, document in ((old, self._old), (new, self._new)))
        lost, added = before.keys() - after.keys(), after.keys() - before.keys()
        if Way.IN in way and lost:
            yield f"{where}: takes {', '.join(sorted(lost))} no more"
        if Way.OUT in way and added:
            yield f"{where}: may be {', '.join(sorted(added))} now"
        if len(before) > 1 or len(after) > 1:
            for kind in sorted(before.keys() & after.keys()):
                yield from self.schemas(where, before[kind], after[kind], way)

    def _fields(self, where: str, old: Json, new: Json, way: Way) -> Iterator[str]:
        fields, fields_now = old.get("properties", {}), new.get("properties", {})
        required, required_now = set(old.get("required", [])), set(new.get("required", []))
        yield from (f"{where}/{name}: the field is gone" for name in fields if name not in fields_now)
        if Way.IN in way:
            yield from (f"{where}/{name}: the field is wanted now" for name in sorted(required_now - required))
        if Way.OUT in way:
            less = sorted((required - required_now) & fields_now.keys())
            yield from (f"{where}/{name}: the field may be missing now" for name in less)
        for name in fields.keys() & fields_now.keys():
            yield from self.schemas(f"{where}/{name}", fields[name], fields_now[name], way)


def _limits(where: str, old: Json, new: Json, way: Way) -> Iterator[str]:
    if Way.IN in way:
        yield from _narrowed(where, old, new)
    for name in FIXED:
        says = name in new if Way.IN in way else name in old
        if says and old.get(name) != new.get(name):
            yield f"{where}: {name} {old.get(name)!r} became {new.get(name)!r}"


def _narrowed(where: str, old: Json, new: Json) -> Iterator[str]:
    """What was taken and is taken no more."""
    for name in UPPER_LIMITS:
        if name in new and new[name] < old.get(name, float("inf")):
            yield f"{where}: {name} fell from {old.get(name, 'none')} to {new[name]}"
    for name in LOWER_LIMITS:
        if name in new and new[name] > old.get(name, float("-inf")):
            yield f"{where}: {name} rose from {old.get(name, 'none')} to {new[name]}"
    if new.get("additionalProperties") is False and old.get("additionalProperties") is not False:
        yield f"{where}: fields of the caller's own are refused now"
    if "enum" in new and (lost := _missing(old.get("enum"), new["enum"])):
        yield f"{where}: takes {lost} no more"


def _missing(old: Sequence[object] | None, new: Sequence[object]) -> str:
    if old is None:
        return "other values"
    return ", ".join(str(value) for value in old if value not in new)


def _by_kind(schema: Json, document: Mapping[str, Any]) -> dict[str, Json]:
    """The types that a value may have, each with what is said of it."""
    alternatives = schema.get("anyOf") or schema.get("oneOf") or [schema]
    found: dict[str, Json] = {}
    for one in alternatives:
        target = _Walk.at(one, dict(document))
        kinds = target.get("type", "any")
        for kind in kinds if isinstance(kinds, list) else [kinds]:
            twins = sum(name.startswith(kind) for name in found)  # Alternatives of one type are told apart by order.
            found[f"{kind} {twins + 1}" if twins else kind] = one
    return found
