"""The API description (OpenAPI) of doors that read their bodies themselves."""

from collections.abc import Sequence
from typing import Any

from fastapi import FastAPI
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

_PLACE = "#/components/schemas/{model}"


def body_of(model: type[BaseModel]) -> dict[str, Any]:
    """For a route's `openapi_extra`: the model as the request's body."""
    schema = {"$ref": _PLACE.format(model=model.__name__)}
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": schema}}}}


def describe_models(app: FastAPI, models: Sequence[type[BaseModel]]) -> None:
    """Adds the models that routes name by `body_of` to the application's description."""
    if not models:
        return
    _, definitions = models_json_schema(
        [(model, "validation") for model in models], ref_template=_PLACE, by_alias=False
    )
    make = app.openapi

    def openapi() -> dict[str, Any]:
        document = make()
        schemas = document.setdefault("components", {}).setdefault("schemas", {})
        for name, schema in definitions["$defs"].items():
            schemas.setdefault(name, schema)
        return document

    app.openapi = openapi  # type: ignore[method-assign]  # FastAPI's documented way to extend the description
