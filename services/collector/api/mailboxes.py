"""/v1/mailboxes: which mailboxes are read, and how that goes. The operator's: whoever names a host makes us call it."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from uuid import UUID

from fastapi import Request

from services.collector.api.context import Here
from services.collector.api.mailbox_schema import (
    MailboxChangeIn,
    MailboxesOut,
    MailboxIn,
    MailboxOut,
    MailboxTestOut,
    MailLeftOut,
    MailsLeftOut,
)
from services.collector.store.mailboxes import NameTakenError, list_left, list_mailboxes, read_mailbox_row
from services.collector.use_cases.keep_mailboxes import (
    MoveWithoutFolderError,
    UnknownMailboxError,
    add_mailbox,
    change_mailbox,
    note_trial,
    open_mailbox,
    remove_mailbox,
    reread_mailbox,
    try_mailbox,
)
from shared.access.audit import perform
from shared.paging import Place
from shared.web.doors import Operator
from shared.web.idempotency import Change, Once
from shared.web.mail_texts import MAILBOX_FAULTS
from shared.web.pages import Page
from shared.web.problems import FieldError, Problem, language_of
from shared.web.rates import Rates, admit
from shared.web.routing import Router
from shared.web.versions import Fresh

TESTS_PER_MINUTE = 12
_rates = Rates()
router = Router(prefix="/v1/mailboxes", tags=["mailboxes"])


@router.post("", status_code=201)
async def post_mailbox(wanted: MailboxIn, here: Here, actor: Operator, once: Once) -> MailboxOut:
    """Has a mailbox read from now on: what lies there, and what comes. Try it with `:test`."""
    work = partial(add_mailbox, keyring=here.keyring, tenant_id=actor.tenant_id, wanted=wanted.wanted())
    with _refusals():
        added = await once.perform(here.database, actor, work, MailboxOut.model_validate)
    here.kick_mailboxes()
    return added


@router.get("")
async def get_mailboxes(here: Here, actor: Operator, page: Page) -> MailboxesOut:
    """The tenant's mailboxes, newest first, with what became of their mails."""
    async with here.database.transaction(actor.tenant_id) as tx:
        found = await list_mailboxes(tx, actor.tenant_id, page.place(actor), page.rows_max)
    shown, following = page.turn(actor, found, lambda mailbox: Place(mailbox.created_at, mailbox.id))
    return MailboxesOut(items=[MailboxOut.model_validate(one) for one in shown], next=following)


@router.get("/{mailbox_id}")
async def get_mailbox(mailbox_id: UUID, here: Here, actor: Operator, fresh: Fresh) -> MailboxOut:
    """One mailbox: when it was read last, and why not since."""
    async with here.database.transaction(actor.tenant_id) as tx:
        mailbox = await read_mailbox_row(tx, actor.tenant_id, mailbox_id)
    if mailbox is None:
        raise Problem("not_found", 404)
    return fresh.answer(MailboxOut.model_validate(mailbox))


@router.patch("/{mailbox_id}")
async def patch_mailbox(
    mailbox_id: UUID, wanted: MailboxChangeIn, here: Here, actor: Operator, change: Change
) -> MailboxOut:
    """Changes a mailbox, or pauses it with `is_active` false. It holds from the next look on."""
    work = partial(
        change_mailbox,
        keyring=here.keyring,
        found=(actor.tenant_id, mailbox_id),
        wanted=wanted.wanted(),
        expected=change.expected,
    )
    with _refusals():
        return await change.perform(here.database, actor, work, MailboxOut.model_validate)


@router.delete("/{mailbox_id}", status_code=204)
async def delete_mailbox(mailbox_id: UUID, here: Here, actor: Operator) -> None:
    """Reads a mailbox no more, and forgets its password. What was taken in stays."""
    with _refusals():
        await perform(here.database, actor, partial(remove_mailbox, tenant_id=actor.tenant_id, mailbox_id=mailbox_id))


@router.post("/{mailbox_id}:test")
async def post_mailbox_test(mailbox_id: UUID, request: Request, here: Here, actor: Operator) -> MailboxTestOut:
    """Signs in and opens the folder now; what fails is said in the server's words, with a remedy. Reads no mail."""
    admit(request, _rates.take(actor.tenant_id, TESTS_PER_MINUTE))
    with _refusals():
        async with here.database.transaction(actor.tenant_id) as tx:
            mailbox, password = await open_mailbox(tx, here.keyring, actor.tenant_id, mailbox_id)
    tried = await try_mailbox(mailbox, password)
    await perform(here.database, actor, partial(note_trial, mailbox_id=mailbox_id, tried=tried))
    remedy = MAILBOX_FAULTS[tried.fault].remedy(language_of(request), {}) if tried.fault else ""
    return MailboxTestOut(
        is_open=tried.fault is None, mails=tried.mails, fault=tried.fault, answer=tried.answer, remedy=remedy
    )


@router.post("/{mailbox_id}:reread")
async def post_mailbox_reread(mailbox_id: UUID, here: Here, actor: Operator, once: Once) -> MailboxOut:
    """Reads all mails of the folder once more, such as those that were set aside. What is known is known."""
    work = partial(reread_mailbox, tenant_id=actor.tenant_id, mailbox_id=mailbox_id)
    with _refusals():
        return await once.perform(here.database, actor, work, MailboxOut.model_validate)


@router.get("/{mailbox_id}/left")
async def get_mails_left(mailbox_id: UUID, here: Here, actor: Operator, page: Page) -> MailsLeftOut:
    """Mails that became nothing, newest first: refused, for nobody wrote them, or set aside. Says where each lies."""
    async with here.database.transaction(actor.tenant_id) as tx:
        if await read_mailbox_row(tx, actor.tenant_id, mailbox_id) is None:
            raise Problem("not_found", 404)
        found = await list_left(tx, actor.tenant_id, mailbox_id, page.place(actor), page.rows_max)
    shown, following = page.turn(actor, found, lambda left: Place(left.at, left.id))
    return MailsLeftOut(items=[MailLeftOut.model_validate(one) for one in shown], next=following)


@contextmanager
def _refusals() -> Iterator[None]:
    """What the use cases refuse, as the caller sees it."""
    try:
        yield
    except UnknownMailboxError:
        raise Problem("not_found", 404) from None
    except NameTakenError:
        raise Problem("invalid", 422, errors=[FieldError("/name", "name_taken")]) from None
    except MoveWithoutFolderError:
        raise Problem("invalid", 422, errors=[FieldError("/move_to", "folder_missing")]) from None
