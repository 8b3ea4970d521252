"""An API description as a reader wants it: doors by tag, each with its fields in rows and an example."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from shared.web.description import operations

Json = dict[str, Any]
DEPTH_MAX = 5
_LIMITS = {
    "minLength": "≥ {} characters",
    "maxLength": "≤ {} characters",
    "minimum": "≥ {}",
    "maximum": "≤ {}",
    "minItems": "≥ {} entries",
    "maxItems": "≤ {} entries",
    "default": "default {}",
}
_EXAMPLES = {
    "uuid": "01a1f3c8-0000-7000-8000-000000000000",
    "date-time": "2026-11-21T08:30:00Z",
    "string": "…",
    "integer": 1,
    "number": 1,
    "boolean": True,
}


@dataclass(frozen=True)
class Row:
    """One field, as deep as it lies."""

    name: str
    depth: int
    kind: str
    is_required: bool
    limits: str
    says: str


@dataclass(frozen=True)
class Answer:
    """One status that a door answers with."""

    status: str
    says: str
    rows: list[Row]


@dataclass(frozen=True)
class Door:
    """One operation."""

    id: str
    method: str
    path: str
    tag: str
    summary: str
    description: str
    is_open: bool
    scopes: list[str]
    is_deprecated: bool
    parameters: list[Row]
    body: list[Row]
    example: Any
    answers: list[Answer]


def doors(document: Json) -> list[Door]:
    """Every door of the description, in its order."""
    reader = _Reader(document)
    return [reader.door(path, method, operation) for path, method, operation in operations(document)]


class _Reader:
    def __init__(self, document: Json) -> None:
        self._document = document

    def door(self, path: str, method: str, operation: Json) -> Door:
        body = _schema_of(operation.get("requestBody", {}))
        return Door(
            id=operation["operationId"],
            method=method.upper(),
            path=path,
            tag=operation["tags"][0],
            summary=operation["summary"],
            description=operation["description"],
            is_open=not operation["security"],
            scopes=sorted({scope for way in operation["security"] for scopes in way.values() for scope in scopes}),
            is_deprecated=operation.get("deprecated", False),
            parameters=[self._parameter(one) for one in operation.get("parameters", [])],
            body=list(self._rows(body)),
            example=self._example(body),
            answers=[self._answer(status, self._at(one)) for status, one in operation["responses"].items()],
        )

    def _parameter(self, parameter: Json) -> Row:
        schema = self._at(parameter["schema"])
        place = f"{parameter['in']}: {self._kind(parameter['schema'])}"
        is_required = parameter.get("required", False)
        return Row(parameter["name"], 0, place, is_required, _limits(schema), parameter.get("description", ""))

    def _answer(self, status: str, response: Json) -> Answer:
        says = "" if response["description"] == "Successful Response" else response["description"]
        return Answer(status, says, list(self._rows(_schema_of(response))) if status[0] == "2" else [])

    def _at(self, node: Json) -> Json:
        while "$ref" in node:
            found: Any = self._document
            for part in node["$ref"].removeprefix("#/").split("/"):
                found = found[part]
            node = found
        return node

    def _one(self, schema: Json) -> Json:
        """The schema itself, or the one alternative besides null."""
        given = [one for one in schema.get("anyOf", []) if one.get("type") != "null"]
        return self._at(given[0] if len(given) == 1 else schema)

    def _rows(self, schema: Json, depth: int = 0) -> Iterator[Row]:
        target = self._one(self._at(schema))
        if depth > DEPTH_MAX:
            return
        if "items" in target:
            yield from self._rows(target["items"], depth)
        for name, field in target.get("properties", {}).items():
            inner = self._one(self._at(field))
            says = field.get("description") or inner.get("description", "")
            is_required = name in target.get("required", [])
            yield Row(name, depth, self._kind(field), is_required, _limits(field | inner), says.split("\n")[0])
            yield from self._rows(inner, depth + 1)

    def _kind(self, schema: Json) -> str:
        target = self._at(schema)
        if "anyOf" in target:
            return " or ".join(self._kind(one) for one in target["anyOf"])
        if "enum" in target or "const" in target:
            return " | ".join(f"“{value}”" for value in target.get("enum", [target.get("const")]))
        if target.get("type") == "array":
            return f"list of {self._kind(target.get('items') or target['prefixItems'][0])}"
        if isinstance(target.get("additionalProperties"), dict):
            return f"map to {self._kind(target['additionalProperties'])}"
        return str(target.get("format") or target.get("type", "any"))

    def _example(self, schema: Json) -> Any:  # noqa: ANN401 - any JSON value
        """The least that a caller sends: required fields only."""
        target = self._one(self._at(schema))
        if "enum" in target:
            return target["enum"][0]
        if "items" in target:
            return [self._example(target["items"])]
        if "properties" in target:
            required: list[str] = target.get("required", [])
            return {name: self._example(target["properties"][name]) for name in required}
        return _EXAMPLES.get(target.get("format", "")) or _EXAMPLES.get(target.get("type", ""))


def _schema_of(described: Mapping[str, Any]) -> Json:
    content = described.get("content", {})
    return next((one.get("schema", {}) for one in content.values()), {})


def _limits(schema: Json) -> str:
    return ", ".join(
        says.format(schema[name]) for name, says in _LIMITS.items() if schema.get(name) not in (None, [], {})
    )
