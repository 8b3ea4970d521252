"""What a channel is: its name, its limits, and the model of the fields that are its own."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any, get_args

from pydantic import BaseModel

from services.collector.channels.fields import Lenient, Sealed
from shared.contracts.vocabulary import Channel


@dataclass(frozen=True)
class ChannelRules:
    """One way in. `own` names the fields that only this channel has, at the top of a feedback's body."""

    name: Channel
    names: dict[str, str]  # What people read, by language.
    text_length_max: int
    own: type[Lenient]
    is_public: bool = False  # Whether a key that anybody can read in an app may send here.

    @property
    def sealed(self) -> frozenset[str]:
        """The names of fields that are never kept in the clear."""
        return _all_sealed(self.own)


@cache
def _all_sealed(model: type[BaseModel]) -> frozenset[str]:
    """Once for each channel: every feedback asks."""
    return frozenset(_sealed(model))


def _sealed(model: type[BaseModel]) -> Iterator[str]:
    for name, field in model.model_fields.items():
        if any(isinstance(mark, Sealed) for mark in field.metadata):
            yield name
        for part in (field.annotation, *get_args(field.annotation)):
            for inner in (part, *get_args(part)):
                if isinstance(inner, type) and issubclass(inner, BaseModel):
                    yield from _sealed(inner)


def known_fields(model: BaseModel, names: Iterable[str] | None = None) -> dict[str, Any]:
    """What a model holds of the fields that it knows, as JSON takes it; absent ones are left out."""
    dumped = ((name, _plain(getattr(model, name))) for name in names or type(model).model_fields)
    return {name: value for name, value in dumped if value not in (None, [], {})}


def _plain(value: Any) -> Any:  # noqa: ANN401 - any field's value
    if isinstance(value, BaseModel):
        return known_fields(value)
    if isinstance(value, list):
        return [_plain(one) for one in value]
    return value.isoformat() if hasattr(value, "isoformat") else value
