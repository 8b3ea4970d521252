"""`run.py mails`: every mail that was written, and what became of it."""

from collections.abc import Sequence
from typing import Any

import httpx

from deploy.commands.ground import DataDirOption, Instance, JsonOption, answer, fail, find_instance, shown
from shared.contracts.reach import CUSTOMERS_MAX
from shared.contracts.vocabulary import Occasion, Purpose

PAGE_ITEMS = 200
MAIL_STATES = ("not_sent", "claimed", "sent", "failed", "in_doubt")
MARKS = {"not_sent": "NOT SENT (no mail server is set)", "in_doubt": "IN DOUBT (a person must decide)"}

Document = dict[str, Any]


def mails(data_dir: DataDirOption, *, json: JsonOption = False) -> None:
    """Lists the mails to customers, newest first. Without SMTP settings they are written and marked NOT SENT."""
    instance = find_instance(data_dir, as_json=json)
    try:
        found = read_mails(instance)
    except httpx.HTTPError as error:
        fail(f"A service does not answer ({type(error).__name__}). See: python3 run.py ps", as_json=json)
    answer({"mails": found}, as_json=json, text="\n".join(map(_page, found)) or "No mail has been written yet.")


def read_mails(instance: Instance) -> list[Document]:
    """All mails. Addresses are asked of the collector now, for nobody else keeps them."""
    notices = _notices(instance)
    addresses = _addresses(instance, sorted({notice["customer_id"] for notice in notices}))
    return [_mail(notice, addresses) for notice in notices]


def _notices(instance: Instance) -> list[Document]:
    found: list[Document] = []
    cursor: str | None = None
    with instance.client("tracker") as client:
        while True:
            asked: Document = {"state": list(MAIL_STATES), "limit": PAGE_ITEMS} | ({"cursor": cursor} if cursor else {})
            page = client.get("/v1/notices", params=asked).raise_for_status().json()
            found += page["items"]
            cursor = page["next"]
            if cursor is None:
                return found


def _addresses(instance: Instance, customer_ids: Sequence[str]) -> dict[tuple[str, str], str]:
    found = {}
    with instance.client("collector") as client:
        for start in range(0, len(customer_ids), CUSTOMERS_MAX):
            some = customer_ids[start : start + CUSTOMERS_MAX]
            asked = {"customer_ids": some, "purpose": Purpose.REPLY, "occasion": Occasion.LIST}
            people = client.post("/v1/addresses:read", json=asked).raise_for_status().json()["people"]
            for person in people:
                for address in person["addresses"]:
                    found[person["customer_id"], address["address_id"]] = address["value"]
    return found


def _mail(notice: Document, addresses: dict[tuple[str, str], str]) -> Document:
    return {
        "id": notice["id"],
        "at": notice["ended_at"] or notice["claimed_at"] or notice["created_at"],
        "state": notice["state"],
        "event": notice["event"],
        "about": notice["about"],
        "customer_id": notice["customer_id"],
        "to": addresses.get((notice["customer_id"], notice["address_id"])),
        "lang": notice["language"],
        "subject": notice["subject"],
        "text": notice["text"],
    }


def _page(mail: Document) -> str:
    head = f"{MARKS.get(mail['state'], mail['state'].upper())}  {mail['at']}\nTo: {shown(mail['to'])}\n"
    return f"{head}Subject: {shown(mail['subject'])}\n\n{mail['text']}\n{'-' * 72}"
