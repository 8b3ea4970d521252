"""`run.py dead-letters`: facts that no service could digest, and another try for them."""

import json as json_text
from http import HTTPStatus
from typing import Annotated, Any
from uuid import UUID

import httpx
import typer

from deploy.commands.ground import DataDirOption, Instance, JsonOption, answer, fail, find_instance
from deploy.postgres.roles import SERVICES

PAGE_ITEMS = 200
Document = dict[str, Any]

group = typer.Typer(help="Facts that could not be digested: list, show, replay.", no_args_is_help=True)
ConsumerArgument = Annotated[str, typer.Argument(help="As `list` prints it, such as classifier.")]


@group.command("list")
def list_letters(data_dir: DataDirOption, *, json: JsonOption = False) -> None:
    """Lists the dead letters of all services and tenants, newest first, without what they say."""
    instance = find_instance(data_dir, as_json=json)
    found = [letter for service in SERVICES for letter in _all(instance, service, as_json=json)]
    text = "\n".join(map(_line, found)) or "There is no dead letter."
    answer({"dead_letters": found}, as_json=json, text=text)


@group.command("show")
def show(consumer: ConsumerArgument, letter_id: UUID, data_dir: DataDirOption, *, json: JsonOption = False) -> None:
    """Shows one with what it says, which may be a customer's words. The audit notes it."""
    instance = find_instance(data_dir, as_json=json)
    letter = _ask(instance, consumer, "GET", f"/{letter_id}", as_json=json)
    answer(letter, as_json=json, text=json_text.dumps(letter, ensure_ascii=False, indent=1))


@group.command("replay")
def replay(
    consumer: ConsumerArgument,
    data_dir: DataDirOption,
    letter_id: Annotated[UUID | None, typer.Argument(help="Which one; else --all.")] = None,
    *,
    everything: Annotated[bool, typer.Option("--all", help="All dead letters of this consumer.")] = False,
    json: JsonOption = False,
) -> None:
    """Has one tried again, or all. What has had its effect is absorbed; what fails again comes back."""
    instance = find_instance(data_dir, as_json=json)
    if (letter_id is None) is not everything:
        fail("Name one dead letter, or say --all.", as_json=json)
    service = _service_of(consumer, as_json=json)
    wanted = [str(letter_id)] if letter_id else [
        letter["msg_id"] for letter in _all(instance, service, as_json=json) if letter["consumer"] == consumer
    ]  # fmt: skip
    for one in wanted:
        _ask(instance, consumer, "POST", f"/{one}:replay", as_json=json)
    answer({"ok": True, "replayed": wanted}, as_json=json, text=f"{len(wanted)} on their way again.")


def _all(instance: Instance, service: str, *, as_json: bool) -> list[Document]:
    found: list[Document] = []
    query: dict[str, str] = {"limit": str(PAGE_ITEMS)}
    while True:
        page = _answer_of(instance, service, "GET", "/v1/dead-letters", query, as_json=as_json)
        found += page["items"]
        if page["next"] is None:
            return found
        query["cursor"] = page["next"]


def _ask(instance: Instance, consumer: str, method: str, rest: str, *, as_json: bool) -> Document:
    service = _service_of(consumer, as_json=as_json)
    return _answer_of(instance, service, method, f"/v1/dead-letters/{consumer}{rest}", {}, as_json=as_json)


def _service_of(consumer: str, *, as_json: bool) -> str:
    """A consumer bears its service's name, or that and what it is for."""
    service = consumer.partition("-")[0]
    if service not in SERVICES:
        fail(f"There is no consumer {consumer}. See: python3 run.py dead-letters list", as_json=as_json)
    return service


def _answer_of(  # noqa: PLR0913 - a request has this many parts
    instance: Instance, service: str, method: str, path: str, query: dict[str, str], *, as_json: bool
) -> Document:
    try:
        with instance.client(service) as client:
            response = client.request(method, path, params=query)
    except httpx.HTTPError as error:
        fail(f"The {service} does not answer ({type(error).__name__}). See: python3 run.py ps", as_json=as_json)
    if response.status_code >= HTTPStatus.BAD_REQUEST:
        problem = response.json()
        fail(f"{problem['title']} {problem['detail']}", as_json=as_json, code=problem["code"])
    document: Document = response.json()
    return document


def _line(letter: Document) -> str:
    return f"{letter['dead_at']}  {letter['consumer']:<18}{letter['msg_id']}  {letter['subject']}  {letter['error']}"
