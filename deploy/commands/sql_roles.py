"""`run.py sql-roles`: what a DBA runs once to prepare an external PostgreSQL."""

from deploy.commands.ground import DataDirOption, JsonOption, answer
from deploy.postgres.roles import SERVICES, connect_statements, database_statement, role_statements


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
    answer({"statements": statements}, as_json=json, text="\n".join(f"{statement};" for statement in statements))
