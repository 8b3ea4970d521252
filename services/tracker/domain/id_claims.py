"""What an identity provider's token must say before anybody is believed (OpenID Connect Core, 3.1.3.7)."""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

SKEW_S = 60
AGE_S_MAX = 600
SUBJECT_LENGTH_MAX = 255


class OidcRefusal(StrEnum):
    """Why somebody who comes from an identity provider is not let in."""

    DENIED = "denied"  # The provider says so.
    WRONG_STATE = "wrong_state"  # Not what this browser began, or it began too long ago.
    CODE_REFUSED = "code_refused"  # The provider does not take its code: used, over, or another's.
    BAD_TOKEN = "bad_token"  # noqa: S105 - a reason, not a secret: no token, or its signature does not hold
    WRONG_ISSUER = "wrong_issuer"
    WRONG_AUDIENCE = "wrong_audience"
    EXPIRED = "expired"
    WRONG_NONCE = "wrong_nonce"
    EMAIL_NOT_VERIFIED = "email_not_verified"
    NOT_INVITED = "not_invited"


class OidcRefusedError(Exception):
    """Somebody who comes from an identity provider is not let in."""

    def __init__(self, reason: OidcRefusal) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Expected:
    """What this sign-in asked for."""

    issuer: str
    client_id: str
    nonce: str


@dataclass(frozen=True)
class Identity:
    """Whom a provider vouches for. `email` is None unless the provider has verified it."""

    issuer: str
    subject: str
    email: str | None
    name: str | None


def check_claims(claims: Mapping[str, Any], expected: Expected, moment: datetime) -> str:
    """The subject of a token whose signature holds. Raises OidcRefusedError."""
    _require(claims.get("iss") == expected.issuer, OidcRefusal.WRONG_ISSUER)
    audience = claims.get("aud")
    audiences = audience if isinstance(audience, list) else [audience]
    _require(expected.client_id in audiences, OidcRefusal.WRONG_AUDIENCE)
    party = claims.get("azp")
    is_for_us = party == expected.client_id or (party is None and len(audiences) == 1)
    _require(is_for_us, OidcRefusal.WRONG_AUDIENCE)
    now_s = moment.timestamp()
    expires, issued = _number(claims.get("exp")), _number(claims.get("iat"))
    _require(expires is not None and expires > now_s - SKEW_S, OidcRefusal.EXPIRED)
    _require(issued is not None and now_s - AGE_S_MAX - SKEW_S < issued < now_s + SKEW_S, OidcRefusal.EXPIRED)
    nonce = claims.get("nonce")
    is_ours = isinstance(nonce, str) and hmac.compare_digest(nonce.encode(), expected.nonce.encode())
    _require(is_ours, OidcRefusal.WRONG_NONCE)
    return subject_of(claims)


def subject_of(claims: Mapping[str, Any]) -> str:
    """The subject that claims name. Raises OidcRefusedError."""
    subject = claims.get("sub")
    if not isinstance(subject, str) or not 0 < len(subject) <= SUBJECT_LENGTH_MAX:
        raise OidcRefusedError(OidcRefusal.BAD_TOKEN)
    return subject


def identity_of(issuer: str, subject: str, about: Mapping[str, Any]) -> Identity:
    """Whom the claims describe. Only the JSON value `true` means that an address is verified."""
    email, name = about.get("email"), about.get("name")
    is_verified = about.get("email_verified") is True
    return Identity(
        issuer=issuer,
        subject=subject,
        email=email if isinstance(email, str) and is_verified else None,
        name=name if isinstance(name, str) and name.strip() else None,
    )


def _require(holds: bool, reason: OidcRefusal) -> None:  # noqa: FBT001 - a condition, not a choice
    if not holds:
        raise OidcRefusedError(reason)


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
