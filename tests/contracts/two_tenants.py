"""Two companies on one instance, and the eyes of one on the other: what probes knock with."""

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from hashlib import sha256
from typing import Any
from uuid import UUID

import httpx
from fastapi import FastAPI

from shared.access.kinds import Kind
from shared.access.scopes import Scope
from shared.ids import new_id
from tests.collector.attachments.pictures import announced, photo
from tests.contracts.samples import Operation, Sampler, operations
from tests.fakes.on_a_port import on_a_port
from tests.house_of_test import SERVICES, House, eventually, running

ALL_LANES = "api,relay,consumer,jobs"
CANARY = "kanarienvogel-8812"
# Which table an id of a name comes from; a name that is missing here gets an id that nothing has.
TABLE_OF_ID = {
    "case_id": ("tracker", "customer_case"),
    "problem_id": ("tracker", "problem"),
    "action_id": ("tracker", "action"),
    "key_id": ("tracker", "api_key"),
    "tenant_id": ("tracker", "tenant"),
    "member_id": ("tracker", "member"),
    "session_id": ("tracker", "session"),
    "feedback_id": ("collector", "feedback"),
    "customer_id": ("collector", "customer"),
    "import_id": ("collector", "import_run"),
    "merge_id": ("collector", "customer_merge"),
    "address_id": ("collector", "address"),
    "product_id": ("collector", "product"),
    "attachment_id": ("collector", "attachment"),
    "mailbox_id": ("collector", "mailbox"),
    "reply_id": ("collector", "customer_reply"),
    "link_id": ("collector", "duplicate_link"),
}
COLUMN_OF_ID = {"address_id": "address_id"}  # The others are `id`.
# No job reads this mailbox, and no mail made this answer: a probe wants them to stay as they are.
_MAILBOX = f"""
INSERT INTO mailbox (tenant_id, id, name, host, port, security, username, sealed_password, folder, after_reading,
    interval_s)
VALUES ($1, $2, '{CANARY}', 'localhost', 9, 'tls', '{CANARY}', '', 'INBOX', 'keep', 3600)
"""
_ANSWER = f"""
INSERT INTO customer_reply (tenant_id, id, feedback_id, external_mac, text, language, occurred_at, received_at)
SELECT tenant_id, $2, id, 'mac', '{CANARY}', 'en', now(), now() FROM feedback WHERE tenant_id = $1 LIMIT 1
"""
FILLED_S_MAX = 90.0  # What other tests left in the stream is worked off first.
# Guarded, too, but they change by themselves while facts travel and repeats are looked for.
CARRIER_TABLES = ("outbox", "inbox", "job")
MOVING_TABLES = (*CARRIER_TABLES, "duplicate_band", "duplicate_link", "duplicate_sketch", "progress", "told_before")
_TENANT_TABLES = """
SELECT c.relname AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') AND c.relrowsecurity
    AND NOT EXISTS (SELECT 1 FROM pg_policy p WHERE p.polrelid = c.oid AND p.polname = 'carrier')
ORDER BY c.relname
"""


async def tenant_tables(house: House, service: str) -> list[str]:
    """Every table of a service that is guarded by tenant. Carriers, which lanes change at any time, are not."""
    async with house.query(service) as owner:
        return [row["name"] for row in await owner.fetch(_TENANT_TABLES)]


@dataclass
class TwoTenants:
    """A company with some of everything, and another that must see none of it."""

    house: House
    apps: Mapping[str, FastAPI]
    clients: Mapping[str, httpx.AsyncClient]
    rich: UUID
    poor: UUID
    ids: dict[str, str]

    def operations(self) -> list[Operation]:
        """Every door; those that forget something last, or whoever knocks behind them would find nothing."""
        found = [one for service, app in self.apps.items() for one in operations(service, app.openapi())]
        return sorted(found, key=lambda one: one.path.endswith(":erase"))

    async def knock(self, operation: Operation, key: str | None, ids: Mapping[str, str]) -> httpx.Response:
        """Calls a door with the ids in whatever place takes one."""
        sampler = Sampler(self.apps[operation.service].openapi(), ids, str(new_id()))
        path = operation.path
        for parameter in operation.parameters("path"):
            path = path.replace("{" + parameter["name"] + "}", sampler.id_of(parameter["name"]))
        query = {
            parameter["name"]: sampler.id_of(parameter["name"])
            for parameter in operation.parameters("query")
            if "uuid" in str(parameter["schema"])
        }
        headers = {"If-Match": "*"} | ({"Authorization": f"Bearer {key}"} if key else {})
        body = sampler.body(operation)
        client = self.clients[operation.service]
        return await client.request(operation.method, path, params=query, json=body, headers=headers)

    async def rows_of_rich(self) -> dict[str, str]:
        """What stands in each tenant table of the rich company, the audit aside, as a hash."""
        found = {}
        for service in SERVICES:
            async with self.house.query(service) as owner:
                for table in await tenant_tables(self.house, service):
                    if table in MOVING_TABLES or table.startswith("audit"):
                        continue
                    rows = await owner.fetch(
                        f"SELECT t::text AS row FROM {table} AS t WHERE tenant_id = $1 ORDER BY 1", self.rich
                    )
                    found[f"{service}.{table}"] = sha256("".join(row["row"] for row in rows).encode()).hexdigest()
        return found


@asynccontextmanager
async def two_tenants(house: House) -> AsyncIterator[TwoTenants]:
    """The three services, and both companies."""
    operator = await house.new_key(new_id(), Scope.OPERATOR)
    peer = house.data.keys / f"peer.{new_id()}"
    async with AsyncExitStack() as stack:
        apps = {"collector": house.app("collector", lanes=ALL_LANES)}
        clients = {"collector": await stack.enter_async_context(running(apps["collector"], None))}
        url = await stack.enter_async_context(on_a_port(apps["collector"]))
        peer.write_text(await house.new_key(new_id(), Scope.ADDRESSES_READ, kind=Kind.PEER))
        apps["classifier"] = house.app("classifier", lanes=ALL_LANES)
        apps["tracker"] = house.app("tracker", lanes=ALL_LANES, collector_url=url, peer_key_file=peer)
        for service in ("classifier", "tracker"):
            clients[service] = await stack.enter_async_context(running(apps[service], None))
        rich, poor = [await _tenant(clients["tracker"], operator, name) for name in (CANARY, "somebody else")]
        found = TwoTenants(house, apps, clients, rich, poor, {})
        await _fill(found, operator)
        yield found


async def _tenant(tracker: httpx.AsyncClient, operator: str, name: str) -> UUID:
    headers = {"Authorization": f"Bearer {operator}"}
    wanted = {"slug": f"t-{new_id().hex[-12:]}", "name": name}
    answer = await tracker.post("/v1/tenants", json=wanted, headers=headers)
    assert answer.status_code == 201, answer.text
    return UUID(answer.json()["id"])


async def _import(collector: httpx.AsyncClient, headers: Mapping[str, str]) -> None:
    """A file of which one row came in and another was rejected."""
    rows = f"text,day\n{CANARY} of a file,\n,2026-01-01\n"
    path = "/v1/feedback/imports"
    made = await collector.post(f"{path}?file_name={CANARY}.csv", content=rows, headers=headers)
    one = f"{path}/{made.json()['id']}"

    async def state() -> str:
        return str((await collector.get(one, headers=headers)).json()["state"])

    await eventually(state, "ready", wait_s=FILLED_S_MAX)
    await collector.post(f"{one}:start", headers=headers)
    await eventually(state, "done", wait_s=FILLED_S_MAX)


async def _attach(collector: httpx.AsyncClient, headers: Mapping[str, str], event: str) -> None:
    file = announced(photo(), feedback_client_event_id=event, filename=CANARY)
    url = (await collector.post("/v1/widget/attachments", json=file, headers=headers)).json()["upload_url"]
    assert (await collector.put(url, content=photo())).status_code == 200


async def _fill(two: TwoTenants, operator: str) -> None:
    """Some of everything that the API knows, for the rich company."""
    headers = {"Authorization": f"Bearer {operator}", "Huiyin-Tenant": str(two.rich)}
    collector, tracker = two.clients["collector"], two.clients["tracker"]
    person = {"email": f"{CANARY}@example.test"}
    said = {"text": CANARY, "customer": person, "consent": {"purposes": ["reply"]}, "client_event_id": str(new_id())}

    async def is_posted() -> int:
        return (await collector.post("/v1/feedback", json=said, headers=headers)).status_code

    await eventually(is_posted, 200)
    await _attach(collector, headers, str(said["client_event_id"]))

    async def cases() -> list[dict[str, Any]]:
        listed: list[dict[str, Any]] = (await tracker.get("/v1/cases", headers=headers)).json()["items"]
        return listed

    async def count_cases() -> int:
        return len(await cases())

    await eventually(count_cases, 1, wait_s=FILLED_S_MAX)
    await _tell_again(two, headers)
    await eventually(count_cases, 2, wait_s=FILLED_S_MAX)
    await _import(collector, headers)
    case = next(case["id"] for case in await cases() if case["customer_id"])
    problem = await tracker.post("/v1/problems", json={"title": CANARY, "case_ids": [case]}, headers=headers)
    planned = {"problem_id": problem.json()["id"], "title": CANARY}
    await tracker.post("/v1/actions", json=planned, headers=headers)
    await _fill_people(tracker, headers, person)
    await _fill_catalogue(collector, headers)
    await _fill_mail(two)
    for name, (service, table) in TABLE_OF_ID.items():
        async with two.house.query(service) as owner:
            statement = f"SELECT {COLUMN_OF_ID.get(name, 'id')} FROM {table} WHERE tenant_id = $1 LIMIT 1"
            two.ids[name] = str(await owner.fetchval(statement, two.rich))


async def _tell_again(two: TwoTenants, headers: Mapping[str, str]) -> None:
    """The same by somebody whom nobody knows: a link between the two."""

    async def count_links() -> int:
        async with two.house.query("tracker") as owner:
            return int(await owner.fetchval("SELECT count(*) FROM told_before WHERE tenant_id = $1", two.rich))

    again = await two.clients["collector"].post("/v1/feedback", json={"text": CANARY}, headers=headers)
    assert again.status_code == 201
    await eventually(count_links, 1, wait_s=FILLED_S_MAX)


async def _fill_mail(two: TwoTenants) -> None:
    async with two.house.query("collector") as owner:
        for statement in (_MAILBOX, _ANSWER):
            await owner.execute(statement, two.rich, new_id())


async def _fill_catalogue(collector: httpx.AsyncClient, headers: Mapping[str, str]) -> None:
    """A product, and two customers who are one person."""
    units = {"items": [{"model": CANARY, "month": "2026-05", "units": 1}]}
    assert (await collector.put("/v1/exposure", json=units, headers=headers)).status_code == 200
    ids = []
    for name in ("one", "other"):
        said = {"text": CANARY, "customer": {"external_id": f"{CANARY}-{name}"}}
        taken = (await collector.post("/v1/feedback", json=said, headers=headers)).json()["id"]
        ids.append((await collector.get(f"/v1/feedback/{taken}", headers=headers)).json()["customer_id"])
    pair = {"kept_id": ids[0], "merged_id": ids[1]}
    assert (await collector.post("/v1/customer-merges", json=pair, headers=headers)).status_code == 201


async def _fill_people(tracker: httpx.AsyncClient, headers: Mapping[str, str], person: Mapping[str, str]) -> None:
    """A key, and a member who has joined."""
    key = {"kind": "secret", "label": CANARY, "scopes": ["work:read"]}
    assert (await tracker.post("/v1/keys", json=key, headers=headers)).status_code == 201
    member = {**person, "name": CANARY, "roles": ["viewer"]}
    invited = (await tracker.post("/v1/members", json=member, headers=headers)).json()
    joining = {"token": invited["link"]["token"], "password": "mauve tractor nine kettles"}
    assert (await tracker.post("/v1/sign-in/link", json=joining)).status_code == 201
