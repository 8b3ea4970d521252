"""What the doors of people work with, and how they count tries and hand out sessions."""

import hmac
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request, Response

from services.tracker.domain.members import normal_email
from services.tracker.domain.passwords import fault_of, normal_password
from services.tracker.domain.session_times import WHOLE_DAYS
from services.tracker.identity.hashing import PasswordHashes, TooBusyError
from services.tracker.identity.provider import Provider
from services.tracker.store.tenant_slugs import tenant_by_slug
from services.tracker.store.tenants import is_open
from services.tracker.store.tries import Bucket, TooManyTriesError, give_back, take
from services.tracker.use_cases.keep_sessions import Opened
from shared.access.credentials import Credentials
from shared.access.scopes import Role
from shared.client_network import network_of
from shared.clock import now
from shared.crypto import blind_index
from shared.database import Database
from shared.messaging.lanes import Kick
from shared.web.doors import SESSION_COOKIE
from shared.web.problems import FieldError, Problem

# In a quarter of an hour each. A guesser at one address never uses up what an account's own person has elsewhere.
TRIES_OF_ACCOUNT_HERE_MAX = 10
TRIES_OF_ACCOUNT_MAX = 100
TRIES_OF_ADDRESS_MAX = 50
_DAY_S = 86_400


@dataclass(frozen=True)
class Entrance:
    """The parts. `counting_key` hides whose tries are counted, `flow_key` seals what a browser keeps meanwhile."""

    database: Database
    credentials: Credentials
    hashes: PasswordHashes
    kick_relay: Kick
    counting_key: bytes
    brand: str
    public_url: str | None
    provider: Provider | None
    flow_key: bytes
    role_of_strangers: Role | None

    def url(self, request: Request, path: str) -> str:
        """An absolute URL of this service."""
        return (self.public_url or _where_it_listens(request)).rstrip("/") + path

    def has_changed(self) -> None:
        """After a commit that changed who may do what: known here at once, and sent to the others without delay."""
        self.credentials.forget()
        self.kick_relay()


def _where_it_listens(request: Request) -> str:
    """Never the Host header: whoever sends a request writes it, and a link would take its secret to their host."""
    host, port = request.scope.get("server") or ("localhost", None)
    host = f"[{host}]" if ":" in host else host
    return f"{request.url.scheme}://{host}" + (f":{port}" if port else "")


async def _entrance_of(request: Request) -> Entrance:
    entrance: Entrance = request.app.state.entrance
    return entrance


At = Annotated[Entrance, Depends(_entrance_of)]


def key_of(secret: str, purpose: str) -> bytes:
    """A key for one purpose, made of a secret of this instance."""
    return hmac.digest(secret.encode(), purpose.encode(), "sha256")


async def tenant_named(at: Entrance, name: str) -> UUID | None:
    """The tenant with this short name or id, unless it is shut out. Who names one that is not there learns nothing.

    A tenant that is shut out is as one that is not there: another answer to a right password than to a wrong one
    would tell a guesser that it is right, and people use theirs elsewhere, too. So it is with members who are shut out.
    """
    async with at.database.transaction() as tx:
        found = await tenant_by_slug(tx, name)
    if found is not None:
        return found
    try:
        tenant_id = UUID(name)
    except ValueError:
        return None
    async with at.database.transaction(tenant_id) as tx:
        return tenant_id if await is_open(tx, tenant_id) else None


def buckets_of(at: Entrance, request: Request, account: str | None = None) -> list[Bucket]:
    """Where a try counts: at the client's address, and at the account (a text that stands for it) here and anywhere."""
    network = network_of(request.client.host if request.client else None)
    counted = [("address", network, TRIES_OF_ADDRESS_MAX)]
    if account is not None:
        counted += [("account", account, TRIES_OF_ACCOUNT_MAX)]
        counted += [("account here", f"{account}\0{network}", TRIES_OF_ACCOUNT_HERE_MAX)]
    return [Bucket(blind_index(at.counting_key, kind, who), tries) for kind, who, tries in counted]


def account_of(tenant_id: UUID | None, email: str) -> str:
    """What stands for an account, whether it exists or not."""
    return f"{tenant_id}\0{normal_email(email)}"


async def count_try(at: Entrance, buckets: Sequence[Bucket]) -> None:
    """Counts a try before it is looked at. Raises 429."""
    try:
        async with at.database.transaction() as tx:
            await take(tx, buckets, now())
    except TooManyTriesError as error:
        wait_s = math.ceil(error.wait.total_seconds())
        raise Problem("too_many_tries", 429, about={"retry_after_s": wait_s}) from None


async def forgive_try(at: Entrance, buckets: Sequence[Bucket]) -> None:
    """The try was a good one."""
    async with at.database.transaction() as tx:
        await give_back(tx, buckets)


async def hash_new(at: Entrance, password: str, about_person: Sequence[str]) -> str:
    """The hash of a new password. Raises 422 that says why it is refused, and 503 when too many wait."""
    normal = normal_password(password)
    fault = fault_of(normal, about_person, at.brand)
    if fault is not None:
        raise Problem("invalid", 422, errors=[FieldError("/password", fault.code, fault.about)])
    return await hash_again(at, password)


async def hash_again(at: Entrance, password: str) -> str:
    """The hash of a password that is used already: a rule that came later locks nobody out. Raises 503."""
    try:
        return await at.hashes.hash(normal_password(password))
    except TooBusyError:
        raise Problem("unavailable", 503) from None


async def is_right(at: Entrance, password_hash: str | None, password: str) -> bool:
    """Whether the password is the hashed one. Raises 503 when too many wait."""
    try:
        return await at.hashes.is_right(password_hash, normal_password(password))
    except TooBusyError:
        raise Problem("unavailable", 503) from None


def keep_in_browser(request: Request, response: Response, opened: Opened) -> None:
    """Gives the session to the browser: no script reads it, and other sites' pages do not send it along."""
    response.set_cookie(
        SESSION_COOKIE,
        opened.token,
        max_age=WHOLE_DAYS * _DAY_S,
        httponly=True,
        secure=request.url.scheme == "https",
        samesite="lax",
    )
