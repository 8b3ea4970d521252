"""Alembic's entry: runs the migrations of one service as its owner, each in a transaction of its own."""

import asyncio

from alembic import context
from sqlalchemy import Connection

from shared.sql import async_engine


def _run(connection: Connection) -> None:
    context.configure(connection=connection, transaction_per_migration=True)
    with context.begin_transaction():
        context.run_migrations()


async def _connect_and_run() -> None:
    engine = async_engine(context.config.attributes["owner_url"])
    async with engine.connect() as connection:
        await connection.run_sync(_run)
    await engine.dispose()


asyncio.run(_connect_and_run())
