"""Makes requests from an API description: the least body that fits its schema, with ids that are given."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

METHODS = ("get", "post", "put", "patch", "delete")
_TEXT = "probe-text"


@dataclass(frozen=True)
class Operation:
    """One door as its description shows it."""

    service: str
    method: str
    path: str
    description: Mapping[str, Any] = field(repr=False, hash=False, compare=False)

    @property
    def scopes(self) -> set[str]:
        """Any one of these opens it."""
        ways = self.description.get("security", [])
        return {scope for way in ways for scopes in way.values() for scope in scopes}

    @property
    def is_public(self) -> bool:
        return not self.description.get("security")

    def parameters(self, place: str) -> list[Mapping[str, Any]]:
        return [one for one in self.description.get("parameters", []) if one["in"] == place]

    def __str__(self) -> str:
        return f"{self.service} {self.method.upper()} {self.path}"


def operations(service: str, document: Mapping[str, Any]) -> Iterator[Operation]:
    """Every door of a service."""
    for path, methods in document["paths"].items():
        for method in METHODS:
            if method in methods:
                yield Operation(service, method, path, methods[method])


class Sampler:
    """Fills schemas. `ids` says which id stands in a field of a name; a name that is not known gets `other_id`."""

    def __init__(self, document: Mapping[str, Any], ids: Mapping[str, str], other_id: str) -> None:
        self._schemas = document.get("components", {}).get("schemas", {})
        self._ids, self._other_id = ids, other_id

    def body(self, operation: Operation) -> Any:  # noqa: ANN401 - any JSON value
        """A body with every field that is required, and every field that holds an id."""
        content = operation.description.get("requestBody", {}).get("content", {})
        schema = content.get("application/json", {}).get("schema")
        return None if schema is None else self._value("", schema)

    def id_of(self, name: str) -> str:
        """The id for a field of this name; `case_ids` holds ids of cases."""
        return self._ids.get(name.removesuffix("s"), self._other_id)

    def _value(self, name: str, schema: Mapping[str, Any]) -> Any:  # noqa: ANN401 - any JSON value
        schema = self._resolved(schema)
        if "const" in schema or "enum" in schema:
            return schema.get("const", (schema.get("enum") or [None])[0])
        kind = schema.get("type", "object" if "properties" in schema else "string")
        if kind == "object":
            return self._object(schema)
        if kind == "array":
            return [self._value(name, schema.get("items", {}))]
        if kind == "string":
            return self._string(name, schema)
        return {"integer": schema.get("minimum", 1), "number": 1.0, "boolean": True}.get(kind)

    def _object(self, schema: Mapping[str, Any]) -> dict[str, Any]:
        required = schema.get("required", [])
        return {
            name: self._value(name, part)
            for name, part in schema.get("properties", {}).items()
            if name in required or self._holds_an_id(part)
        }

    def _holds_an_id(self, schema: Mapping[str, Any]) -> bool:
        schema = self._resolved(schema)
        return schema.get("format") == "uuid" or self._is_list_of_ids(schema)

    def _is_list_of_ids(self, schema: Mapping[str, Any]) -> bool:
        return schema.get("type") == "array" and self._holds_an_id(schema.get("items", {}))

    def _string(self, name: str, schema: Mapping[str, Any]) -> str:
        if schema.get("format") == "uuid":
            return self.id_of(name)
        if schema.get("format") == "date-time":
            return "2026-11-20T08:00:00Z"
        return {"slug": "probe", "time_zone": "UTC", "email": "probe@example.test"}.get(name, _TEXT)

    def _resolved(self, schema: Mapping[str, Any]) -> Mapping[str, Any]:
        if "$ref" in schema:
            return self._resolved(self._schemas[schema["$ref"].rsplit("/", 1)[1]])
        for choice in (*schema.get("anyOf", []), *schema.get("oneOf", [])):
            if choice.get("type") != "null":
                return self._resolved(choice)
        return schema
