"""What a mail carries so that its answer, or the news that it did not arrive, finds the way back."""

from dataclasses import dataclass
from email.headerregistry import Address
from uuid import UUID

from services.tracker.settings import TrackerSettings
from shared.reply_tokens import TokenKind, read_reply_key, write_token

LOOP_HEADER = "X-Huiyin-Loop"
_NO_TOKEN = "1"  # noqa: S105 - says that there is none


@dataclass(frozen=True)
class Thread:
    """What a mail is about: the feedback whose case it answers, and the address it goes to."""

    tenant_id: UUID
    feedback_id: UUID | None
    address_id: UUID


@dataclass(frozen=True)
class WayBack:
    """How mails are marked. Without a key nothing is signed; without an address for answers, there are none."""

    key: bytes | None
    reply_address: str | None
    bounce_address: str | None
    tag: str

    @classmethod
    def of(cls, settings: TrackerSettings) -> "WayBack":
        """As the operator set it."""
        key = read_reply_key(settings.reply_key_file) if settings.reply_key_file else None
        return cls(key, settings.reply_address, settings.bounce_address, settings.reply_tag)

    def loop_mark(self, thread: Thread | None) -> str:
        """The loop header's value: a report that returns the mail brings it back."""
        return self._token(TokenKind.BOUNCE, thread) or _NO_TOKEN

    def message_id(self, mail_id: UUID, thread: Thread | None) -> str:
        """What stands before the @ of the Message-ID; an answer names it, also where its address lost the token."""
        token = self._token(TokenKind.REPLY, thread) if self.reply_address else None
        return f"{mail_id}.{token}" if token else str(mail_id)

    def reply_to(self, thread: Thread | None) -> Address | None:
        """Where an answer goes; None for a mail that wants none."""
        token = self._token(TokenKind.REPLY, thread)
        if self.reply_address is None or token is None:
            return None
        return Address(addr_spec=_tagged(self.reply_address, self.tag, token))

    def envelope_sender(self, sender: str, thread: Thread | None) -> str:
        """Where a report goes that the mail did not arrive."""
        token = self._token(TokenKind.BOUNCE, thread)
        if self.bounce_address is None or token is None:
            return sender
        return _tagged(self.bounce_address, self.tag, token)

    def _token(self, kind: TokenKind, thread: Thread | None) -> str | None:
        if self.key is None or thread is None:
            return None
        subject = thread.feedback_id if kind is TokenKind.REPLY else thread.address_id
        return write_token(self.key, kind, thread.tenant_id, subject) if subject else None


def _tagged(address: str, tag: str, token: str) -> str:
    """`care@…` becomes `care+TOKEN@…`; without a tag, which a mail server may not know, it stays as it is."""
    local, _, domain = address.rpartition("@")
    return f"{local}{tag}{token}@{domain}" if tag else address
