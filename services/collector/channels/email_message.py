"""A mail as it came, read: who wrote what, when, with which files, or why nobody did. It never raises or lingers."""

import email.utils
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from services.collector.channels.email_charsets import decoded
from services.collector.channels.email_headers import NAME_LENGTH_MAX, Headers, address_of, name_of
from services.collector.channels.email_html import text_of_html
from services.collector.channels.email_parts import Leaf, Taken, take_apart
from services.collector.channels.email_quotes import without_history
from services.collector.channels.email_refusals import Refusal, refusal_of
from services.collector.channels.email_reports import Report, report_of

SUBJECT_LENGTH_MAX = 300
FILES_MAX = 50
MESSAGE_ID_LENGTH_MAX = 150

# Where an address of ours may stand that a mail was sent to.
_TO = ("delivered-to", "x-original-to", "envelope-to", "to", "cc", "x-envelope-to", "resent-to")
_THREAD = ("in-reply-to", "references")


@dataclass(frozen=True)
class FileNamed:
    """A file that came with a mail; its content stays where it is."""

    name: str | None
    kind: str
    size_bytes: int


@dataclass(frozen=True)
class MailRead:
    """What is known of a mail. In `sent_to` and `answers` our own words may stand; `digest` tells it from others."""

    subject: str
    text: str
    sender: str | None
    sender_name: str | None
    sent_at: datetime | None
    message_id: str | None
    sent_to: str
    answers: str
    digest: str
    files: Sequence[FileNamed]
    is_cut: bool
    refusal: Refusal | None
    report: Report | None


def read_mail(raw: bytes) -> MailRead:
    """Reads a mail. What is broken in it is read as well as it goes."""
    taken = take_apart(raw)
    headers = taken.headers
    subject = (headers.get("subject") or "")[:SUBJECT_LENGTH_MAX]
    sender = _sender_of(headers)
    report = report_of(taken, subject, sender or headers.get("from") or "")
    files = [_file(leaf) for leaf in taken.leaves if not leaf.is_text][:FILES_MAX]
    text = without_history(_text_of(taken))
    refusal = None if report else refusal_of(headers)
    if not (report or refusal or text.strip() or subject.strip() or files):
        refusal = Refusal.EMPTY
    return MailRead(
        subject=subject,
        text=text,
        sender=sender,
        sender_name=name_of(headers.get("from")),
        sent_at=_moment(headers.get("date")),
        message_id=_message_id(headers),
        sent_to=" ".join(headers.all(*_TO)),
        answers=" ".join(headers.all(*_THREAD)),
        digest=_digest(taken, raw),
        files=files,
        is_cut=taken.is_cut,
        refusal=refusal,
        report=report,
    )


def _sender_of(headers: Headers) -> str | None:
    found = (address_of(headers.get(name)) for name in ("from", "reply-to", "sender", "return-path"))
    return next((address for address in found if address), None)


def _text_of(taken: Taken) -> str:
    """The plain text where there is one, of each choice by itself; else the HTML of it."""
    groups: dict[object, list[Leaf]] = {}
    for number, leaf in enumerate(taken.leaves):
        if leaf.is_text:
            key = ("alone", number) if leaf.alternative is None else ("choice", leaf.alternative)
            groups.setdefault(key, []).append(leaf)
    return "\n".join(text for text in map(_chosen, groups.values()) if text.strip())


def _chosen(leaves: Sequence[Leaf]) -> str:
    plain = "\n".join(_readable(leaf) for leaf in leaves if leaf.kind == "text/plain")
    if plain.strip():
        return plain
    return "\n".join(text_of_html(_readable(leaf)) for leaf in leaves if leaf.kind == "text/html")


def _readable(leaf: Leaf) -> str:
    return decoded(leaf.content(), leaf.parameters.get("charset"))


def _file(leaf: Leaf) -> FileNamed:
    name = leaf.name
    return FileNamed(name[:NAME_LENGTH_MAX] if name else None, leaf.kind[:NAME_LENGTH_MAX], leaf.size_bytes)


def _moment(written: str | None) -> datetime | None:
    """The time of the Date field; one that no calendar has is none."""
    try:
        moment = email.utils.parsedate_to_datetime((written or "")[:100])
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError, AttributeError):
        return None


def _message_id(headers: Headers) -> str | None:
    """As it was given, or its hash where it is longer than an id may be."""
    given = (headers.get("message-id") or "").strip().strip("<>")
    if len(given) > MESSAGE_ID_LENGTH_MAX:
        return f"sha256:{hashlib.sha256(given.encode('utf-8', 'replace')).hexdigest()}"
    return given or None


def _digest(taken: Taken, raw: bytes) -> str:
    """Of what was written, not of the way that it took: the same mail by two ways is one."""
    told = [taken.headers.get(name) or "" for name in ("from", "subject", "date", "message-id")]
    hashed = hashlib.sha256("\0".join(told).encode("utf-8", "replace"))
    head_ends = max(raw.find(b"\r\n\r\n"), 0) or max(raw.find(b"\n\n"), 0)
    hashed.update(raw[head_ends:])
    return hashed.hexdigest()[:32]
