"""Every command of run.py in one table; each lives in a file of its own."""

import json
import sys
from collections.abc import Callable

import typer

from deploy.commands import (
    admin_link,
    audit,
    bench,
    contract,
    dead_letters,
    demo,
    doctor,
    evaluate_duplicates,
    evaluate_masking,
    import_file,
    mailboxes,
    mails,
    migrate,
    ps,
    screenshots,
    sql_roles,
    status,
    stop,
    tenants,
    test,
    up,
)

EXIT_USAGE = 2
HELP = "Huiyin 回音: collects feedback, understands it, acts on it, and answers every customer who spoke."

app = typer.Typer(help=HELP, no_args_is_help=False, add_completion=False, pretty_exceptions_enable=False)
COMMANDS: dict[str, Callable[..., None]] = {
    "up": up.up,
    "stop": stop.stop,
    "ps": ps.ps,
    "status": status.status,
    "doctor": doctor.doctor,
    "admin-link": admin_link.admin_link,
    "demo": demo.demo,
    "import": import_file.import_file,
    "mails": mails.mails,
    "evaluate-duplicates": evaluate_duplicates.evaluate_duplicates,
    "evaluate-masking": evaluate_masking.evaluate_masking,
    "migrate": migrate.migrate,
    "sql-roles": sql_roles.sql_roles,
    "contract": contract.contract,
    "screenshots": screenshots.screenshots,
    "test": test.test,
    "check": test.check,
}
# Commands that are several, such as `run.py audit verify`.
GROUPS: dict[str, typer.Typer] = {
    "audit": audit.group,
    "bench": bench.group,
    "dead-letters": dead_letters.group,
    "mailboxes": mailboxes.group,
    "tenants": tenants.group,
}
PASSES_ON = {"allow_extra_args": True, "ignore_unknown_options": True}
for name, command in COMMANDS.items():
    app.command(name, context_settings=PASSES_ON if name == "test" else None)(command)
for name, group in GROUPS.items():
    app.add_typer(group, name=name)


@app.command("help", hidden=True)
def show_help(context: typer.Context) -> None:
    """Shows this page."""
    parent = context.parent
    typer.echo(parent.get_help() if parent else "")


def main() -> None:
    """`run.py` alone, or with options only, means `run.py up`."""
    arguments = _command_first(sys.argv[1:])
    try:
        app(args=arguments, prog_name="run.py")
    except SystemExit as ended:
        if ended.code == EXIT_USAGE and "--json" in arguments:
            error = "the command was not understood; standard error says why, and --help what it takes"
            typer.echo(json.dumps({"ok": False, "error": error}))
        raise


def _command_first(arguments: list[str]) -> list[str]:
    """Options may stand before the command; without a command, it is `up`."""
    if arguments[:1] in (["--help"], ["-h"]):
        return ["--help"]
    named = next((argument for argument in arguments if argument in (*COMMANDS, *GROUPS)), None)
    if named is None and (not arguments or arguments[0].startswith("-")):
        return ["up", *arguments]
    if named is not None and arguments[0].startswith("-"):
        at = arguments.index(named)
        return [named, *arguments[:at], *arguments[at + 1 :]]
    return arguments
