"""Who may be told, where, and why not."""

from collections import Counter
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from shared.contracts.reach import AddressOut, PersonOut
from shared.contracts.vocabulary import Language


class NoticeState(StrEnum):
    """How a notice stands in the ledger."""

    QUEUED = "queued"
    CLAIMED = "claimed"
    SENT = "sent"
    FAILED = "failed"
    IN_DOUBT = "in_doubt"
    NOT_SENT = "not_sent"
    SKIPPED = "skipped"


class Reason(StrEnum):
    """Why somebody is not told, or why a notice ended as it did."""

    UNKNOWN_CUSTOMER = "unknown_customer"
    NO_CONSENT = "no_consent"
    NO_ADDRESS = "no_address"
    NOT_VERIFIED = "not_verified"
    SUPPRESSED = "suppressed"
    ALREADY_TOLD = "already_told"
    REOPENED = "reopened"
    NO_SMTP = "no_smtp"
    DEMO = "demo"
    REFUSED = "refused"
    UNREACHABLE = "unreachable"
    NO_REPLY_AFTER_DATA = "no_reply_after_data"
    STOPPED_WHILE_SENDING = "stopped_while_sending"


class NoticeEvent(StrEnum):
    """What a notice tells."""

    CLOSURE = "closure"
    REPLY = "reply"


class MemberWarning(StrEnum):
    """What a member is told that somebody else did to their account."""

    RESET_LINK = "member_reset_link"
    ROLES = "member_roles"
    PASSWORD = "member_password"  # noqa: S105 - a template's name, not a secret


class OwnMail(StrEnum):
    """What somebody writes to themselves."""

    TEST = "mail_test"


# With which end of a notice its customer's cases count as answered. A reply that was kept was written all the same.
ANSWERING: Mapping[NoticeEvent, tuple[NoticeState, ...]] = {
    NoticeEvent.CLOSURE: (NoticeState.SENT,),
    NoticeEvent.REPLY: (NoticeState.SENT, NoticeState.NOT_SENT),
}

# What a mail page shows: everything that was written to somebody, whether or not it left.
MAIL_STATES = (
    NoticeState.NOT_SENT,
    NoticeState.CLAIMED,
    NoticeState.SENT,
    NoticeState.FAILED,
    NoticeState.IN_DOUBT,
)


@dataclass(frozen=True)
class Told:
    """A person who may be told, and where."""

    person: PersonOut
    address: AddressOut


@dataclass(frozen=True)
class Letter:
    """What one person is to read. It holds no personal data."""

    language: str
    subject: str
    text: str


@dataclass(frozen=True)
class Tally:
    """How many would be told, by language, and how many not, by reason."""

    told: Mapping[Language, int]
    skipped: Mapping[Reason, int]


def tally(people: Iterable[PersonOut | None], suppressed: AbstractSet[UUID] = frozenset()) -> Tally:
    """What would become of each; of several who share an address, or are one person, the first is told."""
    told, skipped, used = Counter[Language](), Counter[Reason](), set[UUID]()
    for person in people:
        chosen = whom_to_tell(person, suppressed)
        if isinstance(chosen, Reason):
            skipped[chosen] += 1
        elif used & (marks := {chosen.address.address_id, chosen.person.person_id or chosen.person.customer_id}):
            skipped[Reason.ALREADY_TOLD] += 1
        else:
            used |= marks
            told[chosen.person.language] += 1
    return Tally(told, skipped)


def whom_to_tell(person: PersonOut | None, suppressed: AbstractSet[UUID] = frozenset()) -> Told | Reason:
    """The address to use, or the reason why there is none. Only a verified one may get more than a confirmation.

    `suppressed` are addresses that mails came back from: another one of the customer's is used, if there is one.
    """
    if person is None:
        return Reason.UNKNOWN_CUSTOMER
    if not person.has_consent:
        return Reason.NO_CONSENT
    emails = [address for address in person.addresses if address.kind == "email"]
    if not emails:
        return Reason.NO_ADDRESS
    verified = [address for address in emails if address.is_verified]
    if not verified:
        return Reason.NOT_VERIFIED
    reached = next((address for address in verified if address.address_id not in suppressed), None)
    return Told(person, reached) if reached else Reason.SUPPRESSED
