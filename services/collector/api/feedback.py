"""POST /v1/feedback and /v1/feedback:batch: the door that every channel comes through."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from fastapi import Request, Response
from pydantic import AwareDatetime, BaseModel, Field, ValidationError

from services.collector.api.context import Context, Here
from services.collector.api.feedback_schema import AnyFeedbackIn, FeedbackIn, FeedbackOut, feedback_of
from services.collector.api.senders import Sender, batch_bytes_max_of, charge_by_length, check_public, items_max_of
from services.collector.domain.intake import Intake
from services.collector.domain.masked_intake import MaskedIntake
from services.collector.use_cases.accept_feedback import Accepted, AcceptFeedback, Outcome
from services.collector.use_cases.group_commit import InFlightError, OverloadedError
from services.collector.use_cases.mask_intakes import TooMuchToMaskError, characters_of
from shared.access.credentials import Actor
from shared.trace import trace_id
from shared.web.description import body_of
from shared.web.json_body import read_json
from shared.web.limits import DOOR_BODY_BYTES_MAX
from shared.web.problems import FieldError, Problem, field_errors, language_of, pointer
from shared.web.routing import Router

BATCH_ITEMS_MAX = 1_000
# Rules between fields are reported at the field that breaks them.
_PLACE_OF_RULE = {"text_too_long": "text", "source_missing": "external_id"} | dict.fromkeys(
    ("off_the_scale", "not_whole"), "value"
)


class BatchIn(BaseModel):
    """Up to 1,000 feedbacks. Each item is checked by itself, so one bad item spoils no other."""

    items: list[AnyFeedbackIn] = Field(max_length=BATCH_ITEMS_MAX)  # type: ignore[valid-type]  # made of all channels
    sent_at: AwareDatetime | None = Field(None, description="for every item that names none of its own")


# These doors read their bodies themselves; the API description takes the models' schemas from here.
DESCRIBED: Sequence[type[BaseModel]] = (AnyFeedbackIn, BatchIn)


class BatchItemOut(BaseModel):
    """How one item of a batch was met."""

    status: int
    client_event_id: UUID | None = None
    external_id: str | None = None
    id: UUID | None = None
    receipt_code: str | None = None
    warnings: list[str] = []
    problem: dict[str, Any] | None = None


class BatchOut(BaseModel):
    """One entry for each item, in the order sent."""

    items: list[BatchItemOut]


@dataclass(frozen=True)
class _Parsed:
    item: FeedbackIn
    intake: Intake


router = Router(prefix="/v1", tags=["feedback"])


@router.post("/feedback", status_code=201, openapi_extra=body_of(FeedbackIn), responses={200: {"model": FeedbackOut}})
async def post_feedback(request: Request, here: Here, actor: Sender) -> FeedbackOut:
    """Stores one feedback. 201 means it is on disk; 200 that it was before."""
    return await take_one(request, here, actor)  # type: ignore[return-value]  # FastAPI passes a response through


@router.post("/feedback:batch", status_code=207, openapi_extra=body_of(BatchIn))
async def post_feedback_batch(request: Request, here: Here, actor: Sender) -> BatchOut:
    """Stores up to 1,000 feedbacks in one transaction; each item has its own status."""
    items = _items(await read_json(request, batch_bytes_max_of(actor)), items_max_of(actor, BATCH_ITEMS_MAX))
    # Written here: the framework would check and copy each entry again.
    body = (await accept_items(request, here, actor, items)).model_dump_json()
    return Response(body, 207, media_type="application/json")  # type: ignore[return-value]  # FastAPI passes it through


async def accept_items(request: Request, here: Context, actor: Actor, items: Sequence[object]) -> BatchOut:
    """Stores what passes, and says of each how it was met. An item may be a Problem already: then it is told as one."""
    language = language_of(request)
    parsed = [_parse_item(item, index, here, actor) for index, item in enumerate(items)]
    good = [one for one in parsed if isinstance(one, _Parsed)]
    charge_by_length(request, actor, sum(characters_of(one.intake) for one in good))
    accepted = iter(await _accept(here, actor, [one.intake for one in good]) if good else [])
    told = [
        _item_out((index, one.item), next(accepted), language) if isinstance(one, _Parsed) else _refused(one, language)
        for index, one in enumerate(parsed)
    ]
    return BatchOut(items=told)


async def take_one(request: Request, here: Context, actor: Actor) -> Response:
    """What the door does once it knows who sends; the fast lane comes here, too."""
    parsed = _parse(await read_json(request, DOOR_BODY_BYTES_MAX), here, actor)
    charge_by_length(request, actor, characters_of(parsed.intake))
    [accepted] = await _accept(here, actor, [parsed.intake])
    if accepted.outcome is Outcome.CONTRADICTS:
        raise _contradiction(accepted)
    receipt = FeedbackOut(
        id=accepted.id,
        receipt_code=accepted.receipt_code,
        receipt_url=here.receipt_url(accepted.receipt_code),
        warnings=parsed.item.warnings(),
    )
    return _answer(receipt, accepted.outcome)


async def _accept(context: Context, actor: Actor, intakes: Sequence[Intake]) -> list[Accepted]:
    command = AcceptFeedback(
        actor=actor,
        intakes=await _masked(context, intakes),
        moment=context.clock(),
        trace_id=trace_id(),
        vouches_for_addresses=actor.vouches,
    )
    try:
        accepted = await context.writer.accept(command)
    except OverloadedError:
        raise Problem("unavailable", 503) from None
    except InFlightError:
        raise Problem("in_flight", 409) from None
    context.kick_relay()
    return accepted


async def _masked(context: Context, intakes: Sequence[Intake]) -> list[MaskedIntake]:
    try:
        return await context.masking.mask(intakes)
    except TooMuchToMaskError:
        raise Problem("unavailable", 503) from None


def _parse(body: object, context: Context, actor: Actor, *, inside: tuple[str | int, ...] = ()) -> _Parsed:
    check_public(actor, body, inside=inside)
    if actor.limits is not None and isinstance(body, dict):
        body = {**body, "channel": actor.limits.channel}
    try:
        item = feedback_of(body, context.clock())
    except ValidationError as error:
        raise Problem("invalid", 422, errors=field_errors(map(placed, error.errors()), inside=inside)) from None
    return _Parsed(item, item.to_intake(body, context.clock()))


def placed(error: Any) -> dict[str, Any]:  # noqa: ANN401 - pydantic's own description
    """A broken rule at the field that breaks it, also where it holds between fields."""
    place = _PLACE_OF_RULE.get(error["type"])
    return {**error, "loc": (*error["loc"], place) if place else error["loc"]}


def _parse_item(body: object, index: int, context: Context, actor: Actor) -> "_Parsed | Problem":
    if isinstance(body, Problem):
        return body
    try:
        return _parse(body, context, actor, inside=("items", index))
    except Problem as problem:
        return problem


def _items(body: object, items_max: int) -> list[Any]:
    if not isinstance(body, dict) or not isinstance(body.get("items"), list):
        raise Problem("invalid", 422, errors=[FieldError("/items", "not_a_list")])
    sent_at = {"sent_at": body["sent_at"]} if "sent_at" in body else {}
    items: list[Any] = [sent_at | one if isinstance(one, dict) else one for one in body["items"]]
    if len(items) > items_max:
        about = {"max_length": items_max}
        raise Problem("invalid", 422, errors=[FieldError("/items", "too_many", about)])
    return items


def _item_out(numbered: tuple[int, FeedbackIn], accepted: Accepted, language: str) -> BatchItemOut:
    index, item = numbered
    named = {"client_event_id": item.client_event_id, "external_id": item.external_id}
    if accepted.outcome is Outcome.CONTRADICTS:
        problem = _contradiction(accepted, inside=("items", index))
        return BatchItemOut(status=problem.status, problem=problem.document(language), **named)
    return BatchItemOut(
        status=201 if accepted.outcome is Outcome.NEW else 200,
        id=accepted.id,
        receipt_code=accepted.receipt_code,
        warnings=item.warnings(),
        **named,
    )


def _refused(problem: Problem, language: str) -> BatchItemOut:
    return BatchItemOut(status=problem.status, problem=problem.document(language))


def _contradiction(accepted: Accepted, *, inside: tuple[str | int, ...] = ()) -> Problem:
    field = pointer((*inside, accepted.known_by or ""))
    return Problem("key_reused", 422, errors=[FieldError(field, "key_reused")])


def _answer(receipt: FeedbackOut, outcome: Outcome) -> Response:
    body = receipt.model_dump_json()
    if outcome is Outcome.NEW:
        return Response(body, 201, media_type="application/json")
    return Response(body, 200, {"Idempotent-Replayed": "true"}, media_type="application/json")
