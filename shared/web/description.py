"""The API description (OpenAPI 3.1) as clients read it: the same for every service, and complete.

FastAPI derives paths and schemas. What it leaves open is filled in here: headers as plain strings, problems with their
schema, answers to conditional requests, and a sentence for every operation.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from fastapi import FastAPI
from pydantic import BaseModel, Field
from pydantic.json_schema import models_json_schema

Json = dict[str, Any]
MEDIA_TYPE = "application/problem+json"
METHODS = ("get", "post", "put", "patch", "delete")
_PLACE = "#/components/schemas/{model}"
_ABOUT = "Part of Huiyin 回音, which closes the loop between customers and a company. Errors are RFC 9457 problems."
_ALWAYS = {
    "description": _ABOUT,
    "contact": {"name": "The Huiyin project"},
    "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
}
_REPLAYED = {"Idempotent-Replayed": ("`true` when this is the answer to an earlier request", {"const": "true"})}
_ETAG = {"ETag": ("names the version; send it back as `If-Match` or `If-None-Match`", {"type": "string"})}
_LINK = {"Link": ('the next page, as `<…>; rel="next"`; absent on the last', {"type": "string"})}
# Which parameter of an operation promises which headers on its good answers.
_PROMISED: dict[str, Mapping[str, tuple[str, Json]]] = {
    "Idempotency-Key": _REPLAYED,
    "If-Match": _ETAG,
    "If-None-Match": _ETAG,
    "cursor": _LINK,
}


class FieldRefusal(BaseModel):
    """One rule that one field broke."""

    pointer: str = Field(description="a JSON pointer (RFC 6901) into the body, or `/query/…`, `/header/…`, `/path/…`")
    code: str = Field(description="stable; the sentences may change")
    message: str = Field(description="what is wrong")
    remedy: str = Field(description="what to do about it")


class Refusal(BaseModel):
    """A refusal (RFC 9457), in English, or in Chinese when `Accept-Language` prefers it."""

    type: str = Field(description="`urn:huiyin:problem:` and the code")
    title: str = Field(description="what is wrong")
    status: int = Field(description="the HTTP status")
    code: str = Field(description="stable; the sentences may change")
    detail: str = Field(description="what to do about it")
    errors: list[FieldRefusal] = Field(default=[], description="each broken field")


REFUSALS = {
    "4XX": ("Refused", "The request is refused; the problem says why, and what to do."),
    "5XX": ("Failed", "A part of the system is away, or at fault. `Retry-After` says when it is worth another try."),
}


def body_of(model: type[BaseModel]) -> Json:
    """For a route's `openapi_extra`: the model as the request's body."""
    schema = {"$ref": _PLACE.format(model=model.__name__)}
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": schema}}}}


def describe(app: FastAPI, models: Sequence[type[BaseModel]], tags: Mapping[str, str]) -> None:
    """Completes the application's description. `models` are those that routes name by `body_of`."""
    make = app.openapi
    made: Json = {}

    def openapi() -> Json:
        if not made:
            made.update(make())
            made["info"] |= _ALWAYS
            made["servers"] = [{"url": "/", "description": "where this description came from"}]
            used = {tag for _, _, operation in operations(made) for tag in operation["tags"]}
            made["tags"] = [{"name": name, "description": tags[name]} for name in sorted(used)]
            _add_schemas(made, models)
            for _, method, operation in operations(made):
                _complete(operation)
                if method == "post":
                    _relax(operation, made["components"]["schemas"])
        return made

    app.openapi = openapi  # type: ignore[method-assign]  # FastAPI's documented way to extend the description


def operations(document: Json) -> Iterator[tuple[str, str, Json]]:
    """Path, method and operation of every door in a description."""
    for path, item in document["paths"].items():
        for method in METHODS:
            if method in item:
                yield path, method, item[method]


def _add_schemas(document: Json, models: Sequence[type[BaseModel]]) -> None:
    components = document.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    _, given = models_json_schema([(one, "validation") for one in models], ref_template=_PLACE, by_alias=False)
    _, refusals = models_json_schema([(Refusal, "serialization")], ref_template=_PLACE)
    for name, schema in (given.get("$defs", {}) | refusals["$defs"]).items():
        schemas.setdefault(name, schema)
    problem = {MEDIA_TYPE: {"schema": {"$ref": _PLACE.format(model="Refusal")}}}
    components["responses"] = {name: {"description": what, "content": problem} for name, what in REFUSALS.values()}


def _complete(operation: Json) -> None:
    sentence = str(operation["description"]).split(". ")[0].split("; ")[0].split(": ")[0]
    operation["summary"] = sentence.rstrip(".")
    operation.setdefault("security", [])
    names = set()
    for parameter in operation.get("parameters", []):
        names.add(parameter["name"])
        schema = _plain(parameter["schema"])
        parameter["schema"] = {name: value for name, value in schema.items() if name not in ("title", "description")}
    for status, response in operation["responses"].items():
        if not status.startswith("2"):
            continue
        for name in sorted(names & _PROMISED.keys()):
            for header, (what, schema) in _PROMISED[name].items():
                response.setdefault("headers", {})[header] = {"description": what, "schema": schema}
    for status, (name, _) in REFUSALS.items():
        operation["responses"][status] = {"$ref": f"#/components/responses/{name}"}
    if "If-None-Match" in names:
        operation["responses"]["304"] = {"description": "The caller has the newest version."}


def _relax(operation: Json, schemas: Json) -> None:
    """A POST whose body needs no field may leave the body out; `shared/web/routing.py` sees to it."""
    for media in operation.get("requestBody", {}).get("content", {}).values():
        name = media["schema"].get("$ref", "").rpartition("/")[2]
        if name in schemas and not schemas[name].get("required"):
            operation["requestBody"]["required"] = False


def _plain(schema: Json) -> Json:
    """A parameter is absent or a value, never null: generators of clients stumble over the alternative."""
    alternatives = [one for one in schema.get("anyOf", []) if one != {"type": "null"}]
    if len(alternatives) != 1:
        return schema
    [alone] = alternatives
    return {name: value for name, value in schema.items() if name != "anyOf"} | dict(alone)
