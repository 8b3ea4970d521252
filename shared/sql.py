"""Small facts about SQL text and database URLs."""

from urllib.parse import urlsplit


def quoted(identifier: str) -> str:
    """A name as an SQL identifier."""
    return '"' + identifier.replace('"', '""') + '"'


def role_of(url: str) -> str:
    """The login role in a database URL."""
    return urlsplit(url).username or ""


def async_url(url: str) -> str:
    """The same database, for SQLAlchemy with the driver we use."""
    return "postgresql+asyncpg" + url[url.index("://") :]
