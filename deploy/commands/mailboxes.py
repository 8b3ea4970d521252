"""`run.py mailboxes`: which mailboxes are read: add, list, test, remove. A password is never an argument."""

import sys
from http import HTTPStatus
from pathlib import Path
from typing import Annotated, Any

import httpx
import typer

from deploy.commands.ground import DataDirOption, Instance, JsonOption, answer, fail, find_instance, shown
from deploy.commands.tenants import find_tenant
from shared.contracts.reach import TENANT_HEADER

PAGE_ITEMS = 200
Document = dict[str, Any]

group = typer.Typer(help="Mailboxes that customers write to.", no_args_is_help=True)
NameArgument = Annotated[str, typer.Argument(help="The mailbox's short name, such as care.")]
TenantOption = Annotated[str | None, typer.Option("--tenant", help="The company's short name; else the first one.")]


@group.command("add")
def add(  # noqa: PLR0913, PLR0917 - each is an option of the command
    name: NameArgument,
    data_dir: DataDirOption,
    host: Annotated[str, typer.Option("--host", help="The IMAP server, such as imap.example.com.")],
    user: Annotated[str, typer.Option("--user", help="To sign in with; mostly the whole address.")],
    password_file: Annotated[
        Path | None, typer.Option("--password-file", help="Holds the password; - is standard input; else it is asked.")
    ] = None,
    port: Annotated[int | None, typer.Option("--port", help="993 for tls, 143 else.")] = None,
    security: Annotated[str, typer.Option("--security", help="tls, starttls, or none for this machine.")] = "tls",
    folder: Annotated[str, typer.Option("--folder")] = "INBOX",
    after_reading: Annotated[str, typer.Option("--after-reading", help="keep, seen, or move.")] = "keep",
    move_to: Annotated[str | None, typer.Option("--move-to", help="The folder, with move.")] = None,
    since: Annotated[str | None, typer.Option("--since", help="YYYY-MM-DD: older mails are passed over.")] = None,
    tenant: TenantOption = None,
    *,
    json: JsonOption = False,
) -> None:
    """Has a mailbox read from now on, and tries at once whether it opens. The password is asked, or in a file."""
    instance = find_instance(data_dir, as_json=json)
    wanted: Document = {"name": name, "host": host, "username": user, "security": security, "folder": folder}
    wanted |= {"after_reading": after_reading, "password": _password(password_file, as_json=json)}
    wanted |= {key: value for key, value in (("port", port), ("move_to", move_to), ("since", since)) if value}
    whose = _whose(instance, tenant, as_json=json)
    made = _ask(instance, "POST", "/v1/mailboxes", whose, wanted, as_json=json)
    _answer_trial(made, _try(instance, made["id"], whose, as_json=json), as_json=json)


@group.command("list")
def list_mailboxes(data_dir: DataDirOption, tenant: TenantOption = None, *, json: JsonOption = False) -> None:
    """Lists the mailboxes: when each was read last, what became of its mails, and why it fails."""
    instance = find_instance(data_dir, as_json=json)
    found = _all(instance, _whose(instance, tenant, as_json=json), as_json=json)
    text = "\n".join(map(_line, found)) or "No mailbox is read. Add one: python3 run.py mailboxes add --help"
    answer({"mailboxes": found}, as_json=json, text=text)


@group.command("test")
def try_out(
    name: NameArgument, data_dir: DataDirOption, tenant: TenantOption = None, *, json: JsonOption = False
) -> None:
    """Signs in and opens the folder now; exits 1 with the server's words and a remedy when that fails."""
    instance = find_instance(data_dir, as_json=json)
    whose = _whose(instance, tenant, as_json=json)
    mailbox = _named(instance, name, whose, as_json=json)
    _answer_trial(mailbox, _try(instance, mailbox["id"], whose, as_json=json), as_json=json)


@group.command("remove")
def remove(
    name: NameArgument, data_dir: DataDirOption, tenant: TenantOption = None, *, json: JsonOption = False
) -> None:
    """Reads a mailbox no more and forgets its password. What was taken in stays."""
    instance = find_instance(data_dir, as_json=json)
    whose = _whose(instance, tenant, as_json=json)
    mailbox = _named(instance, name, whose, as_json=json)
    _ask(instance, "DELETE", f"/v1/mailboxes/{mailbox['id']}", whose, None, as_json=json)
    answer({"ok": True, "removed": mailbox["id"]}, as_json=json, text=f"{name} is read no more.")


def _password(file: Path | None, *, as_json: bool) -> str:
    """From the file or the terminal: an argument would stand in the list of processes and in the shell's history."""
    if file is None:
        return str(typer.prompt("Password, or the code for apps", hide_input=True, err=True))
    try:
        text = sys.stdin.read() if str(file) == "-" else file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        fail(f"Cannot read {file} ({type(error).__name__}).", as_json=as_json)
    return text.rstrip("\r\n")


def _whose(instance: Instance, slug: str | None, *, as_json: bool) -> dict[str, str]:
    return {TENANT_HEADER: find_tenant(instance, slug, as_json=as_json)["id"]} if slug else {}


def _named(instance: Instance, name: str, whose: dict[str, str], *, as_json: bool) -> Document:
    found = next((one for one in _all(instance, whose, as_json=as_json) if one["name"] == name), None)
    return found or fail(f"There is no mailbox {name}. See: python3 run.py mailboxes list", as_json=as_json)


def _all(instance: Instance, whose: dict[str, str], *, as_json: bool) -> list[Document]:
    found: list[Document] = []
    query = f"?limit={PAGE_ITEMS}"
    while True:
        page = _ask(instance, "GET", f"/v1/mailboxes{query}", whose, None, as_json=as_json)
        found += page["items"]
        if page["next"] is None:
            return found
        query = f"?limit={PAGE_ITEMS}&cursor={page['next']}"


def _try(instance: Instance, mailbox_id: str, whose: dict[str, str], *, as_json: bool) -> Document:
    return _ask(instance, "POST", f"/v1/mailboxes/{mailbox_id}:test", whose, None, as_json=as_json)


def _answer_trial(mailbox: Document, tried: Document, *, as_json: bool) -> None:
    if not tried["is_open"]:
        said = f" The server said: {shown(tried['answer'])}." if tried["answer"] else ""
        message = f"{mailbox['name']} does not open ({tried['fault']}). {tried['remedy']}{said}"
        fail(message, as_json=as_json, mailbox=mailbox, test=tried)
    text = f"{mailbox['name']} opens: {tried['mails']} mails in {mailbox['folder']}."
    answer({"mailbox": mailbox, "test": tried}, as_json=as_json, text=text)


def _line(one: Document) -> str:
    state = "paused" if not one["is_active"] else f"FAILS: {one['fault']}" if one["fault"] else "reads"
    counts = ", ".join(f"{one[name]} {name}" for name in ("feedback", "replies", "bounces", "refused", "set_aside"))
    return f"{one['name']:<20} {state:<16} last read {one['read_at'] or 'never'}  {one['host']}  {counts}"


def _ask(  # noqa: PLR0913 - what one request is made of
    instance: Instance, method: str, path: str, whose: dict[str, str], body: Document | None, *, as_json: bool
) -> Document:
    try:
        with instance.client("collector") as client:
            response = client.request(method, path, json=body, headers=whose)
    except httpx.HTTPError as error:
        fail(f"The collector does not answer ({type(error).__name__}). See: python3 run.py ps", as_json=as_json)
    if response.status_code == HTTPStatus.NO_CONTENT:
        return {}
    document: Document = response.json()
    if response.status_code >= HTTPStatus.BAD_REQUEST:
        said = [f"{one['pointer']}: {one['message']} {one['remedy']}" for one in document.get("errors", [])]
        fail(" ".join([document["title"], *(said or [document["detail"]])]), as_json=as_json)
    return document
