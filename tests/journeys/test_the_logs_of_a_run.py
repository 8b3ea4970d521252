"""What a whole run leaves in its logs: one trace from the post to the mail, and no word, address or secret."""

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nats
import pytest

from deploy.embedded.data_dir import DataDir
from deploy.embedded.keys import read_key
from deploy.embedded.nats import USER
from shared.ids import new_id
from shared.trace import new_trace_id, traceparent
from tests.fakes.mail_server import MailServer, mail_server
from tests.house_of_test import TRAINING_WAIT_S
from tests.instance import Instance, run_py, running_instance, until

WORDS = "一开热水器就跳闸电话13912345678请回"
ADDRESS, NAME, NUMBER = "canary.zhang@example.test", "张金丝雀", "13987654321"
FOREIGN_ID = "customer-canary-4711"


class Run:
    """One instance in which one customer spoke, was answered, and a good deal went wrong."""

    def __init__(self, instance: Instance, mails: MailServer) -> None:
        self.instance, self.mails = instance, mails
        self.trace = new_trace_id()
        self.wrong_key = f"hy_{new_id().hex}_{'a1' * 32}"

    def logs(self) -> dict[str, str]:
        return {path.stem: path.read_text() for path in (self.instance.data / "logs").glob("*.log")}

    def lines(self, service: str) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.logs()[service].splitlines() if line.startswith("{")]

    def events_of_the_trace(self, service: str) -> set[str]:
        return {
            f"{line['room']} {line['event']}"
            for line in self.lines(service)
            if self.trace in (line.get("trace_id"), *line.get("trace_ids", ()))
        }

    def speak(self) -> None:
        body = {
            "text": WORDS,
            "customer": {"external_id": FOREIGN_ID, "email": ADDRESS, "name": NAME, "phone": NUMBER},
            "consent": {"purposes": ["reply"]},
        }
        with self.instance.client("collector") as client:
            answer = client.post("/v1/feedback", json=body, headers={"traceparent": traceparent(self.trace)})
            assert answer.status_code == 201
            assert self.trace in answer.headers["traceparent"]
            client.get(f"/v1/widget/receipts/{answer.json()['receipt_code']}")

    def answer_the_customer(self) -> None:
        with self.instance.client("tracker") as client:
            until(lambda: client.get("/v1/cases").json()["items"] != [], "the case is open", wait_s=TRAINING_WAIT_S)
            [case] = client.get("/v1/cases").json()["items"]
            problem = client.post("/v1/problems", json={"title": "跳闸", "case_ids": [case["id"]]}).json()["id"]
            planned = {"problem_id": problem, "title": "换继电器", "answers": {"zh": "已更换继电器。"}}
            action = client.post("/v1/actions", json=planned).json()["id"]
            for state in ("analyse", "plan", "implement", "verify", "closed"):
                moved = client.post(f"/v1/actions/{action}/moves", json={"to": state}, headers={"If-Match": "*"})
                assert moved.status_code == 200
        until(lambda: len(self.mails.mails) == 1, "the mail came")

    def go_wrong(self) -> None:
        """Broken bodies, wrong keys, an unreadable fact with the words in it, and a service killed while it works."""
        with self.instance.client("collector") as client:
            for body in (f'{{"text": "{WORDS}"', json.dumps({"text": WORDS, "customer": {"email": f"{ADDRESS} x"}})):
                assert client.post("/v1/feedback", content=body, headers={"Content-Type": "application/json"}).is_error
            assert client.get("/v1/figures", headers={"Authorization": f"Bearer {self.wrong_key}"}).status_code == 401
            assert client.get(f"/v1/{ADDRESS}?q={WORDS}").status_code == 404
        asyncio.run(self._say_nonsense())
        letters = self.instance.command("dead-letters", "list")["dead_letters"]
        until(lambda: self.instance.command("dead-letters", "list")["dead_letters"] != [], f"set aside, not {letters}")
        self.instance.kill("tracker")

    async def _say_nonsense(self) -> None:
        port = self.instance.description()["engines"]["nats"]["port"]
        password = read_key(DataDir(self.instance.data).keys / "nats.password")
        client = await nats.connect(f"nats://{USER}:{password}@127.0.0.1:{port}")
        await client.jetstream().publish("huiyin.FeedbackReceived", f"{{{WORDS} {ADDRESS}".encode())
        await client.close()


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    with mail_server() as mails:
        mail = {"SMTP_HOST": "127.0.0.1", "SMTP_PORT": str(mails.port), "SMTP_SECURITY": "none"}
        settings = {f"HUIYIN_TRACKER_{name}": value for name, value in mail.items()}
        with running_instance(tmp_path_factory.mktemp("run") / "data", settings) as instance:
            run = Run(instance, mails)
            run.speak()
            run.answer_the_customer()
            run.go_wrong()
            yield run


def test_one_trace_leads_from_the_post_to_the_mail(run: Run) -> None:
    assert {"door answered", "relay carried"} <= run.events_of_the_trace("collector")
    assert {"consumer taken_in", "relay carried"} <= run.events_of_the_trace("classifier")
    assert {"consumer taken_in", "mail mail", "jobs job_done"} <= run.events_of_the_trace("tracker")
    routes = {
        line.get("route") for line in run.lines("collector") if line.get("trace_id") == run.trace and "route" in line
    }
    assert routes == {"/v1/feedback", "/v1/addresses:read"}, "the tracker asks for the address under the same trace"


def test_every_line_of_ours_is_json_and_says_who_speaks(run: Run) -> None:
    for service in ("collector", "classifier", "tracker", "supervisor"):
        lines = [json.loads(line) for line in run.logs()[service].splitlines() if line.startswith("{")]
        assert {line["service"] for line in lines} == {service}
        strange = [line for line in run.logs()[service].splitlines() if not line.startswith("{")]
        assert service == "supervisor" or strange == []


def secrets_of(folder: Path) -> dict[str, str]:
    """Everything under `keys`, the operator's key, and the parts of those that are JSON."""
    found: dict[str, str] = {}
    for path in [folder / "operator.key", *(folder / "keys").iterdir()]:
        secret = path.read_text().strip()
        parts = json.loads(secret) if secret.startswith("{") else {"": secret}
        found |= {f"{path.name} {part}": str(value) for part, value in parts.items()}
    found.pop("instance.id ", None)  # It names a folder, and opens nothing.
    return found


def test_no_log_holds_a_word_an_address_or_a_secret(run: Run) -> None:
    secrets = secrets_of(run.instance.data)
    assert len(secrets) >= 6
    forbidden = {"words": WORDS, "part of them": "热水器", "address": ADDRESS, "name": NAME, "phone": NUMBER}
    forbidden |= {"phone in the words": "13912345678", "id": FOREIGN_ID, "answer": "继电器"}
    forbidden |= {"wrong key": run.wrong_key, "its secret": "a1" * 32}
    found = [
        f"{name} in {log}.log"
        for log, content in run.logs().items()
        for name, secret in (secrets | forbidden).items()
        if secret in content or json.dumps(secret)[1:-1] in content
    ]
    assert found == []
    assert set(run.logs()) >= {"collector", "classifier", "tracker", "postgres", "nats", "supervisor"}


def test_a_dead_letter_is_shown_and_cannot_be_tried_by_command(run: Run) -> None:
    [letter] = run.instance.command("dead-letters", "list")["dead_letters"]
    shown = run.instance.command("dead-letters", "show", letter["consumer"], letter["msg_id"])
    assert WORDS in shown["body"]["unreadable"]
    data = ("--data-dir", str(run.instance.data), "--json")
    refused = run_py("dead-letters", "replay", letter["consumer"], letter["msg_id"], *data)
    assert (refused.returncode, json.loads(refused.stdout)["code"]) == (1, "not_replayable")
    assert run_py("dead-letters", "show", "nobody", letter["msg_id"], *data).returncode == 1
    assert run_py("dead-letters", "replay", letter["consumer"], *data).returncode == 1
