"""Mails as people and machines write them, made by hand, so that their bytes are what a test says."""

import base64
from collections.abc import Mapping

HEAD = {
    "From": "Li <li@example.test>",
    "To": "care@example.test",
    "Subject": "漏水",
    "Message-ID": "<one@example.test>",
    "Date": "Fri, 20 Nov 2026 08:30:00 +0800",
}


def mail(text: str | bytes, head: Mapping[str, str] | None = None, *, charset: str = "utf-8") -> bytes:
    """A mail of one part. Headers beyond ASCII stand as encoded words, as every mail program writes them."""
    fields = {**HEAD, "Content-Type": f"text/plain; charset={charset}", **(head or {})}
    lines = [f"{name}: {word(value)}" for name, value in fields.items() if value]
    body = text if isinstance(text, bytes) else text.replace("\n", "\r\n").encode()
    return "\r\n".join([*lines, "", ""]).encode() + body


def word(value: str, charset: str = "utf-8") -> str:
    if value.isascii():
        return value
    return f"=?{charset}?B?{base64.b64encode(value.encode(charset)).decode()}?="


def part(kind: str, body: str | bytes, *more: str) -> bytes:
    raw = body if isinstance(body, bytes) else body.encode()
    return "\r\n".join([f"Content-Type: {kind}", *more, "", ""]).encode() + raw


def many(kind: str, *parts: bytes) -> tuple[str, bytes]:
    """The Content-Type and body of a multipart."""
    line = b"\r\n--edge\r\n"
    return f'multipart/{kind}; boundary="edge"', line + line.join(parts) + b"\r\n--edge--\r\n"


def multipart(kind: str, *parts: bytes, **head: str) -> bytes:
    content_type, body = many(kind, *parts)
    return mail(body, {**head, "Content-Type": content_type})


def report(returned: str, *, status: str = "5.1.1", action: str = "failed", said: str = "550 no such user") -> bytes:
    """A delivery report (RFC 3464) that returns the head of the mail."""
    told = f"Reporting-MTA: dns; mx\n\nFinal-Recipient: rfc822; li@example.test\nAction: {action}\nStatus: {status}\n"
    return multipart(
        "report; report-type=delivery-status",
        part("text/plain", f"This mail could not be delivered: {said}"),
        part("message/delivery-status", told),
        part("text/rfc822-headers", returned),
        From="Mail Delivery System <mailer-daemon@mx.example.test>",
        Subject="Undelivered Mail Returned to Sender",
        **{"Auto-Submitted": "auto-replied", "Return-Path": "<>"},
    )
