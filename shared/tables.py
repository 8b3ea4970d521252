"""What every table class is built from. The classes describe the tables; migrations make them; a test compares both."""

from typing import Any

from sqlalchemy import Column, DateTime, MetaData, text
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

NAMING = {
    "ix": "%(table_name)s_%(column_0_N_name)s_idx",
    "uq": "%(table_name)s_%(column_0_N_name)s_key",
    "fk": "%(table_name)s_%(column_0_N_name)s_fkey",
    "pk": "%(table_name)s_pkey",
}


class GroundTable(SQLModel, registry=registry(metadata=MetaData(naming_convention=NAMING))):
    """Base of the tables that every service has: outbox, inbox, job, credential, audit …"""


def moment() -> Any:  # noqa: ANN401 - a field of a table class is typed where it is declared
    """A time that the database sets when the row is written."""
    return Field(default=None, sa_column=Column(DateTime(timezone=True), nullable=False, server_default=text("now()")))


def moment_or_none() -> Any:  # noqa: ANN401 - as above
    """A time that may not have come yet."""
    return Field(default=None, sa_column=Column(DateTime(timezone=True), nullable=True))


def time_field() -> Any:  # noqa: ANN401 - as above
    """A time that the writer states."""
    return Field(sa_column=Column(DateTime(timezone=True), nullable=False))
