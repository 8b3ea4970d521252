"""Brings one service's database to the newest form. Forward only: a way back is a restore."""

from dataclasses import dataclass
from pathlib import Path

from alembic import command, op
from alembic.config import Config
from sqlalchemy import text

from shared.sql import async_url, quoted

HERE = Path(__file__).parent
GROUND_VERSIONS = HERE / "versions"


@dataclass(frozen=True)
class Roles:
    """The two login roles that a migration grants rights to; the third, the owner, runs it."""

    app: str
    carrier: str


def migrate(owner_url: str, service_versions: Path, roles: Roles) -> None:
    """Applies what is missing of the ground's and the service's migrations. Blocking; needs no running event loop."""
    config = Config()
    config.set_main_option("script_location", str(HERE))
    config.set_main_option("path_separator", "newline")
    config.set_main_option("version_locations", f"{GROUND_VERSIONS}\n{service_versions}")
    config.attributes["owner_url"] = async_url(owner_url)
    config.attributes["roles"] = {"app": quoted(roles.app), "carrier": quoted(roles.carrier)}
    command.upgrade(config, "heads")


def granted_roles() -> dict[str, str]:
    """For a migration: the quoted role names by their part, `app` and `carrier`."""
    config = op.get_context().config
    if config is None:
        raise RuntimeError("migrations run through migrate()")
    roles: dict[str, str] = config.attributes["roles"]
    return roles


def run_script(sql: str) -> None:
    """For a migration: runs several statements at once, in the migration's transaction."""
    driver = op.get_bind().connection.dbapi_connection
    if driver is None:
        raise RuntimeError("a migration runs on an open connection")
    driver.run_async(lambda connection: connection.execute(sql))


def backfill(table: str, update: str) -> int:
    """For a migration: fills every row of a table, and fails when it did not reach them all; returns how many.

    An update that row-level security keeps from its rows changes none and succeeds, so the rows are counted.
    """
    bind = op.get_bind()
    if bind.scalar(text("SELECT row_security_active(:table)"), {"table": table}):
        raise RuntimeError(f"row-level security hides rows of {table} from the migration: its owner must run it")
    rows = bind.scalar(text(f"SELECT count(*) FROM {quoted(table)}"))
    changed = bind.execute(text(update)).rowcount
    if changed != rows:
        raise RuntimeError(f"the update reached {changed} of {rows} rows of {table}")
    return int(changed)
