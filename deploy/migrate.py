"""Brings the three databases to the newest form, and writes the hashes of this instance's own keys into them."""

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import asyncpg
from sqlalchemy.exc import DBAPIError

from deploy.embedded.data_dir import DataDir
from deploy.embedded.keys import instance_id, read_key
from deploy.ownership import KEEP_INSTANCE, refuse_foreign_databases
from deploy.postgres.roles import SERVICES
from shared.access.keys import FIRST_TENANT_ID, hash_secret, split_key
from shared.access.kinds import Kind
from shared.access.scopes import Scope
from shared.migrations.runner import Roles, migrate
from shared.sql import role_of

ROOT = Path(__file__).resolve().parents[1]
CONNECT_TIMEOUT_S = 10

_KEEP_CREDENTIAL = """
INSERT INTO credential (id, tenant_id, kind, label, secret_sha256, scopes) VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (id) DO UPDATE SET revoked_at = NULL
"""
_KEEP_FIRST_TENANT = """
INSERT INTO credential (id, tenant_id, kind, label, scopes)
VALUES ($1::uuid, $1, 'tenant', 'tenant:' || $1::uuid::text, '{}')
ON CONFLICT (id) DO NOTHING
"""
_REVOKE_OLDER = "UPDATE credential SET revoked_at = now() WHERE label = $1 AND id <> $2 AND revoked_at IS NULL"


def migrate_all(environment: Mapping[str, str], data: DataDir) -> None:
    """Migrates each service's database as its owner, and keeps this instance's keys. Blocking; outside an event loop.

    RuntimeError says what a database refused; OSError, that it was not reached; ValueError, what is not set.
    """
    with _said_plainly():
        asyncio.run(refuse_foreign_databases(environment, data))
        for service in SERVICES:
            _migrate(environment, service)
        asyncio.run(_keep_credentials(environment, data))


def keep_keys(environment: Mapping[str, str], data: DataDir) -> None:
    """Keeps this instance's keys in databases that somebody else migrates. Errors and use as `migrate_all`."""
    with _said_plainly():
        asyncio.run(refuse_foreign_databases(environment, data))
        asyncio.run(_keep_credentials(environment, data))


def has_owners(environment: Mapping[str, str]) -> bool:
    """Whether the owners' URLs are given; without them a DBA runs `run.py migrate` elsewhere."""
    return any(environment.get(f"HUIYIN_{service.upper()}_OWNER_URL") for service in SERVICES)


@contextmanager
def _said_plainly() -> Iterator[None]:
    try:
        yield
    except (DBAPIError, asyncpg.PostgresError) as error:
        refusal = error.orig if isinstance(error, DBAPIError) else error
        raise RuntimeError(f"a database refused: {refusal}") from error


def _migrate(environment: Mapping[str, str], service: str) -> None:
    roles = Roles(
        app=role_of(_url(environment, service, "APP")), carrier=role_of(_url(environment, service, "CARRIER"))
    )
    migrate(_url(environment, service, "OWNER"), versions_of(service), roles)


def versions_of(service: str) -> Path:
    """Where a service's migrations lie."""
    return ROOT / "services" / service / "store" / "migrations" / "versions"


async def _keep_credentials(environment: Mapping[str, str], data: DataDir) -> None:
    operator, peer = read_key(data.operator_key), read_key(data.keys / "tracker.peer.key")
    for service in SERVICES:
        connection = await asyncpg.connect(_url(environment, service, "CARRIER"), timeout=CONNECT_TIMEOUT_S)
        try:
            await connection.execute(KEEP_INSTANCE, instance_id(data))
            await connection.execute(_KEEP_FIRST_TENANT, FIRST_TENANT_ID)
            await _keep(connection, Kind.OPERATOR, "operator", operator, Scope.OPERATOR)
            if service == "collector":
                await _keep(connection, Kind.PEER, "tracker", peer, Scope.ADDRESSES_READ)
        finally:
            await connection.close()


async def _keep(
    connection: "asyncpg.Connection[asyncpg.Record]", kind: Kind, label: str, key: str, scope: Scope
) -> None:
    parts = split_key(key)
    if parts is None:
        raise ValueError(f"the {label} key file is damaged: delete it and start again to get a new key")
    await connection.execute(_REVOKE_OLDER, label, parts[0])
    await connection.execute(_KEEP_CREDENTIAL, parts[0], FIRST_TENANT_ID, kind, label, hash_secret(parts[1]), [scope])


def _url(environment: Mapping[str, str], service: str, part: str) -> str:
    name = f"HUIYIN_{service.upper()}_{part}_URL"
    if not environment.get(name):
        raise ValueError(f"set {name}")
    return environment[name]
