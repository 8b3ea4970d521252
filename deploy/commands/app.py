"""Every command of run.py in one table; each lives in a file of its own."""

import sys
from collections.abc import Callable

import typer

from deploy.commands import import_file, mails, migrate, ps, sql_roles, status, stop, test, up

HELP = "Huiyin 回音: collects feedback, understands it, acts on it, and answers every customer who spoke."

app = typer.Typer(help=HELP, no_args_is_help=False, add_completion=False, pretty_exceptions_enable=False)
COMMANDS: dict[str, Callable[..., None]] = {
    "up": up.up,
    "stop": stop.stop,
    "ps": ps.ps,
    "status": status.status,
    "import": import_file.import_file,
    "mails": mails.mails,
    "migrate": migrate.migrate,
    "sql-roles": sql_roles.sql_roles,
    "test": test.test,
    "check": test.check,
}
PASSES_ON = {"allow_extra_args": True, "ignore_unknown_options": True}
for name, command in COMMANDS.items():
    app.command(name, context_settings=PASSES_ON if name == "test" else None)(command)


@app.command("help", hidden=True)
def show_help(context: typer.Context) -> None:
    """Shows this page."""
    parent = context.parent
    typer.echo(parent.get_help() if parent else "")


def main() -> None:
    """`run.py` alone, or with options only, means `run.py up`."""
    arguments = sys.argv[1:]
    if not arguments or (arguments[0].startswith("-") and arguments[0] not in ("--help", "-h")):
        arguments = ["up", *arguments]
    if arguments[0] == "-h":
        arguments[0] = "--help"
    app(args=arguments, prog_name="run.py")
