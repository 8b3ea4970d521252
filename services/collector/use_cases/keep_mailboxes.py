"""Mailboxes that are read: made, changed, tried, read again, forgotten. The door has checked what is wanted."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from services.collector.channels.imap_session import ImapSession
from services.collector.channels.mailbox_faults import MailboxFault, MailboxFaultError
from services.collector.store import mailboxes
from services.collector.store.keyring import Keyring
from services.collector.store.mail_tables import Mailbox
from services.collector.use_cases.read_mailbox import READ_MAILBOX, place_of
from shared.access.audit import AuditLine, Done
from shared.database import Tx
from shared.ids import new_id
from shared.messaging import jobs
from shared.versions import Expected

TRIAL_TIMEOUT_S = 8.0  # Of one step; there are three, and a person waits.
TRIAL_LONGEST_S = 20.0
# Where another place begins, the numbers of mails mean nothing any more.
_PLACES = ("host", "port", "username", "folder")
_SECRET = "password"  # noqa: S105 - a field's name


class UnknownMailboxError(Exception):
    """There is no such mailbox."""


class MoveWithoutFolderError(Exception):
    """Mails are to be moved, and nobody says where to."""


@dataclass(frozen=True)
class MailboxTried:
    """How signing in went; `mails` lie in the folder."""

    mails: int = 0
    fault: MailboxFault | None = None
    answer: str = ""


async def add_mailbox(tx: Tx, keyring: Keyring, tenant_id: UUID, wanted: Mapping[str, object]) -> Done[Mailbox]:
    """Keeps it, and puts its reading down. Raises NameTakenError, MoveWithoutFolderError."""
    _check_move(wanted)
    mailbox_id = new_id()
    keys = await keyring.keys_of(tx, tenant_id)
    plain = {name: value for name, value in wanted.items() if name != _SECRET}
    sealed = mailboxes.sealed_password(keys, mailbox_id, str(wanted[_SECRET]))
    row = {"tenant_id": tenant_id, "id": mailbox_id, **plain, "sealed_password": sealed}
    mailbox = await mailboxes.add_mailbox(tx, row)
    await jobs.put(tx, tenant_id, READ_MAILBOX, dedupe_key=str(mailbox_id), args={})
    return Done(mailbox, AuditLine("mailbox.add", "mailbox", mailbox_id))


async def change_mailbox(
    tx: Tx, keyring: Keyring, found: tuple[UUID, UUID], wanted: Mapping[str, object], expected: Expected
) -> Done[Mailbox]:
    """Changes what is named. Raises UnknownMailboxError, StaleVersionError, NameTakenError, MoveWithoutFolderError."""
    mailbox = await _held(tx, *found)
    expected.check(mailbox.version)
    _check_move(mailbox.model_dump() | dict(wanted))
    values = {name: value for name, value in wanted.items() if name != _SECRET}
    if _SECRET in wanted:
        keys = await keyring.keys_of(tx, mailbox.tenant_id)
        values["sealed_password"] = mailboxes.sealed_password(keys, mailbox.id, str(wanted[_SECRET]))
    if any(name in values and values[name] != getattr(mailbox, name) for name in _PLACES):
        await mailboxes.read_again(tx, mailbox)
    changed = await mailboxes.change_mailbox(tx, mailbox, values) if values else mailbox
    return Done(changed, AuditLine("mailbox.change", "mailbox", mailbox.id, {"changed": sorted(wanted)}))


async def remove_mailbox(tx: Tx, tenant_id: UUID, mailbox_id: UUID) -> Done[None]:
    """Forgets a mailbox with its password; what was taken in stays. Raises UnknownMailboxError."""
    mailbox = await _held(tx, tenant_id, mailbox_id)
    await mailboxes.delete_mailbox(tx, tenant_id, mailbox.id)
    return Done(None, AuditLine("mailbox.remove", "mailbox", mailbox.id))


async def reread_mailbox(tx: Tx, tenant_id: UUID, mailbox_id: UUID) -> Done[Mailbox]:
    """Reads all that lies there once more; what is known is known. Raises UnknownMailboxError."""
    mailbox = await _held(tx, tenant_id, mailbox_id)
    await mailboxes.read_again(tx, mailbox)
    found = await _held(tx, tenant_id, mailbox_id)
    return Done(found, AuditLine("mailbox.reread", "mailbox", mailbox_id))


async def open_mailbox(tx: Tx, keyring: Keyring, tenant_id: UUID, mailbox_id: UUID) -> tuple[Mailbox, str]:
    """The mailbox and its password, to sign in with. Raises UnknownMailboxError."""
    mailbox = await _held(tx, tenant_id, mailbox_id)
    return mailbox, mailboxes.password_of(await keyring.keys_of(tx, tenant_id), mailbox)


async def try_mailbox(mailbox: Mailbox, password: str) -> MailboxTried:
    """Connects, signs in and opens the folder; says where that failed, in the server's words."""
    session = ImapSession(place_of(mailbox, password), timeout_s=TRIAL_TIMEOUT_S)
    try:
        opened = await asyncio.wait_for(asyncio.shield(asyncio.to_thread(session.open)), TRIAL_LONGEST_S)
    except TimeoutError:
        return MailboxTried(fault=MailboxFault.TIMEOUT)
    except MailboxFaultError as error:
        return MailboxTried(fault=error.fault, answer=error.answer)
    finally:
        session.kill()
    return MailboxTried(mails=opened.mails)


async def note_trial(_: Tx, mailbox_id: UUID, tried: MailboxTried) -> Done[MailboxTried]:
    """Only the line: who tried, and the kind of fault."""
    return Done(tried, AuditLine("mailbox.test", "mailbox", mailbox_id, {"fault": tried.fault}))


async def _held(tx: Tx, tenant_id: UUID, mailbox_id: UUID) -> Mailbox:
    mailbox = await mailboxes.hold_mailbox(tx, tenant_id, mailbox_id)
    if mailbox is None:
        raise UnknownMailboxError
    return mailbox


def _check_move(wanted: Mapping[str, object]) -> None:
    if wanted.get("after_reading") == "move" and not wanted.get("move_to"):
        raise MoveWithoutFolderError
