"""`run.py tenants`: the companies of this instance: list, make, suspend, resume, export, delete."""

from http import HTTPStatus
from pathlib import Path
from typing import Annotated, Any

import httpx
import typer

from deploy.commands.ground import DataDirOption, Instance, JsonOption, answer, fail, find_instance, say, shown
from deploy.postgres.roles import SERVICES
from shared.contracts.reach import TENANT_HEADER

PAGE_ITEMS = 200
PRIVATE = 0o600
Document = dict[str, Any]

group = typer.Typer(help="The companies of this instance.", no_args_is_help=True)
SlugArgument = Annotated[str, typer.Argument(help="The tenant's short name.")]
ReasonOption = Annotated[str, typer.Option("--reason", help="Why; it stands in the audit.")]


@group.command("list")
def list_tenants(data_dir: DataDirOption, *, json: JsonOption = False) -> None:
    """Lists the tenants, newest first."""
    found = _all(find_instance(data_dir, as_json=json), as_json=json)
    text = "\n".join(f"{one['slug']:<40} {one['state']:<10} {one['id']}  {shown(one['name'])}" for one in found)
    answer({"tenants": found}, as_json=json, text=text)


@group.command("make")
def make(  # noqa: PLR0913 - each is an option of the command
    slug: SlugArgument,
    data_dir: DataDirOption,
    name: Annotated[str, typer.Option("--name", help="As people call it.")],
    time_zone: Annotated[str, typer.Option("--time-zone", help="Of the IANA data base.")] = "Asia/Shanghai",
    country: Annotated[
        str | None, typer.Option("--country", help="ISO 3166-1, such as CN; else it follows the time zone.")
    ] = None,
    *,
    json: JsonOption = False,
) -> None:
    """Makes a tenant. Its first administrator comes by `run.py admin-link --tenant SLUG`."""
    instance = find_instance(data_dir, as_json=json)
    body = {"slug": slug, "name": name, "time_zone": time_zone} | ({"country": country} if country else {})
    made = _ask(instance, "POST", "/v1/tenants", body, as_json=json)
    answer(made, as_json=json, text=f"{made['slug']} is made: {made['id']}")


@group.command("suspend")
def suspend(slug: SlugArgument, data_dir: DataDirOption, reason: ReasonOption, *, json: JsonOption = False) -> None:
    """Shuts a tenant out; nothing is deleted."""
    _set_state(slug, "suspend", {"reason": reason}, data_dir, as_json=json)


@group.command("resume")
def resume(slug: SlugArgument, data_dir: DataDirOption, reason: ReasonOption, *, json: JsonOption = False) -> None:
    """Lets a suspended tenant in again."""
    _set_state(slug, "resume", {"reason": reason}, data_dir, as_json=json)


@group.command("delete")
def delete(slug: SlugArgument, data_dir: DataDirOption, reason: ReasonOption, *, json: JsonOption = False) -> None:
    """Deletes all that the three services hold of a suspended tenant. There is no way back: export it before."""
    _set_state(slug, "delete", {"reason": reason, "slug": slug}, data_dir, as_json=json)


@group.command("export")
def export(
    slug: SlugArgument,
    data_dir: DataDirOption,
    to: Annotated[Path, typer.Option("--to", help="A folder; made where it is missing.")],
    *,
    json: JsonOption = False,
) -> None:
    """Writes all rows of a tenant to SERVICE.ndjson, customers' contact data in the clear: keep the files safe."""
    instance = find_instance(data_dir, as_json=json)
    tenant = find_tenant(instance, slug, as_json=json)
    to.mkdir(parents=True, exist_ok=True, mode=0o700)
    rows = {service: _write(instance, service, tenant["id"], to, as_json=json) for service in SERVICES}
    answer({"tenant": tenant, "rows": rows, "folder": str(to)}, as_json=json, text=f"{sum(rows.values())} rows in {to}")


def _write(instance: Instance, service: str, tenant_id: str, folder: Path, *, as_json: bool) -> int:
    path = folder / f"{service}.ndjson"
    path.touch(mode=PRIVATE)
    path.chmod(PRIVATE)
    lines = 0
    headers = {TENANT_HEADER: tenant_id}
    try:
        with (
            path.open("wb") as file,
            instance.client(service) as client,
            client.stream("GET", "/v1/tenant-export", headers=headers) as response,
        ):
            response.raise_for_status()
            for chunk in response.iter_bytes():
                lines += chunk.count(b"\n")
                file.write(chunk)
    except httpx.HTTPError as error:
        fail(f"The {service} did not give its rows ({type(error).__name__}). See: python3 run.py ps", as_json=as_json)
    say(f"{service}: {lines} rows")
    return lines


def _set_state(slug: str, verb: str, body: Document, data_dir: Path, *, as_json: bool) -> None:
    instance = find_instance(data_dir, as_json=as_json)
    tenant = find_tenant(instance, slug, as_json=as_json)
    changed = _ask(instance, "POST", f"/v1/tenants/{tenant['id']}:{verb}", body, as_json=as_json)
    answer(changed, as_json=as_json, text=f"{slug} is {changed['state']}.")


def find_tenant(instance: Instance, slug: str, *, as_json: bool) -> Document:
    """The tenant with this short name; ends the command when there is none."""
    found = next((tenant for tenant in _all(instance, as_json=as_json) if tenant["slug"] == slug), None)
    return found or fail(f"There is no tenant {slug}. See: python3 run.py tenants list", as_json=as_json)


def _all(instance: Instance, *, as_json: bool) -> list[Document]:
    found: list[Document] = []
    query = f"?limit={PAGE_ITEMS}"
    while True:
        page = _ask(instance, "GET", f"/v1/tenants{query}", None, as_json=as_json)
        found += page["items"]
        if page["next"] is None:
            return found
        query = f"?limit={PAGE_ITEMS}&cursor={page['next']}"


def _ask(instance: Instance, method: str, path: str, body: Document | None, *, as_json: bool) -> Document:
    try:
        with instance.client("tracker") as client:
            response = client.request(method, path, json=body)
    except httpx.HTTPError as error:
        fail(f"The tracker does not answer ({type(error).__name__}). See: python3 run.py ps", as_json=as_json)
    document: Document = response.json()
    if response.status_code >= HTTPStatus.BAD_REQUEST:
        said = [f"{one['pointer']}: {one['message']} {one['remedy']}" for one in document.get("errors", [])]
        fail(" ".join([document["title"], *(said or [document["detail"]])]), as_json=as_json)
    return document
