"""/v1/sign-in/oidc: by the company's identity provider (authorization code with PKCE)."""

import base64
import hashlib
import hmac
import json
import secrets
from dataclasses import asdict, dataclass
from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import Query, Request, Response
from fastapi.responses import RedirectResponse
from fastapi.routing import APIRoute
from pydantic import BaseModel, Field

from services.tracker.api.entrance import (
    At,
    Entrance,
    buckets_of,
    count_try,
    forgive_try,
    keep_in_browser,
    tenant_named,
)
from services.tracker.domain.id_claims import Identity, OidcRefusal, OidcRefusedError
from services.tracker.identity.provider import Provider, Started
from services.tracker.identity.web import ProviderAwayError
from services.tracker.store.members import EmailTakenError
from services.tracker.store.tenant_slugs import FIRST_SLUG
from services.tracker.use_cases.keep_sessions import Opened
from services.tracker.use_cases.sign_in import visitor
from services.tracker.use_cases.sign_in_oidc import SignInOidc, refuse_oidc, sign_in_oidc
from shared.access.audit import perform
from shared.access.keys import FIRST_TENANT_ID
from shared.clock import now
from shared.contracts.text import Name
from shared.crypto import SealBrokenError, seal, unseal
from shared.logs import get_log
from shared.web.problems import Problem
from shared.web.routing import Router

PATH = "/v1/sign-in/oidc"
FLOW_COOKIE = "huiyin_oidc"
FLOW_S_MAX = 600
PARAMETER_LENGTH_MAX = 4_096
# Always the same place, so that no link of somebody else's leads away from here.
AFTER_SIGN_IN = "/console"
_RANDOM_BYTES = 32

_log = get_log("sign-in")
Given = Annotated[str | None, Field(max_length=PARAMETER_LENGTH_MAX)]


class CallbackQuery(BaseModel):
    """What the provider sends the browser back with; it may say more."""

    state: Given = None
    code: Given = None
    error: Given = None
    iss: Given = None


@dataclass(frozen=True)
class Flow:
    """One sign-in that a browser has begun; sealed into a cookie, so that nobody else can end it."""

    state: str
    nonce: str
    verifier: str
    tenant: str
    began_s: float

    def sealed(self, key: bytes) -> str:
        """As the browser keeps it."""
        return base64.urlsafe_b64encode(seal(key, json.dumps(asdict(self)).encode(), FLOW_COOKIE)).decode()

    @staticmethod
    def opened(key: bytes, kept: str | None) -> "Flow | None":
        """What a browser has kept; None when it is none of ours, or too old."""
        try:
            flow = Flow(**json.loads(unseal(key, base64.urlsafe_b64decode((kept or "").encode()), FLOW_COOKIE)))
        except (SealBrokenError, ValueError):
            return None
        return flow if now().timestamp() - flow.began_s < FLOW_S_MAX else None


router = Router(prefix=PATH, tags=["sign-in"])


@router.get("", include_in_schema=False)
async def get_oidc(request: Request, at: At, tenant: Name = FIRST_SLUG) -> RedirectResponse:
    """Sends the browser to the identity provider."""
    provider = _provider(at)
    tenant_id = await tenant_named(at, tenant)
    if tenant_id is None:
        raise Problem("unknown_tenant", 404)
    state, nonce, verifier = (secrets.token_urlsafe(_RANDOM_BYTES) for _ in range(3))
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")
    try:
        url = await provider.authorization_url(Started(state, nonce, challenge))
    except ProviderAwayError as error:
        raise _away(error) from None
    answer = RedirectResponse(url, 302)
    flow = Flow(state, nonce, verifier, str(tenant_id), now().timestamp())
    _keep(request, answer, flow.sealed(at.flow_key), FLOW_S_MAX)
    return answer


async def get_oidc_callback(request: Request, at: At, said: Annotated[CallbackQuery, Query()]) -> RedirectResponse:
    """Where the identity provider sends the browser back to; signs in, and goes on to who one is."""
    provider = _provider(at)
    buckets = buckets_of(at, request)
    await count_try(at, buckets)
    flow = Flow.opened(at.flow_key, request.cookies.get(FLOW_COOKIE))
    if flow is None or not hmac.compare_digest(flow.state.encode(), (said.state or "").encode()):
        raise _refused(OidcRefusal.WRONG_STATE)
    try:
        code = _code_of(said, provider.settings.issuer)
        identity = await provider.identify(code, verifier=flow.verifier, nonce=flow.nonce, moment=now())
        opened = await _signed_in(at, UUID(flow.tenant), identity)
    except OidcRefusedError as refused:
        tenant_id = UUID(flow.tenant)
        work = partial(refuse_oidc, tenant_id=tenant_id, reason=refused.reason)
        await perform(at.database, visitor(tenant_id), work)
        raise _refused(refused.reason) from None
    except ProviderAwayError as away:
        raise _away(away) from None
    await forgive_try(at, buckets)
    return _into(request, opened)


# Providers add parameters of their own, which no list of ours can know.
router.add_api_route(
    "/callback", get_oidc_callback, methods=["GET"], include_in_schema=False, route_class_override=APIRoute
)


def _code_of(said: CallbackQuery, issuer: str) -> str:
    """A provider that names itself must be the one that was asked (RFC 9207)."""
    if said.iss not in (None, issuer):
        raise OidcRefusedError(OidcRefusal.WRONG_ISSUER)
    if said.error is not None or said.code is None:
        raise OidcRefusedError(OidcRefusal.DENIED)
    return said.code


async def _signed_in(at: Entrance, tenant_id: UUID, identity: Identity) -> Opened:
    # Strangers of the provider come into the first tenant alone: it is one company's provider.
    role = at.role_of_strangers if tenant_id == FIRST_TENANT_ID else None
    command = SignInOidc(tenant_id, identity, role, now())
    try:
        opened = await perform(at.database, visitor(tenant_id), partial(sign_in_oidc, command=command))
    except EmailTakenError:
        raise Problem("email_taken", 409) from None
    at.has_changed()
    return opened


def _into(request: Request, opened: Opened) -> RedirectResponse:
    answer = RedirectResponse(AFTER_SIGN_IN, 303)
    keep_in_browser(request, answer, opened)
    _keep(request, answer, "", 0)
    return answer


def _keep(request: Request, answer: Response, value: str, age_s: int) -> None:
    """`lax`, for the browser comes back from the provider's site."""
    is_secure = request.url.scheme == "https"
    answer.set_cookie(FLOW_COOKIE, value, max_age=age_s, path=PATH, httponly=True, secure=is_secure, samesite="lax")


def _provider(at: Entrance) -> Provider:
    if at.provider is None:
        raise Problem("oidc_off", 404)
    return at.provider


def _refused(reason: OidcRefusal) -> Problem:
    return Problem("oidc_refused", 401, about={"reason": reason}, extra={"reason": reason})


def _away(error: ProviderAwayError) -> Problem:
    _log.warning("provider_away", error=str(error))
    return Problem("provider_away", 502)
