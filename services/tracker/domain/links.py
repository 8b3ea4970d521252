"""One-time links: what each is for and how long it holds. Its token carries its tenant, so no list tells them apart."""

import re
import secrets
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from uuid import UUID

_TOKEN = re.compile(r"hl_([0-9a-f]{32})_([0-9a-f]{32})_([0-9a-f]{64})")
_SECRET_BYTES = 32


class LinkPurpose(StrEnum):
    """What a link lets its holder do, once."""

    FIRST = "first"  # Become an administrator of a tenant; made with the operator's key.
    INVITE = "invite"  # Join as the member who was invited.
    RESET = "reset"  # Set a new password.


LIFETIMES = {
    LinkPurpose.FIRST: timedelta(minutes=15),
    LinkPurpose.INVITE: timedelta(days=7),
    LinkPurpose.RESET: timedelta(hours=1),
}


@dataclass(frozen=True)
class LinkToken:
    """A token taken apart."""

    tenant_id: UUID
    link_id: UUID
    secret: str


def new_token(tenant_id: UUID, link_id: UUID) -> LinkToken:
    """A fresh token with a secret of 256 bits."""
    return LinkToken(tenant_id, link_id, secrets.token_hex(_SECRET_BYTES))


def written(token: LinkToken) -> str:
    """How the token is shown, once."""
    return f"hl_{token.tenant_id.hex}_{token.link_id.hex}_{token.secret}"


def read(text: str) -> LinkToken | None:
    """The parts of a token, or None when this is none of ours."""
    found = _TOKEN.fullmatch(text)
    if found is None:
        return None
    return LinkToken(UUID(hex=found.group(1)), UUID(hex=found.group(2)), found.group(3))
