"""`run.py admin-link`: the one-time link by which the first administrator comes in. There is no default account."""

import shlex
import sys
from typing import Annotated, Any

import httpx
import typer

from deploy.commands.ground import DataDirOption, Instance, JsonOption, answer, fail, find_instance
from deploy.commands.tenants import find_tenant
from shared.contracts.reach import TENANT_HEADER

Document = dict[str, Any]


def admin_link(
    data_dir: DataDirOption,
    *,
    email: Annotated[str, typer.Option(help="Whose the link is; else its holder says so.")] = "",
    tenant: Annotated[str, typer.Option(help="Whose administrator: the tenant's short name.")] = "main",
    json: JsonOption = False,
) -> None:
    """Makes a link by which somebody becomes an administrator. It works once, for 15 minutes; only this shows it."""
    instance = find_instance(data_dir, as_json=json)
    try:
        link = make_link(instance, email, find_tenant(instance, tenant, as_json=json)["id"])
    except httpx.HTTPStatusError as error:
        fail(f"The tracker refused: {_said(error.response)}", as_json=json)
    except httpx.HTTPError as error:
        fail(f"The tracker does not answer ({type(error).__name__}). See: python3 run.py ps", as_json=json)
    text = f"Open this in a browser. It works once, until {link['expires_at']}.\n\n  {link['url']}"
    answer({"ok": True, **link}, as_json=json, text=text)


def make_link(instance: Instance, email: str = "", tenant_id: str = "") -> Document:
    """A fresh link. Raises httpx.HTTPError."""
    headers = {TENANT_HEADER: tenant_id} if tenant_id else {}
    body = {"email": email} if email else {}
    with instance.client("tracker") as client:
        link: Document = client.post("/v1/sign-in/first-links", json=body, headers=headers).raise_for_status().json()
    return {"url": link["url"], "token": link["token"], "expires_at": link["expires_at"]}


def first_admin_lines(instance: Instance) -> list[str]:
    """What a start says when nobody can sign in yet. Only a terminal is shown the link: what is no terminal is kept."""
    try:
        with instance.client("tracker") as client:
            has_people = bool(client.get("/v1/members", params={"limit": 1}).raise_for_status().json()["items"])
        if has_people:
            return []
        if sys.stdout.isatty():
            link = make_link(instance)
            return [
                "",
                "Nobody can sign in yet. This link makes an administrator, once, for 15 minutes:",
                f"  {link['url']}",
            ]
    except httpx.HTTPError:
        return []
    command = shlex.join(["python3", "run.py", "admin-link", "--data-dir", str(instance.data.root)])
    return ["", f"Nobody can sign in yet. Make a link for the first administrator: {command}"]


def _said(response: httpx.Response) -> str:
    try:
        problem = response.json()
        return " ".join(
            [problem["title"], problem["detail"], *(error["message"] for error in problem.get("errors", []))]
        )
    except (ValueError, KeyError):
        return f"status {response.status_code}"
