"""Gives an answer by mail as it was written, and notes in the same transaction that it was read."""

from uuid import UUID

from services.collector.store.keyring import Keyring
from services.collector.store.mail_tables import CustomerReply
from services.collector.store.replies import read_hidden_of_reply, read_reply
from shared.access.audit import AuditLine, Done
from shared.database import Tx


async def read_reply_original(
    tx: Tx, keyring: Keyring, tenant_id: UUID, reply_id: UUID
) -> Done[tuple[CustomerReply, str] | None]:
    """The reply and its original text, or None when there is none, or none any more."""
    reply = await read_reply(tx, tenant_id, reply_id)
    if reply is None or reply.erased_at is not None:
        return Done(None, None)
    hidden = await read_hidden_of_reply(tx, await keyring.keys_of(tx, tenant_id), reply)
    text = str(hidden.get("text", reply.text))
    return Done((reply, text), AuditLine("reply.read_original", "reply", reply_id))
