"""`run.py audit`: who did what, and whether the record of it is whole."""

import asyncio
import json as json_text
from collections.abc import Callable, Collection, Coroutine, Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, TypeVar
from uuid import UUID

import asyncpg
import httpx
import typer

from deploy.audit_check import Checked, check_audit, deleted_tenants, read_chains
from deploy.commands.ground import DataDirOption, Instance, JsonOption, answer, fail, find_instance, shown
from deploy.databases import CONNECT_TIMEOUT_S, NoUrlError, url_of
from deploy.postgres.roles import SERVICES
from shared.access.audit_chain import canonical
from shared.access.heads import Heads

PAGE_ITEMS = 200

group = typer.Typer(help="Who did what, and whether the record of it is whole.", no_args_is_help=True)
ServiceArgument = Annotated[str, typer.Argument(help=", ".join(SERVICES))]
Result = TypeVar("Result")


@group.command("verify")
def verify(
    data_dir: DataDirOption,
    *,
    accept_ends: Annotated[
        bool, typer.Option(help="Take the ends of chains that no noted head vouches for as right, and note them.")
    ] = False,
    json: JsonOption = False,
) -> None:
    """Checks every chain of all tenants in the three services; exit status 1 when anything was tampered with."""
    instance = find_instance(data_dir, as_json=json)
    deleted = _run(lambda: deleted_tenants(_owner_url(instance, "tracker")), as_json=json)
    found = {service: _run(_checking(instance, service, deleted), as_json=json) for service in SERVICES}
    if accept_ends:
        for service, checked in found.items():
            _accept(_heads(instance, service), checked, as_json=json)
    is_whole = not any(one.damage for one in found.values())
    document = {"ok": is_whole, "services": {name: one.document() for name, one in found.items()}}
    answer(document, as_json=json, text="\n".join(_says(name, one) for name, one in found.items()))
    raise typer.Exit(0 if is_whole else 1)


@group.command("export")
def export(service: ServiceArgument, file: Path, data_dir: DataDirOption, *, json: JsonOption = False) -> None:
    """Writes a service's chains as JSON lines, which anybody can check without this program (docs/audit.md)."""
    instance = find_instance(data_dir, as_json=json)
    lines = _run(lambda: _export(_owner_url(instance, service), file), as_json=json)
    answer({"ok": True, "lines": lines}, as_json=json, text=f"{lines} lines written to {file}.")


@group.command("list")
def list_lines(  # noqa: PLR0913 - each is an option of the command
    data_dir: DataDirOption,
    *,
    who: Annotated[str | None, typer.Option(help="An actor as docs/audit.md lists them, or a member's e-mail.")] = None,
    verb: Annotated[str | None, typer.Option(help="Such as action.move.")] = None,
    object_id: Annotated[UUID | None, typer.Option("--object", help="The thing it was done to.")] = None,
    since: Annotated[datetime | None, typer.Option(help="Only lines from then on, in UTC.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=PAGE_ITEMS, help="Of each service.")] = 50,
    json: JsonOption = False,
) -> None:
    """Lists lines of the instance's own tenant, newest first."""
    instance = find_instance(data_dir, as_json=json)
    who = member_actor(_members(instance, as_json=json), who, as_json=json) if who and "@" in who else who
    asked = {"actor": who, "verb": verb, "object_id": object_id, "since": since and f"{since.isoformat()}Z"}
    query = {name: str(value) for name, value in asked.items() if value is not None} | {"limit": str(limit)}
    try:
        found = [line for service in SERVICES for line in _lines(instance, service, query)]
    except httpx.HTTPError as error:
        fail(f"A service does not answer ({type(error).__name__}). See: python3 run.py ps", as_json=json)
    found.sort(key=lambda line: str(line["at"]), reverse=True)
    answer({"lines": found}, as_json=json, text="\n".join(map(_line, found)) or "No line fits.")


def member_actor(members: Iterable[dict[str, Any]], email: str, *, as_json: bool = False) -> str:
    """How the audit names the member with this e-mail; ends the command when there is none."""
    found = next((one["id"] for one in members if (one["email"] or "").casefold() == email.strip().casefold()), None)
    return f"member:{found}" if found else fail(f"No member has the e-mail {email}.", as_json=as_json)


def _members(instance: Instance, *, as_json: bool) -> Iterator[dict[str, Any]]:
    query: dict[str, str] = {"limit": str(PAGE_ITEMS)}
    try:
        with instance.client("tracker") as client:
            while True:
                page = client.get("/v1/members", params=query).raise_for_status().json()
                yield from page["items"]
                if page["next"] is None:
                    return
                query["cursor"] = page["next"]
    except httpx.HTTPError as error:
        fail(f"The tracker does not answer ({type(error).__name__}). See: python3 run.py ps", as_json=as_json)


def _lines(instance: Instance, service: str, query: dict[str, str]) -> list[dict[str, Any]]:
    with instance.client(service) as client:
        page = client.get("/v1/audit", params=query).raise_for_status().json()
    return [{"service": service, **line} for line in page["items"]]


def _line(line: dict[str, Any]) -> str:
    change = f"  {_brief(line['before'])} -> {_brief(line['after'])}" if line["after"] is not None else ""
    why = f"  because {shown(line['why'])}" if line["why"] else ""
    what = line["object_id"] or _brief(line["detail"])
    return f"{line['at']}  {line['service']:<10}  {line['actor']:<12}  {line['verb']:<20}  {what}{change}{why}"


def _brief(state: dict[str, Any] | None) -> str:
    return ", ".join(f"{name} {shown(str(value))}" for name, value in (state or {}).items()) or "-"


def _checking(
    instance: Instance, service: str, deleted: Collection[UUID]
) -> Callable[[], Coroutine[None, None, Checked]]:
    return lambda: check_audit(_owner_url(instance, service), _heads(instance, service), deleted)


def _heads(instance: Instance, service: str) -> Heads:
    return Heads(instance.data.root / "audit" / f"{service}.heads")


def _accept(heads: Heads, checked: Checked, *, as_json: bool) -> None:
    try:
        heads.note(checked.accept_ends())
    except OSError as error:
        fail(f"The ends cannot be noted in {heads.path} ({type(error).__name__})", as_json=as_json)


def _owner_url(instance: Instance, service: str) -> str:
    return url_of(instance.data, instance.description, service, "owner")


async def _export(owner_url: str, file: Path) -> int:
    lines = 0
    connection = await asyncpg.connect(owner_url, timeout=CONNECT_TIMEOUT_S)
    try:
        with file.open("w", encoding="utf-8") as out:
            async with connection.transaction(isolation="repeatable_read", readonly=True):
                async for row in read_chains(connection):
                    out.write(json_text.dumps(_exported(row), ensure_ascii=False) + "\n")
                    lines += 1
    finally:
        await connection.close()
    return lines


def _exported(row: asyncpg.Record) -> dict[str, Any]:
    place = {"tenant_id": str(row["chain"]), "seq": row["seq"], "hash": row["hash"].hex()}
    return place | {"line": canonical(dict(row)) if row["is_there"] else None}


def _run(work: Callable[[], Coroutine[None, None, Result]], *, as_json: bool) -> Result:
    try:
        return asyncio.run(work())
    except (NoUrlError, ValueError) as error:
        fail(str(error), as_json=as_json)
    except (OSError, asyncpg.PostgresError) as error:
        fail(f"The audit cannot be read ({type(error).__name__}). See: python3 run.py doctor", as_json=as_json)


def _says(service: str, checked: Checked) -> str:
    head = f"{service}: {checked.sealed} lines of {checked.tenants} tenants sealed, {checked.unsealed} not sealed yet"
    rows = [
        f"  DAMAGED {one['kind']}: tenant {one['tenant_id']}, place {one['seq']}, line {one['audit_id'] or 'unknown'}."
        f" {one['says']}"
        for one in checked.document()["damage"]
    ]
    gone = [f"  tenant {tenant_id} was deleted, and its chain with it." for tenant_id in checked.forgotten]
    taken = [f"  the ends of {checked.ends_accepted} chains were taken as right, and noted."]
    return "\n".join(
        [f"{head}; {'DAMAGED' if rows else 'whole'}.", *rows, *gone, *(taken if checked.ends_accepted else [])]
    )
