"""Delivery reports: RFC 3464, and what QQ, 163 and Exchange send instead. Which mail, and whether it is for good."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from services.collector.channels.email_charsets import decoded
from services.collector.channels.email_parts import Leaf, Taken

REPORT_BYTES_MAX = 262_144
_UNKNOWN_STATUS = "5.0.0"

_SENDERS = re.compile(
    r"(?:mailer-daemon|postmaster|mail-daemon|mailerdaemon|microsoftexchange)[^@\s]{0,60}@", re.IGNORECASE
)
_SUBJECTS = re.compile(
    r"undeliver|delivery (?:status|failure|has failed|incomplete)|returned mail|failure notice|mail delivery"
    r"|could not be delivered|系统退信|退信|投递失败|无法投递|傳送失敗|未送达|未传递",
    re.IGNORECASE,
)
_ACTION = re.compile(r"^action\s{0,5}:\s{0,5}([a-z]{1,20})", re.IGNORECASE | re.MULTILINE)
_STATUS = re.compile(r"^status\s{0,5}:\s{0,5}([245]\.\d{1,3}\.\d{1,3})", re.IGNORECASE | re.MULTILINE)
_CODE = re.compile(r"(?<![\d.])([45]\.\d{1,3}\.\d{1,3})(?![\d.])")
_REPLY = re.compile(r"(?<![\d.])([45])\d\d[ \-#]")
# Statuses (RFC 3463) of an address that does not exist. A full mailbox, a policy or a filter says nothing of that.
_FOR_GOOD = re.compile(r"5\.(?:1\.\d{1,3}|0\.0|2\.1|4\.4)$")
_NO_SUCH = re.compile(
    r"user unknown|unknown user|no such (?:user|recipient|mailbox|address|person)|mailbox (?:not found|unavailable)"
    r"|recipient (?:not found|rejected|address rejected)|does(?:n't| not) exist|address (?:not found|rejected)"
    r"|invalid (?:recipient|mailbox|address)|account (?:is )?(?:disabled|inactive)"
    r"|不存在|无此用户|无效的?(?:收件人|地址)|地址错误|找不到收件人",
    re.IGNORECASE,
)
_FULL_OR_FILTERED = re.compile(
    r"quota|mailbox (?:is )?full|over ?quota|spam|policy|blocked|邮箱已满|容量|垃圾|拒收", re.IGNORECASE
)


@dataclass(frozen=True)
class Report:
    """What became of a mail. `returned` is what came back of it, in which its own words for us are looked for."""

    status: str
    is_permanent: bool
    is_delivered: bool
    returned: str


def report_of(taken: Taken, subject: str, sender: str) -> Report | None:
    """The report that this mail is; None when it is none."""
    kinds = {leaf.kind for leaf in taken.leaves}
    is_standard = taken.kind == "multipart/report" or "message/delivery-status" in kinds
    says_so = bool(_SENDERS.search(sender[:400]) or _SUBJECTS.search(subject[:400]))
    if not is_standard and not (says_so and _is_from_nobody(taken)):
        return None
    text = _text_of(taken.leaves)
    status = _status_in(text)
    return Report(
        status=status,
        is_permanent=_is_permanent(status, text),
        is_delivered=any(found.lower() in ("delivered", "relayed", "expanded") for found in _ACTION.findall(text)),
        returned="\n".join(text for text in (*(value for _, value in taken.headers.fields), text)),
    )


def _is_from_nobody(taken: Taken) -> bool:
    """A person who writes "your mail came back" has a return path; a server that does has none, or a daemon's name."""
    paths = taken.headers.all("return-path")
    is_empty = any(path.replace(" ", "") == "<>" for path in paths)
    return is_empty or bool(_SENDERS.search((taken.headers.get("from") or "")[:400]))


def _text_of(leaves: Sequence[Leaf]) -> str:
    """All that the report says and returns, up to the limit: some servers put the mail into the text itself."""
    pieces: list[str] = []
    room = REPORT_BYTES_MAX
    for leaf in leaves:
        content = leaf.content(room)
        pieces.append(decoded(content, leaf.parameters.get("charset")))
        room -= len(content)
        if room <= 0:
            break
    return "\n".join(pieces)


def _status_in(text: str) -> str:
    told = _STATUS.search(text) or _CODE.search(text)
    if told:
        return told[1]
    reply = _REPLY.search(text)
    return f"{reply[1]}.0.0" if reply else _UNKNOWN_STATUS


def _is_permanent(status: str, text: str) -> bool:
    action = _ACTION.search(text)
    if status.startswith(("2", "4")) or (action and action[1].lower() != "failed"):
        return False
    if _FOR_GOOD.match(status) and status != _UNKNOWN_STATUS:
        return True
    return bool(_NO_SUCH.search(text)) and not _FULL_OR_FILTERED.search(text)
