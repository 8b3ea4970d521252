"""Channel email: a letter to a mailbox of the company. How letters are read is the mailbox reader's matter."""

from typing import Annotated

from pydantic import Field

from services.collector.channels.fields import Label, Lenient, Moment, Sealed, Title
from services.collector.channels.rules import ChannelRules
from shared.contracts.text import Name
from shared.contracts.vocabulary import Channel

MESSAGE_ID_LENGTH_MAX = 998  # The longest line of a letter (RFC 5322, 2.1.1).

MessageId = Annotated[Title, Field(max_length=MESSAGE_ID_LENGTH_MAX)]


class MailIn(Lenient):
    """The letter's own head."""

    message_id: Annotated[MessageId | None, Sealed()] = None
    in_reply_to: Annotated[MessageId | None, Sealed()] = None
    subject: Title | None = None
    from_name: Annotated[Name | None, Sealed()] = None
    mailbox: Name | None = Field(None, description="which of the company's mailboxes")
    sent_at: Moment | None = None
    charset: Label | None = None


class OwnFields(Lenient):
    """Of a letter."""

    mail: MailIn | None = None


CHANNEL = ChannelRules(
    name=Channel.EMAIL,
    names={"zh": "邮件", "en": "E-mail"},
    text_length_max=20_000,
    own=OwnFields,
)
