"""`run.py sql-roles`: what a DBA runs once to prepare an external PostgreSQL."""

from deploy.commands.ground import DataDirOption, JsonOption, answer
from deploy.postgres.roles import (
    SERVICES,
    connect_statements,
    database_name,
    database_statement,
    inside_statements,
    role_statements,
    server_statements,
)


def sql_roles(_data_dir: DataDirOption, *, json: JsonOption = False) -> None:
    """Prints the statements; put a password of your own in each place marked CHANGE-ME."""
    statements = [
        statement
        for service in SERVICES
        for statement in (
            *role_statements(service, lambda role: f"CHANGE-ME-{role}"),
            database_statement(service),
            *connect_statements(service),
        )
    ]
    inside = {database_name(service): inside_statements() for service in SERVICES}
    document = {"statements": statements, "inside_as_superuser": inside, "on_a_server_of_its_own": server_statements()}
    answer(document, as_json=json, text=_script(statements, inside))


def _script(statements: list[str], inside: dict[str, list[str]]) -> str:
    """The same for psql."""
    lines = [f"{statement};" for statement in statements]
    lines += ["", "-- On a server that serves nobody else; on another one, others may need this right:"]
    lines += [f"-- {statement};" for statement in server_statements()]
    lines += ["", "-- As a superuser, inside each database; leave it out where nobody is one:"]
    for database, some in inside.items():
        lines += [f"\\connect {database}", *(f"{statement};" for statement in some)]
    return "\n".join(lines)
