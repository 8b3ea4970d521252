"""GET /v1/widget/config for widgets and apps; /v1/widget-settings and /v1/consent-texts for who answers for them."""

import hashlib
from functools import partial
from typing import Annotated, Any

from fastapi import Depends, Header
from fastapi.responses import Response

from services.collector.api.context import Here
from services.collector.api.feedback import BATCH_ITEMS_MAX
from services.collector.api.senders import Sender, batch_bytes_max_of, items_max_of
from services.collector.api.widget_schema import (
    AttachmentLimitsOut,
    ConsentOut,
    ConsentTextOut,
    ConsentTextsOut,
    LimitsOut,
    QueueOut,
    WidgetConfigOut,
    WidgetSettingsIn,
    WidgetSettingsOut,
    settings_out,
)
from services.collector.channels.registry import CHANNELS
from services.collector.domain.widget import consent_of, texts_of
from services.collector.store.widgets import list_consent_texts, texts_in
from services.collector.use_cases.keep_widget import (
    ConsentTextFixedError,
    KeepWidget,
    Widget,
    keep_widget,
    read_widget,
)
from shared.access.credentials import Actor
from shared.access.scopes import Scope
from shared.contracts.vocabulary import Channel
from shared.paging import Place
from shared.web.doors import WorkReader, requires
from shared.web.idempotency import Change
from shared.web.limits import DOOR_BODY_BYTES_MAX
from shared.web.pages import Page
from shared.web.problems import Problem
from shared.web.routing import Router
from shared.web.versions import Fresh, NotModifiedError, is_named

CONFIG_KEPT_S = 300
QUEUE_ITEMS_MAX = 50
QUEUE_DAYS_MAX = 7
# An item is tried again after these, and after no answer at all.
KEEP_STATUSES = (408, 409, 425, 429, 500, 502, 503, 504)
ATTACHMENTS = AttachmentLimitsOut(files=0, file_bytes=0, types=[])

Manager = Annotated[Actor, Depends(requires(Scope.TENANT_MANAGE))]
router = Router(prefix="/v1", tags=["feedback"])


@router.get("/widget/config")
async def get_widget_config(
    here: Here,
    actor: Sender,
    if_none_match: Annotated[
        str | None, Header(alias="If-None-Match", description="The ETag that the caller has.")
    ] = None,
) -> WidgetConfigOut:
    """What a widget shows and may send, in all its languages; worth asking again after five minutes."""
    async with here.database.transaction(actor.tenant_id) as tx:
        widget = await read_widget(tx, actor.tenant_id)
    body = _config(actor, widget).model_dump_json().encode()
    # Strong: it names these very bytes.
    headers = {
        "ETag": f'"{hashlib.sha256(body).hexdigest()[:32]}"',
        "Cache-Control": f"private, max-age={CONFIG_KEPT_S}",
        "Vary": "Authorization",
    }
    if is_named(if_none_match, headers["ETag"]):
        raise NotModifiedError(headers["ETag"], headers)
    return Response(body, headers=headers, media_type="application/json")  # type: ignore[return-value]  # FastAPI passes a response through


@router.get("/widget-settings")
async def get_widget_settings(here: Here, actor: WorkReader, fresh: Fresh) -> WidgetSettingsOut:
    """How the company's widgets look, what they say, and what they ask customers to agree to."""
    async with here.database.transaction(actor.tenant_id) as tx:
        widget = await read_widget(tx, actor.tenant_id)
    return fresh.answer(settings_out(widget))


@router.put("/widget-settings")
async def put_widget_settings(
    wanted: WidgetSettingsIn, here: Here, actor: Manager, change: Change
) -> WidgetSettingsOut:
    """Sets all of it. A wording that customers may have agreed to never changes: another one takes another version."""
    consent = (wanted.consent.version, wanted.wording()) if wanted.consent else None
    command = KeepWidget(actor.tenant_id, wanted.settings(), consent, here.clock())
    work = partial(keep_widget, command=command, expected=change.expected)
    try:
        return await change.perform(here.database, actor, work, settings_out)
    except ConsentTextFixedError:
        raise Problem("consent_text_fixed", 409) from None


@router.get("/consent-texts")
async def get_consent_texts(here: Here, actor: WorkReader, page: Page) -> ConsentTextsOut:
    """Every wording of the company's own that customers were asked to agree to, newest first."""
    async with here.database.transaction(actor.tenant_id) as tx:
        found = await list_consent_texts(tx, actor.tenant_id, page.place(actor), page.rows_max)
    shown, following = page.turn(actor, found, lambda row: Place(row.created_at, row.id))
    items: list[Any] = [{"version": row.version, "texts": texts_in(row), "created_at": row.created_at} for row in shown]
    return ConsentTextsOut(items=[ConsentTextOut(**item) for item in items], next=following)


def _config(actor: Actor, widget: Widget) -> WidgetConfigOut:
    settings, limits = widget.settings, actor.limits
    channel = limits.channel if limits else Channel.WIDGET
    return WidgetConfigOut(
        channel=channel,
        brand=settings["brand"],
        theme=settings["theme"],
        languages=settings["languages"],
        texts=texts_of(settings),
        consent=ConsentOut(**consent_of(settings, widget.consent)),
        limits=LimitsOut(
            text_length=CHANNELS[channel].text_length_max,
            body_bytes=DOOR_BODY_BYTES_MAX,
            batch_items=items_max_of(actor, BATCH_ITEMS_MAX),
            batch_bytes=batch_bytes_max_of(actor),
            requests_per_minute=limits.requests_per_minute if limits else None,
            attachments=ATTACHMENTS,
        ),
        queue=QueueOut(keep_statuses=[*KEEP_STATUSES], items=QUEUE_ITEMS_MAX, days=QUEUE_DAYS_MAX),
    )
