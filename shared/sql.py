"""Small facts about SQL text and database URLs."""

from urllib.parse import urlsplit

import asyncpg
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool


def quoted(identifier: str) -> str:
    """A name as an SQL identifier."""
    return '"' + identifier.replace('"', '""') + '"'


def role_of(url: str) -> str:
    """The login role in a database URL."""
    return urlsplit(url).username or ""


def async_engine(url: str) -> AsyncEngine:
    """The same database for SQLAlchemy, a connection for each use.

    The driver itself reads the URL, as it does for a `Database`: SQLAlchemy would hand `sslmode`, `sslrootcert` and
    `passfile` on as arguments that the driver does not know.
    """
    return create_async_engine("postgresql+asyncpg://", poolclass=NullPool, async_creator=lambda: asyncpg.connect(url))
