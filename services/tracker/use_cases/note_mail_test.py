"""A test mail was sent, or was not: who tried, and how it came out."""

from uuid import UUID

from shared.access.audit import AuditLine, Done
from shared.database import Tx


async def note_mail_test(_: Tx, test_id: UUID, fault: str | None, code: int | None) -> Done[None]:
    """Only the line; a test changes nothing."""
    detail = {"fault": fault, "code": code}
    return Done(None, AuditLine("mail.test", "mail_test", test_id, detail))
