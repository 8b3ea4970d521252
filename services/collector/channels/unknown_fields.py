"""What was sent and means nothing here: shipped apps live for years, so it is named and not refused."""

from typing import Any

from pydantic import BaseModel

from services.collector.channels.registry import CHANNELS

WARNINGS_MAX = 20
UNKNOWN_NAME_LENGTH_MAX = 100


def warnings_of(sent: BaseModel) -> list[str]:
    """Names that nobody knows, and fields of another channel."""
    return [_warning(name) for name in _unknown(sent, "")[:WARNINGS_MAX]]


def _warning(name: str) -> str:
    owner = next((rules.name for rules in CHANNELS.values() if name[1:] in rules.own.model_fields), None)
    return f"field of channel {owner} ignored: {name}" if owner else f"unknown field ignored: {name}"


def _unknown(model: BaseModel, inside: str) -> list[str]:
    extra: dict[str, Any] = model.model_extra or {}
    names = [f"{inside}/{name[:UNKNOWN_NAME_LENGTH_MAX]}".encode(errors="replace").decode() for name in extra]
    for field, value in model.__dict__.items():
        for place, one in enumerate(value) if isinstance(value, list) else ((None, value),):
            if isinstance(one, BaseModel):
                names += _unknown(one, f"{inside}/{field}" if place is None else f"{inside}/{field}/{place}")
    return names
