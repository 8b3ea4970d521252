"""The events between the services as an AsyncAPI 3 document, made of the tables that the code runs by."""

from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from shared.contracts.envelope import Envelope, Event
from shared.contracts.events import EVENTS
from shared.contracts.routes import ROUTES, subject_of

Json = dict[str, Any]
_PLACE = "#/components/schemas/{model}"
_ABOUT = """Facts, in the past tense, over NATS JetStream. A message holds one fact or more of one subject, each a JSON
object on a line of its own. Facts come at least once and in any order: a receiver knows them by their id."""
_SERVER = {"description": "as in NATS_URL", "default": "127.0.0.1:4222"}
_HEADERS: Json = {
    "type": "object",
    "properties": {"Nats-Msg-Id": {"type": "string", "description": "a hash of the facts' ids"}},
}


def describe_events() -> Json:
    """Every event with its channel, who says it, who hears it, and its schema."""
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Huiyin events",
            "version": "1",
            "description": " ".join(_ABOUT.split()),
            "contact": {"name": "The Huiyin project"},
            "license": {"name": "Apache-2.0"},
            "tags": [{"name": "events", "description": "What happened, in the past tense."}],
        },
        "servers": {"stream": {"host": "{nats}", "protocol": "nats", "variables": {"nats": _SERVER}}},
        "defaultContentType": "application/x-ndjson",
        "channels": {event.__name__: _channel(event) for event in ROUTES},
        "operations": dict(pair for event in ROUTES for pair in _operations(event)),
        "components": {
            "messages": {_message_name(*key): _message(*key) for key in EVENTS},
            "schemas": _schemas(),
        },
    }


def _message_name(name: str, version: int) -> str:
    return f"{name}.v{version}"


def _channel(event: type[Event]) -> Json:
    names = [_message_name(*key) for key, kind in EVENTS.items() if kind is event]
    return {
        "address": subject_of(event),
        "description": _sentence(event),
        "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in names},
    }


def _operations(event: type[Event]) -> list[tuple[str, Json]]:
    channel = {"$ref": f"#/channels/{event.__name__}"}
    route = ROUTES[event]

    def does(service: str, action: str, what: str) -> tuple[str, Json]:
        description = f"The {service} {what} {event.__name__}."
        return f"{service}_{what}_{event.__name__}", {"action": action, "channel": channel, "description": description}

    said = [does(service, "send", "says") for service in route.said_by]
    heard = [does(service, "receive", "hears") for service in route.heard_by]
    return [*said, *heard]


def _message(name: str, version: int) -> Json:
    """The envelope, with this event's name, version and data in it."""
    event = EVENTS[name, version]
    envelope = Envelope.model_json_schema(ref_template=_PLACE, mode="serialization")
    envelope["properties"] |= {
        "type": {"const": name, "type": "string"},
        "version": {"const": version, "type": "integer"},
        "data": {"$ref": _PLACE.format(model=name)},
    }
    return {"name": name, "title": name, "summary": _sentence(event), "headers": _HEADERS, "payload": envelope}


def _schemas() -> Json:
    _, schemas = models_json_schema([(event, "serialization") for event in EVENTS.values()], ref_template=_PLACE)
    found: Json = schemas["$defs"]
    return found


def _sentence(model: type[BaseModel]) -> str:
    return " ".join((model.__doc__ or "").split())
