"""The fields of a channel, without contact data: each text in them is a label, as a product's name is."""

from collections.abc import Callable, Iterator
from typing import Any

from services.collector.domain.intake import Intake

Mask = Callable[[str], str]


def mask_details(intake: Intake, mask: Mask) -> dict[str, Any] | None:
    """What may be read of them. A field that leads to a person by itself is left out, whatever it looks like."""
    if not intake.details:
        return None
    shown = _masked(intake.details, intake.sealed_details, mask)
    return {name: part for name, part in shown.items() if part not in ({}, [])} or None


def _masked(value: Any, sealed: frozenset[str], mask: Mask) -> Any:  # noqa: ANN401 - any JSON value
    if isinstance(value, dict):
        return {name: _masked(part, sealed, mask) for name, part in value.items() if name not in sealed}
    if isinstance(value, list):
        return [_masked(part, sealed, mask) for part in value]
    return mask(value) if isinstance(value, str) else value


def words_of(details: Any) -> Iterator[str]:  # noqa: ANN401 - any JSON value
    """Every text in them."""
    if isinstance(details, str):
        yield details
    elif isinstance(details, dict | list):
        for part in details.values() if isinstance(details, dict) else details:
            yield from words_of(part)
