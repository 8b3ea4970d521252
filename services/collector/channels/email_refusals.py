"""Mails that nobody wrote: answers of machines, lists, and our own that come back. Why each is none, as a table."""

import re
from collections.abc import Callable, Mapping
from enum import StrEnum

from services.collector.channels.email_headers import Headers

LOOP_HEADER = "X-Huiyin-Loop"


class Refusal(StrEnum):
    """Why a mail is no feedback."""

    OWN_LOOP = "own_loop"
    AUTO_SUBMITTED = "auto_submitted"
    PRECEDENCE = "precedence"
    AUTO_REPLY = "auto_reply"
    MAILING_LIST = "mailing_list"
    EMPTY_RETURN_PATH = "empty_return_path"
    SUBJECT = "subject"
    REPORT = "report"  # A delivery report about no mail of ours.
    EMPTY = "empty"  # Neither words nor files.


_NOT_WRITTEN = ("bulk", "junk", "list", "auto_reply", "auto-reply")
_MARKS_OF_MACHINES = (
    "x-autoreply", "x-autorespond", "x-autoresponder", "x-auto-response-suppress", "x-mail-autoreply",
    "x-facebook-notify", "feedback-id-auto", "x-autoreply-from", "x-qq-auto-reply",
)  # fmt: skip
_ABOUT = re.compile(r"^(?:\s{0,5}(?:re|回复|答复|回覆|aw)\s{0,3}[:：]){0,5}\s{0,5}", re.IGNORECASE)
_SUBJECT = re.compile(
    r"(?:自动回复|自動回覆|自動回復|自动答复|自動答覆|外出自动回复|休假自动回复|不在办公室"
    r"|automatic reply|auto(?:matic)?[- ]?(?:reply|response|answer)|out of (?:the )?office|vacation reply)"
    r"\s{0,3}(?:[:：\[【(（]|$|re\b|from\b)",
    re.IGNORECASE,
)


def _is_auto_submitted(headers: Headers) -> bool:
    return any(value.partition(";")[0].strip().lower() not in ("", "no") for value in headers.all("auto-submitted"))


def _has_precedence(headers: Headers) -> bool:
    return any(value.strip().lower() in _NOT_WRITTEN for value in headers.all("precedence", "x-precedence"))


def _has_machine_mark(headers: Headers) -> bool:
    return any(value.strip().lower() not in ("no", "none", "") for value in headers.all(*_MARKS_OF_MACHINES))


def _has_no_return_path(headers: Headers) -> bool:
    return any(value.replace(" ", "") == "<>" for value in headers.all("return-path"))


def _says_so(headers: Headers) -> bool:
    subject = (headers.get("subject") or "")[:400]
    return bool(_SUBJECT.match(subject, (_ABOUT.match(subject) or re.match("", subject)).end()))  # type: ignore[union-attr]  # nothing always matches


# In this order; the first that holds is the reason.
_RULES: Mapping[Refusal, Callable[[Headers], bool]] = {
    Refusal.OWN_LOOP: lambda headers: bool(headers.all(LOOP_HEADER.lower())),
    Refusal.AUTO_SUBMITTED: _is_auto_submitted,
    Refusal.MAILING_LIST: lambda headers: bool(headers.all("list-id")),
    Refusal.PRECEDENCE: _has_precedence,
    Refusal.AUTO_REPLY: _has_machine_mark,
    Refusal.EMPTY_RETURN_PATH: _has_no_return_path,
    Refusal.SUBJECT: _says_so,
}


def refusal_of(headers: Headers) -> Refusal | None:
    """Why nobody wrote this mail; None for one that somebody did."""
    return next((refusal for refusal, holds in _RULES.items() if holds(headers)), None)
