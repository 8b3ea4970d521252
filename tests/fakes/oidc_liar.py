"""An identity provider that can be told to misbehave in each way that matters; a real one cannot."""

import base64
import hmac
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import parse_qs, urlsplit

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response
from joserfc import jwt
from joserfc.jwk import RSAKey

from tests.fakes.on_a_port import on_a_port

CLIENT_ID = "huiyin"
KEY_BITS = 2048


def new_key(kid: str) -> RSAKey:
    return RSAKey.generate_key(KEY_BITS, {"kid": kid, "use": "sig"})


def encoded(part: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=")


class Liar:
    """Speaks the truth about `person` until told otherwise."""

    def __init__(self) -> None:
        self.issuer = ""
        self.key = new_key("first")
        self.shown_keys: list[dict[str, Any]] = [dict(self.key.as_dict(private=False))]
        self.person: dict[str, Any] = {"sub": "s1", "email": "li@example.test", "email_verified": True, "name": "李"}
        self.claims: dict[str, Any] = {}
        self.header: dict[str, Any] = {}
        self.metadata: dict[str, Any] = {}
        self.userinfo: dict[str, Any] | None = None
        self.token_answer: Response | None = None
        self.nonce = ""
        self.keys_asked = 0
        self.token_forms: list[dict[str, list[str]]] = []

    def begun(self, location: str) -> str:
        """A browser comes with this URL; the provider remembers the nonce and sends it back with the state."""
        asked = parse_qs(urlsplit(location).query)
        self.nonce = asked["nonce"][0]
        return asked["state"][0]

    def id_token(self) -> str:
        moment = int(time.time())
        claims = {"iss": self.issuer, "aud": CLIENT_ID, "iat": moment, "exp": moment + 300, "nonce": self.nonce}
        said = {**claims, **self.person, **self.claims}
        said = {name: value for name, value in said.items() if value is not None}
        header = {"alg": "RS256", "kid": self.key.kid, **self.header}
        if header["alg"] == "RS256":
            return jwt.encode(header, said, self.key)
        # No library signs these any more: nothing at all, or the public key as a secret that everybody knows.
        signed = f"{encoded(header)}.{encoded(said)}"
        mac = (
            hmac.digest(self.key.as_pem(private=False), signed.encode(), "sha256") if header["alg"] == "HS256" else b""
        )
        return f"{signed}.{base64.urlsafe_b64encode(mac).decode().rstrip('=')}"

    def app(self) -> FastAPI:
        app = FastAPI()

        @app.get("/.well-known/openid-configuration")
        async def configuration() -> dict[str, Any]:
            doors = {"authorization": "/auth", "token": "/token", "userinfo": "/userinfo"}
            return {
                "issuer": self.issuer,
                "jwks_uri": f"{self.issuer}/jwks",
                **{f"{name}_endpoint": self.issuer + path for name, path in doors.items()},
                **self.metadata,
            }

        @app.get("/jwks")
        async def jwks() -> dict[str, Any]:
            self.keys_asked += 1
            return {"keys": self.shown_keys}

        @app.post("/token")
        async def token(request: Request) -> Response:
            self.token_forms.append(parse_qs((await request.body()).decode()))
            return self.token_answer or JSONResponse({"id_token": self.id_token(), "access_token": "a"})

        @app.get("/userinfo")
        async def userinfo() -> dict[str, Any]:
            return self.userinfo or {}

        @app.post("/moved")
        async def moved() -> Response:
            return RedirectResponse("/token", 307)

        return app


@asynccontextmanager
async def oidc_liar() -> AsyncIterator[Liar]:
    liar = Liar()
    async with on_a_port(liar.app()) as url:
        liar.issuer = url
        yield liar
