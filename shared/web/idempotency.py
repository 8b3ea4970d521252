"""A POST that may come again: the same Idempotency-Key gets the first answer for seven days, and one effect.

The claim, the deed and the answer commit together, so a crash leaves either all three or none. What is sealed in the
table opens only under the caller's own key.
"""

import hashlib
import hmac
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, TypeVar
from uuid import UUID

import asyncpg
from fastapi import Depends, Header, Request, Response
from pydantic import BaseModel

from shared.access.audit import Done, UseCase, perform
from shared.access.credentials import Actor
from shared.crypto import place, seal, unseal
from shared.database import Database, Tx
from shared.ids import id_of_hash, new_id
from shared.versions import Expected
from shared.web.doors import SESSION_COOKIE
from shared.web.problems import FieldError, Problem, language_of
from shared.web.versions import IfMatch, Versioned, set_version

T = TypeVar("T")
Answer = TypeVar("Answer", bound=BaseModel)
KEY_LENGTH_MAX = 255
REPLAYED = "Idempotent-Replayed"
_HEADER = "Idempotency-Key"
_KEPT_HEADERS = ("etag", "vary")

_LOCK = "SELECT pg_try_advisory_xact_lock($1)"
_READ = "SELECT request_mac, status, reply FROM idempotency WHERE tenant_id = $1 AND id = $2"
_CLAIM = "INSERT INTO idempotency (tenant_id, id, request_mac) VALUES ($1, $2, $3)"
_KEEP = "UPDATE idempotency SET status = $3, reply = $4 WHERE tenant_id = $1 AND id = $2"


class AnsweredBeforeError(Exception):
    """The same request was answered before; this is that answer."""

    def __init__(self, response: Response) -> None:
        super().__init__()
        self.response = response


@dataclass(frozen=True)
class _Claimed:
    """One key in the hands of one credential at one door."""

    tenant_id: UUID
    id: UUID
    request_mac: bytes
    sealing_key: bytes

    @property
    def place(self) -> str:
        return place(self.tenant_id, "idempotency", "reply", self.id)


class OnceAsked:
    """What one request wants to be done once. Without a key, it is simply done."""

    def __init__(self, request: Request, response: Response, key: str | None) -> None:
        self._request = request
        self._response = response
        self._key = key

    @property
    def language(self) -> str:
        """What the caller reads: `zh` or `en`."""
        return language_of(self._request)

    async def perform(
        self, database: Database, actor: Actor, use_case: UseCase[T], render: Callable[[T], Answer]
    ) -> Answer:
        """Runs the use case and renders its answer in one transaction; returns only after the commit."""
        claimed = await self._identify(actor) if self._key else None

        async def work(tx: Tx) -> Done[Answer]:
            if claimed:
                await _claim(tx, claimed)
            done = await use_case(tx)
            answer = render(done.value)
            if isinstance(answer, Versioned):
                set_version(self._request, self._response, answer)
            if claimed:
                await self._keep(tx, claimed, answer)
            return Done(answer, done.line)

        return await perform(database, actor, work)

    def new_id(self, actor: Actor) -> UUID:
        """An id for a tenant that is made: with a key, the same when the request comes again.

        The answer is kept among the rows of that tenant, where the repeat must look for it.
        """
        return id_of_hash(self._derived("new", actor)) if self._key else new_id()

    async def _identify(self, actor: Actor) -> _Claimed:
        asked = json.dumps([self._request.url.path, await _body(self._request)], sort_keys=True)
        request_mac = hmac.digest(self._derived("request", actor), asked.encode(), "sha256")
        identifier = id_of_hash(self._derived("id", actor))
        return _Claimed(actor.tenant_id, identifier, request_mac, self._derived("seal", actor))

    def _derived(self, what: str, actor: Actor) -> bytes:
        """A secret of this key in these hands at this door, for one purpose.

        The caller's credential is in it, which stands in no database either: an easy key opens nothing by itself.
        """
        door = f"{self._request.method} {self._request.scope['route'].path}"
        about = f"{what}\0{actor.tenant_id}\0{actor.credential_id}\0{door}"
        told = (self._key, self._request.headers.get("authorization"), self._request.cookies.get(SESSION_COOKIE))
        return hmac.digest(
            hashlib.sha256("\0".join(part or "" for part in told).encode()).digest(), about.encode(), "sha256"
        )

    async def _keep(self, tx: Tx, claimed: _Claimed, answer: BaseModel) -> None:
        headers = {name: value for name, value in self._response.headers.items() if name in _KEPT_HEADERS}
        reply = json.dumps({"headers": headers, "body": answer.model_dump_json(by_alias=True)})
        sealed = seal(claimed.sealing_key, reply.encode(), claimed.place)
        status = self._request.scope["route"].status_code or 200
        await tx.execute(_KEEP, claimed.tenant_id, claimed.id, status, sealed)


class ChangeAsked(OnceAsked):
    """A change of something that exists: done once, and only on the version that the caller has seen."""

    def __init__(self, request: Request, response: Response, key: str | None, expected: Expected) -> None:
        super().__init__(request, response, key)
        self.expected = expected


async def _body(request: Request) -> object:
    return await request.json() if await request.body() else None


async def _claim(tx: Tx, claimed: _Claimed) -> None:
    """Takes the key, or says what became of it. The lock ends with the transaction, even of a process that died."""
    if not await tx.fetchval(_LOCK, int.from_bytes(claimed.id.bytes[8:], signed=True)):
        raise Problem("in_flight", 409)
    known = await tx.fetchrow(_READ, claimed.tenant_id, claimed.id)
    if known is None:
        await tx.execute(_CLAIM, claimed.tenant_id, claimed.id, claimed.request_mac)
    elif hmac.compare_digest(known["request_mac"], claimed.request_mac):
        raise AnsweredBeforeError(_first_answer(claimed, known))
    else:
        raise Problem("key_reused", 422, errors=[FieldError(f"/header/{_HEADER}", "key_reused")])


def _first_answer(claimed: _Claimed, known: asyncpg.Record) -> Response:
    reply = json.loads(unseal(claimed.sealing_key, known["reply"], claimed.place))
    headers = {**reply["headers"], REPLAYED: "true"}
    return Response(reply["body"], known["status"], headers, media_type="application/json")


Key = Annotated[
    str | None,
    Header(
        alias=_HEADER,
        min_length=1,
        max_length=KEY_LENGTH_MAX,
        pattern=r"^[!-~]+$",
        description="Makes sending again harmless for seven days: best a UUID of your own for each deed.",
    ),
]


async def _once(request: Request, response: Response, key: Key = None) -> OnceAsked:
    _refuse_two(request)
    return OnceAsked(request, response, key)


async def _change(request: Request, response: Response, expected: IfMatch, key: Key = None) -> ChangeAsked:
    _refuse_two(request)
    return ChangeAsked(request, response, key, expected)


def _refuse_two(request: Request) -> None:
    if len(request.headers.getlist(_HEADER)) > 1:
        raise Problem("invalid", 422, errors=[FieldError(f"/header/{_HEADER}", "sent_twice")])


# A POST that makes something asks for the one, a POST that changes something for the other.
Once = Annotated[OnceAsked, Depends(_once)]
Change = Annotated[ChangeAsked, Depends(_change)]
