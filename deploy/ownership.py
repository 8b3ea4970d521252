"""Whose databases and stream these are: an instance that is pointed at another one's engines is refused."""

import asyncio
from collections.abc import Mapping

import asyncpg
import nats.errors

from deploy.embedded.data_dir import DataDir
from deploy.embedded.keys import instance_id
from deploy.postgres.roles import SERVICES
from shared.messaging.stream import Stream

CONNECT_TIMEOUT_S = 10
LOOK_TIMEOUT_S = 5

KEEP_INSTANCE = "INSERT INTO instance (id) VALUES ($1) ON CONFLICT DO NOTHING"
_IS_MIGRATED = "SELECT to_regclass('public.instance') IS NOT NULL"


async def refuse_foreign_databases(environment: Mapping[str, str], data: DataDir) -> None:
    """RuntimeError when a database bears another instance's name; one that was never migrated bears none."""
    ours = instance_id(data)
    for service in SERVICES:
        url = environment.get(f"HUIYIN_{service.upper()}_CARRIER_URL")
        if not url:
            raise ValueError(f"set HUIYIN_{service.upper()}_CARRIER_URL")
        connection = await asyncpg.connect(url, timeout=CONNECT_TIMEOUT_S)
        try:
            is_migrated = await connection.fetchval(_IS_MIGRATED)
            theirs = await connection.fetchval("SELECT id FROM instance") if is_migrated else None
        finally:
            await connection.close()
        if theirs not in (None, ours):
            raise RuntimeError(
                f"the {service}'s database belongs to the instance {theirs}, and this is {ours}: give each instance"
                f" databases of its own. If this is that instance in a new folder, put its keys/ back into {data.keys}"
            )


async def refuse_a_foreign_stream(environment: Mapping[str, str], data: DataDir) -> None:
    """ForeignStreamError, a RuntimeError. When NATS is away now, the services find out for themselves."""

    async def owner() -> str:
        return str(instance_id(data))

    stream = Stream(environment["NATS_URL"], environment.get("HUIYIN_STREAM", "HUIYIN"), owner=owner)
    try:
        async with asyncio.timeout(LOOK_TIMEOUT_S):
            await stream.state()
    except (OSError, TimeoutError, nats.errors.Error):
        return
    finally:
        await stream.close()
