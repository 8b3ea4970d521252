"""The statements that prepare a PostgreSQL server: three login roles and one database for each service.

The launcher runs them on the embedded server; `run.py sql-roles` prints the same ones for a DBA.
"""

from collections.abc import Callable

from shared.sql import quoted

SERVICES = ("collector", "classifier", "tracker")
PARTS = ("owner", "app", "carrier")
_RIGHTS = "LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS NOREPLICATION"
# An app transaction answers a waiting person; a carrier may move many rows.
_TIMEOUTS = {"app": {"statement_timeout": "30s", "lock_timeout": "5s"}, "carrier": {"statement_timeout": "120s"}}
_IDLE = {"idle_in_transaction_session_timeout": "60s"}

Password = Callable[[str], str]


def database_name(service: str) -> str:
    """The database of a service."""
    return f"huiyin_{service}"


def role_name(service: str, part: str) -> str:
    """The login role of a service: owner (migrations only), app, or carrier."""
    return f"huiyin_{service}_{part}"


def role_statements(service: str, password: Password) -> list[str]:
    """Creates or corrects the roles of a service. Safe to run again."""
    statements = []
    for part in PARTS:
        role = role_name(service, part)
        create = f"CREATE ROLE {quoted(role)} {_RIGHTS}"
        statements += [
            f"DO $$ BEGIN {create}; EXCEPTION WHEN duplicate_object THEN NULL; END $$",
            f"ALTER ROLE {quoted(role)} {_RIGHTS} PASSWORD '{password(role)}'",
        ]
        limits = _TIMEOUTS.get(part, {}) | _IDLE
        statements += [f"ALTER ROLE {quoted(role)} SET {name} = '{value}'" for name, value in limits.items()]
    return statements


def database_statement(service: str) -> str:
    """Creates the database of a service; it cannot run inside a transaction."""
    database, owner = quoted(database_name(service)), quoted(role_name(service, "owner"))
    return f"CREATE DATABASE {database} OWNER {owner} TEMPLATE template0"


def connect_statements(service: str) -> list[str]:
    """Lets the roles of a service, and nobody else, connect to its database."""
    database = quoted(database_name(service))
    members = ", ".join(quoted(role_name(service, part)) for part in ("app", "carrier"))
    return [
        f"REVOKE ALL ON DATABASE {database} FROM PUBLIC",
        f"GRANT CONNECT ON DATABASE {database} TO {members}",
    ]


def inside_statements() -> list[str]:
    """Run inside each service's database, by a superuser: nobody but owners may make large objects, which have no rows.

    Everybody may otherwise, in every database, and no policy, no quota and no erasure reaches them.
    """
    makers = "lo_creat(integer), lo_create(oid), lo_from_bytea(oid, bytea)"
    return [f"REVOKE EXECUTE ON FUNCTION {makers} FROM PUBLIC"]


def server_statements() -> list[str]:
    """Keeps roles out of the databases that every server has. For a server that is ours alone: it hits everybody."""
    return [f"REVOKE ALL ON DATABASE {quoted(database)} FROM PUBLIC" for database in ("postgres", "template1")]
