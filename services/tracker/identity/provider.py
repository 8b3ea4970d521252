"""An OpenID Connect provider: where its doors are, what its codes are worth, and whom its tokens name."""

import base64
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote_plus, urlencode

from joserfc.jwk import KeySet

from services.tracker.domain.id_claims import (
    Expected,
    Identity,
    OidcRefusal,
    OidcRefusedError,
    check_claims,
    identity_of,
    subject_of,
)
from services.tracker.domain.safe_url import is_safe_url
from services.tracker.identity.keys import BadTokenError, claims_of, read_keys
from services.tracker.identity.web import ProviderAwayError, ProviderWeb

KEPT_S = 3_600
KEYS_AGAIN_S = 30  # A token with an unknown key has them fetched anew, but nobody makes us do so all the time.
_OK = 200
_REFUSED = range(400, 500)


@dataclass(frozen=True)
class ProviderSettings:
    """How this instance is known to the provider."""

    issuer: str
    client_id: str
    client_secret: str | None
    scopes: str
    redirect_uri: str


@dataclass(frozen=True)
class Started:
    """What this browser's sign-in is known by: to the provider, and in the token it must come back with."""

    state: str
    nonce: str
    challenge: str


@dataclass(frozen=True)
class _Doors:
    authorization: str
    token: str
    keys: str
    userinfo: str | None
    takes_basic: bool


class Provider:
    """One provider. What it says of itself is remembered for an hour."""

    def __init__(
        self, settings: ProviderSettings, web: ProviderWeb, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.settings = settings
        self._web = web
        self._clock = clock
        self._doors: tuple[float, _Doors] | None = None
        self._keys: tuple[float, KeySet] | None = None

    async def authorization_url(self, started: Started) -> str:
        """Where the browser goes. Raises ProviderAwayError."""
        asked = {
            "response_type": "code",
            "client_id": self.settings.client_id,
            "redirect_uri": self.settings.redirect_uri,
            "scope": self.settings.scopes,
            "state": started.state,
            "nonce": started.nonce,
            "code_challenge": started.challenge,
            "code_challenge_method": "S256",
        }
        door = (await self._found()).authorization
        return f"{door}{'&' if '?' in door else '?'}{urlencode(asked)}"

    async def identify(self, code: str, *, verifier: str, nonce: str, moment: datetime) -> Identity:
        """Whom the code stands for. Raises OidcRefusedError, ProviderAwayError."""
        tokens = await self._exchange(code, verifier)
        token = tokens.get("id_token")
        if not isinstance(token, str):
            raise OidcRefusedError(OidcRefusal.BAD_TOKEN)
        claims = await self._claims(token)
        expected = Expected(self.settings.issuer, self.settings.client_id, nonce)
        subject = check_claims(claims, expected, moment)
        about = claims if "email" in claims else claims | await self._userinfo(tokens.get("access_token"), subject)
        return identity_of(self.settings.issuer, subject, about)

    async def close(self) -> None:
        """Ends all connections."""
        await self._web.close()

    async def _found(self) -> _Doors:
        if self._doors is not None and self._doors[0] > self._clock():
            return self._doors[1]
        status, said = await self._web.ask(f"{self.settings.issuer.rstrip('/')}/.well-known/openid-configuration")
        if status != _OK or said.get("issuer") != self.settings.issuer:
            raise ProviderAwayError("not the issuer")
        ways = said.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
        doors = _Doors(
            authorization=_door(said, "authorization_endpoint"),
            token=_door(said, "token_endpoint"),
            keys=_door(said, "jwks_uri"),
            userinfo=_door(said, "userinfo_endpoint") if "userinfo_endpoint" in said else None,
            takes_basic="client_secret_basic" in ways,
        )
        self._doors = (self._clock() + KEPT_S, doors)
        return doors

    async def _exchange(self, code: str, verifier: str) -> dict[str, Any]:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.settings.redirect_uri,
            "code_verifier": verifier,
        }
        doors, headers = await self._found(), {}
        secret = self.settings.client_secret
        if secret is not None and doors.takes_basic:
            pair = f"{quote_plus(self.settings.client_id)}:{quote_plus(secret)}"
            headers["Authorization"] = "Basic " + base64.b64encode(pair.encode()).decode()
        else:
            form |= {"client_id": self.settings.client_id} | ({"client_secret": secret} if secret else {})
        status, said = await self._web.ask(doors.token, headers=headers, form=form)
        if status in _REFUSED:
            raise OidcRefusedError(OidcRefusal.CODE_REFUSED)
        if status != _OK:
            raise ProviderAwayError(f"token door: {status}")
        return said

    async def _claims(self, token: str) -> dict[str, Any]:
        try:
            return claims_of(token, await self._signing_keys(older_s_max=KEPT_S))
        except BadTokenError as error:
            if not error.is_key_unknown:
                raise OidcRefusedError(OidcRefusal.BAD_TOKEN) from None
        try:
            return claims_of(token, await self._signing_keys(older_s_max=KEYS_AGAIN_S))
        except BadTokenError:
            raise OidcRefusedError(OidcRefusal.BAD_TOKEN) from None

    async def _signing_keys(self, *, older_s_max: int) -> KeySet:
        if self._keys is not None and self._keys[0] > self._clock() - older_s_max:
            return self._keys[1]
        status, said = await self._web.ask((await self._found()).keys)
        if status != _OK:
            raise ProviderAwayError(f"keys: {status}")
        keys = read_keys(said)
        self._keys = (self._clock(), keys)
        return keys

    async def _userinfo(self, access_token: object, subject: str) -> dict[str, Any]:
        """What the provider tells only on request; it must tell it of the same subject."""
        doors = await self._found()
        if doors.userinfo is None or not isinstance(access_token, str):
            return {}
        status, said = await self._web.ask(doors.userinfo, headers={"Authorization": f"Bearer {access_token}"})
        if status != _OK or subject_of(said) != subject:
            raise OidcRefusedError(OidcRefusal.BAD_TOKEN)
        return said


def _door(said: dict[str, Any], name: str) -> str:
    url = said.get(name)
    if not isinstance(url, str) or not is_safe_url(url):
        raise ProviderAwayError(name)
    return url
