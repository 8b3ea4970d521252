"""What was acknowledged is classified exactly once, and nobody is mailed twice, whatever is killed under load."""

import shutil
import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Self

import asyncpg
import httpx
import pytest

from deploy.embedded.data_dir import open_data_dir
from deploy.embedded.keys import role_password
from deploy.postgres.roles import database_name, role_name
from shared.ids import new_id
from tests.fakes.mail_server import MailServer, mail_server
from tests.instance import Instance, running_instance, until

KILLED = ("collector", "classifier", "tracker", "nats", "postgres")
# A kill of one of these is felt by a post under way; the instant may miss all of them, so it may need another.
CUTS_POSTS = ("collector", "postgres")
KILLS_MAX = 8
CALLERS = 6
CUSTOMERS = 40


@pytest.fixture(scope="module")
def mails() -> Iterator[MailServer]:
    with mail_server() as server:
        yield server


@pytest.fixture(scope="module")
def instance(scratch: Path, mails: MailServer) -> Iterator[Instance]:
    smtp = {
        "HUIYIN_TRACKER_SMTP_HOST": "127.0.0.1",
        "HUIYIN_TRACKER_SMTP_PORT": str(mails.port),
        "HUIYIN_TRACKER_SMTP_SECURITY": "none",
        "HUIYIN_JOB_LEASE_S": "3",
        "HUIYIN_ACK_WAIT_S": "3",
    }
    with running_instance(scratch / "kills", smtp) as found:
        until(lambda: httpx.get(found.description()["services"]["classifier"]["url"] + "/readyz").is_success, "a model")
        yield found


class Callers:
    """Clients that post without a pause and keep their own journal of what was acknowledged."""

    def __init__(self, instance: Instance) -> None:
        self._instance = instance
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._post) for _ in range(CALLERS)]
        self.acknowledged: list[str] = []
        self.interrupted = 0

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def wait_for_more(self) -> None:
        """Returns when fifty more posts were acknowledged."""
        before = len(self.acknowledged)
        until(lambda: len(self.acknowledged) > before + 50, "posts are acknowledged")

    def _post(self) -> None:
        with self._instance.client("collector") as client:
            while not self._stop.is_set():
                body = {"text": "热水器跳闸", "client_event_id": str(new_id())}
                self._send_until_acknowledged(client, body)

    def _send_until_acknowledged(self, client: httpx.Client, body: dict[str, str]) -> None:
        while True:
            try:
                response = client.post("/v1/feedback", json=body)
            except httpx.TransportError:
                self.interrupted += 1
                continue
            if response.status_code in (200, 201):
                self.acknowledged.append(response.json()["id"])
                return
            assert response.status_code == 503, response.text
            assert response.headers["Retry-After"]
            self.interrupted += 1


def has_settled(instance: Instance) -> bool:
    status = instance.status()
    moving = status["outbox_pending"] + status["jobs_waiting"]
    return bool(moving == 0 and status["received"] == status["classified"] == status["cases"])


async def ids(instance: Instance, service: str, statement: str) -> list[str]:
    data = open_data_dir(instance.data)
    role = role_name(service, "owner")
    connection = await asyncpg.connect(
        host="127.0.0.1",
        port=instance.description()["engines"]["postgres"]["port"],
        user=role,
        password=role_password(data, role),
        database=database_name(service),
    )
    rows = await connection.fetch(statement)
    await connection.close()
    return [str(row[0]) for row in rows]


async def all_was_classified_once(instance: Instance, acknowledged: list[str]) -> None:
    until(lambda: has_settled(instance), "all that was received is classified and has a case")
    assert instance.status()["dead_letters"] == 0
    told = Counter(await ids(instance, "classifier", "SELECT body->'data'->'feedback'->>'feedback_id' FROM outbox"))
    cases = Counter(await ids(instance, "tracker", "SELECT feedback_id FROM customer_case"))
    for feedback_id in acknowledged:
        assert told[feedback_id] == 1, f"{feedback_id} was classified {told[feedback_id]} times"
        assert cases[feedback_id] == 1


@pytest.mark.parametrize("name", KILLED)
async def test_killed_under_load(instance: Instance, name: str) -> None:
    with Callers(instance) as callers:
        for _ in range(KILLS_MAX):
            callers.wait_for_more()
            instance.kill(name)
            if callers.interrupted or name not in CUTS_POSTS:
                break
        callers.wait_for_more()
    if name in CUTS_POSTS:
        assert callers.interrupted, "nothing was in flight at any kill: the test shows nothing"
    assert len(set(callers.acknowledged)) == len(callers.acknowledged)
    await all_was_classified_once(instance, callers.acknowledged)


def delete(path: Path) -> None:
    """As `rm -rf` by hand: what the running server writes meanwhile goes, too."""

    def is_gone() -> bool:
        shutil.rmtree(path, ignore_errors=True)
        return not path.exists()

    until(is_gone, f"{path.name} is gone")


# The whole store, and what an interrupted `rm -rf` leaves of it.
@pytest.mark.parametrize("deleted", ["jetstream", "jetstream/*/streams/*/obs", "jetstream/*/streams/*"])
async def test_the_streams_folder_deleted_under_load(instance: Instance, deleted: str) -> None:
    store = next(path for path in instance.data.rglob("jetstream") if path.is_dir()).parent
    pid = instance.pid("nats")
    with Callers(instance) as callers:
        callers.wait_for_more()
        (description,) = store.glob("jetstream/*/streams/*/meta.inf")
        description.unlink()
        for path in list(store.glob(deleted)):
            delete(path)
        until(lambda: instance.pid("nats") not in (pid, None), "the stream's server was started again")
        callers.wait_for_more()
    await all_was_classified_once(instance, callers.acknowledged)


def close_an_action_for(instance: Instance, source: str) -> None:
    with instance.client("tracker") as tracker:
        found = tracker.get("/v1/cases", params={"source": source, "limit": 200}).json()["items"]
        problem = tracker.post("/v1/problems", json={"title": source, "case_ids": [case["id"] for case in found]})
        action = tracker.post("/v1/actions", json={"problem_id": problem.json()["id"], "title": source}).json()["id"]
        for state in ("analyse", "plan", "implement", "verify", "closed"):
            assert tracker.post(f"/v1/actions/{action}/moves", json={"to": state}).is_success


@pytest.mark.parametrize("name", ["tracker", "postgres", "collector"])
def test_killed_while_mails_go_out(instance: Instance, mails: MailServer, name: str) -> None:
    source = f"mails-{name}"
    with instance.client("collector") as client:
        items = [
            {
                "text": "坏了",
                "source": source,
                "external_id": str(number),
                "customer": {"email": f"{name}{number}@example.test"},
                "consent": {"purposes": ["reply"]},
            }
            for number in range(CUSTOMERS)
        ]
        assert client.post("/v1/feedback:batch", json={"items": items}).status_code == 207
    until(lambda: has_settled(instance), "everybody has a case")
    mails.mails.clear()
    close_an_action_for(instance, source)
    until(lambda: len(mails.mails) > 3, "mails go out")
    instance.kill(name)
    until(lambda: instance.status()["jobs_waiting"] == 0, "the ledger is done", wait_s=150)
    to = Counter(mail["To"] for mail in mails.mails)
    assert max(to.values()) == 1, f"told twice: {to.most_common(3)}"
    in_doubt = instance.status()["notifications"].get("in_doubt", 0)
    assert len(to) + in_doubt >= CUSTOMERS
