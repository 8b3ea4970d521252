"""POST /v1/sources/{preset}: payloads in the shape of another system, mapped as rows of its files are."""

from typing import Annotated

from fastapi import Depends, Path, Request
from pydantic import BaseModel

from services.collector.api.context import Here
from services.collector.api.feedback import BATCH_ITEMS_MAX, BatchOut, accept_items
from services.collector.api.senders import batch_bytes_max_of
from services.collector.channels.files.reading import Position, Record
from services.collector.channels.mapping.engine import Engine, MappedRow
from services.collector.channels.mapping.guess import mapping_of_payload
from services.collector.channels.mapping.occurrences import Occurrences
from services.collector.channels.mapping.presets import Preset, UnknownPresetError, preset_of, presets
from shared.access.credentials import Actor
from shared.access.scopes import Scope
from shared.web.doors import requires
from shared.web.json_body import read_json
from shared.web.problems import FieldError, Problem, pointer
from shared.web.routing import Router

PRESET_LENGTH_MAX = 40
_NOWHERE = Position(0, 0)


class PresetOut(BaseModel):
    """A source that is known here."""

    name: str
    channel: str
    takes_files: bool
    takes_payloads: bool


class PresetsOut(BaseModel):
    """All of them."""

    presets: list[PresetOut]


Writer = Annotated[Actor, Depends(requires(Scope.FEEDBACK_WRITE))]
Name = Annotated[str, Path(max_length=PRESET_LENGTH_MAX, pattern=r"^[a-z0-9_]+$")]
PAYLOAD = {"description": "a payload of the source", "type": "object"}
PAYLOADS = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {
                "schema": {"anyOf": [PAYLOAD, {"type": "array", "items": PAYLOAD, "maxItems": BATCH_ITEMS_MAX}]}
            }
        },
    }
}
router = Router(prefix="/v1/sources", tags=["feedback"])


@router.get("")
async def get_sources(_: Writer) -> PresetsOut:
    """The sources whose files or payloads are understood without a mapping of one's own."""
    known = [
        PresetOut(
            name=preset.name,
            channel=preset.channel,
            takes_files=preset.shape != "json",
            takes_payloads=preset.takes_payloads,
        )
        for preset in presets().values()
    ]
    return PresetsOut(presets=known)


@router.post("/{preset}", status_code=207, openapi_extra=PAYLOADS)
async def post_source(preset: Name, request: Request, here: Here, actor: Writer) -> BatchOut:
    """Stores one payload of a source, or a list of up to 1,000; each has its own status, as in a batch."""
    found = _preset(preset)
    payloads = _payloads(await read_json(request, batch_bytes_max_of(actor)))
    occurrences = Occurrences()
    items = [_item(payload, index, found, occurrences) for index, payload in enumerate(payloads)]
    return await accept_items(request, here, actor, items)


def _preset(name: str) -> Preset:
    try:
        preset = preset_of(name)
    except UnknownPresetError:
        raise Problem("not_found", 404) from None
    if not preset.takes_payloads:
        raise Problem("not_found", 404)
    return preset


def _payloads(body: object) -> list[object]:
    payloads = body if isinstance(body, list) else [body]
    if len(payloads) > BATCH_ITEMS_MAX:
        raise Problem("invalid", 422, errors=[FieldError("", "too_many", {"max_length": BATCH_ITEMS_MAX})])
    return payloads


def _item(payload: object, index: int, preset: Preset, occurrences: Occurrences) -> object:
    """The body that the feedback door takes, or the problem that keeps it from being one."""
    if not isinstance(payload, dict):
        return Problem("invalid", 422, errors=[FieldError(pointer(("items", index)), "not_an_object")])
    record = Record(index + 1, payload, None, _NOWHERE)
    row = Engine(mapping_of_payload(payload, preset), occurrences).row(record)
    return row.body if row.body is not None else _problem(row, index)


def _problem(row: MappedRow, index: int) -> Problem:
    errors = [
        FieldError(pointer(("items", index, *(fault.column or "text").split("."))), fault.code, fault.about)
        for fault in row.faults
    ]
    return Problem("invalid", 422, errors=errors)
