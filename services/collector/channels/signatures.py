"""How other systems sign what they send: one row for each scheme, checked in constant time and within a window.

A scheme says what is signed, with which key, and how the result is written. Who verifies hands in the raw body: a body
that was parsed and written again has another signature.
"""

import base64
import binascii
import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

WINDOW = timedelta(minutes=5)
BYTES_MAX = 4_096  # Of a header.
_WRITTEN_BEFORE = "whsec_"


class BadSignatureError(Exception):
    """The request does not prove who sent it; `code` says how."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Signed:
    """What came: headers by their names in small letters, and the body as it came."""

    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class Scheme:
    """One way of signing."""

    header: str
    digest: str
    key_of: Callable[[str], bytes]
    content_of: Callable[[Signed], bytes]
    write: Callable[[bytes], str]
    prefix: str = ""
    time_header: str | None = None
    time_of: Callable[[str], datetime] | None = None

    def signature(self, secret: str, signed: Signed) -> str:
        """The signature that the header should have."""
        made = hmac.new(self.key_of(secret), self.content_of(signed), self.digest).digest()
        return self.prefix + self.write(made)


def verify(scheme: str, secret: str, signed: Signed, moment: datetime) -> None:
    """Raises BadSignatureError unless the body was signed with the secret, and lately where the scheme says when."""
    chosen = SCHEMES[scheme]
    given = signed.headers.get(chosen.header, "")
    if not given:
        raise BadSignatureError("signature_missing")
    if len(given) > BYTES_MAX or not given.isascii():
        raise BadSignatureError("signature_wrong")
    _check_time(chosen, signed, moment)
    expected = chosen.signature(secret, signed)
    # Two keys may be in use while one takes over from the other: then there are two signatures.
    if not any(hmac.compare_digest(one.encode(), expected.encode()) for one in given.split()):
        raise BadSignatureError("signature_wrong")


def _check_time(scheme: Scheme, signed: Signed, moment: datetime) -> None:
    if scheme.time_header is None or scheme.time_of is None:
        return
    try:
        at = scheme.time_of(signed.headers.get(scheme.time_header, "")[:BYTES_MAX])
        is_near = abs(moment - at) <= WINDOW
    except (ValueError, OverflowError, OSError, TypeError):
        raise BadSignatureError("signature_wrong") from None
    if not is_near:
        raise BadSignatureError("signature_too_old")


def _base64(made: bytes) -> str:
    return base64.b64encode(made).decode()


def _whsec(secret: str) -> bytes:
    try:
        return base64.b64decode(secret.removeprefix(_WRITTEN_BEFORE), validate=True)
    except binascii.Error:
        raise BadSignatureError("secret_wrong") from None


def _hexadecimal(secret: str) -> bytes:
    try:
        return bytes.fromhex(secret)
    except ValueError:
        raise BadSignatureError("secret_wrong") from None


def _body(signed: Signed) -> bytes:
    return signed.body


def _headed(signed: Signed, *names: str) -> bytes:
    """The named headers and the body, parted by dots."""
    return b".".join([*(signed.headers.get(name, "").encode() for name in names), signed.body])


def _from_epoch(written: str) -> datetime:
    return datetime.fromisoformat("1970-01-01T00:00:00+00:00") + timedelta(seconds=int(written))


SCHEMES: dict[str, Scheme] = {
    "standard_webhooks": Scheme(
        header="webhook-signature",
        digest="sha256",
        key_of=_whsec,
        content_of=lambda signed: _headed(signed, "webhook-id", "webhook-timestamp"),
        write=_base64,
        prefix="v1,",
        time_header="webhook-timestamp",
        time_of=_from_epoch,
    ),
    "typeform": Scheme("typeform-signature", "sha256", str.encode, _body, _base64, "sha256="),
    "zendesk": Scheme(
        header="x-zendesk-webhook-signature",
        digest="sha256",
        key_of=str.encode,
        content_of=lambda signed: (
            signed.headers.get("x-zendesk-webhook-signature-timestamp", "").encode() + signed.body  # No separator.
        ),
        write=_base64,
        time_header="x-zendesk-webhook-signature-timestamp",
        time_of=datetime.fromisoformat,
    ),
    # The secret is the client's id and secret, joined by `&`.
    "surveymonkey": Scheme("sm-signature", "sha1", str.encode, _body, _base64),
    "intercom": Scheme("x-hub-signature", "sha1", str.encode, _body, bytes.hex, "sha1="),
    "hootsuite": Scheme("x-hootsuite-signature", "sha256", _hexadecimal, _body, bytes.hex),
}
