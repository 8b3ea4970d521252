"""What a channel still lacks, in words."""

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from services.collector.api.feedback_schema import FeedbackIn
from services.collector.channels import registry
from services.collector.channels.rules import ChannelRules
from shared.contracts.text import TEXT_LENGTH_MAX
from shared.contracts.vocabulary import Language

FOLDER = Path(registry.__file__).parent
_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
_BOUNDED = {"maxLength", "enum", "const", "pattern", "format"}


def files_with_a_channel(folder: Path = FOLDER) -> list[str]:
    return sorted(path.stem for path in folder.glob("*.py") if "\nCHANNEL = " in path.read_text())


def lacking(files: Sequence[str], lines: Sequence[str], channels: Mapping[str, ChannelRules]) -> list[str]:
    """One sentence for each thing that is missing or wrong."""
    return [*_half_done(files, lines), *(one for rules in channels.values() for one in _of(rules)), *_taken(channels)]


def _half_done(files: Sequence[str], lines: Sequence[str]) -> Iterator[str]:
    yield from (f"{file}.py has no line in registry.py" for file in files if file not in lines)
    nowhere = [line for line in lines if line not in files]
    yield from (f"registry.py names {line}, and there is no {line}.py with a CHANNEL" for line in nowhere)


def _of(rules: ChannelRules) -> Iterator[str]:
    if not _NAME.fullmatch(rules.name):
        yield f"{rules.name}: a name is made of a-z, 0-9 and _"
    yield from (f"{rules.name} has no name in {one.value}" for one in Language if not rules.names.get(one.value))
    if rules.text_length_max > TEXT_LENGTH_MAX:
        yield f"{rules.name}: no text holds {rules.text_length_max} characters"
    schema = rules.own.model_json_schema()
    yield from (f"{rules.name}: {name} must be left out freely" for name in schema.get("required", []))
    for model in (schema, *schema.get("$defs", {}).values()):
        for name, field in model["properties"].items():
            yield from (f"{rules.name}: {name} has no limit" for _ in _unbounded(field))


def _unbounded(field: Mapping[str, Any]) -> Iterator[None]:
    for one in field.get("anyOf", [field]):
        kind = one.get("type")
        is_loose = (
            (kind == "string" and not _BOUNDED & one.keys())
            or (kind == "array" and "maxItems" not in one)
            or (kind in ("integer", "number") and not {"maximum", "minimum"} <= one.keys())
        )
        if is_loose:
            yield None
        if kind == "array":
            yield from _unbounded(one["items"])


def _taken(channels: Mapping[str, ChannelRules]) -> Iterator[str]:
    owners = dict.fromkeys(FeedbackIn.model_fields, "every channel") | {"message": "every channel"}
    for rules in channels.values():
        for name in rules.own.model_fields:
            if name in owners:
                yield f"{rules.name}: {name} is a field of {owners[name]}"
            owners[name] = rules.name
