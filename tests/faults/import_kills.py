"""Imports a made-up CSV whose rows have no ids, kills the collector twice on the way, and counts.

    python3 -m tests.faults.import_kills --rows 1000000

Run by the environment of `run.py test`; the last line is JSON, and the exit status 1 when a count is wrong.
"""

import argparse
import asyncio
import json
import random
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import httpx

from shared.access.scopes import Scope
from shared.ids import new_id
from tests.fakes.mail_server import mail_server
from tests.faults.staged import Stage, house_of_its_own
from tests.house_of_test import POLL_S, House

IMPORTS = "/v1/feedback/imports"
EQUAL_EVERY = 100  # So often, a row says the same as the one before: only the count tells them apart.
KILLED_AT = (1 / 3, 2 / 3)
MEMORY_MAX_BYTES = 300 * 1024 * 1024
WAIT_S = 3600.0
_WORDS = "热水器 一开 就 跳闸 漏水 客服 态度 很好 噪音 太大 用了 三天 坏了 the heater leaks after two days screen slow"


def written_rows(many: int) -> Iterator[bytes]:
    """The file, in pieces. The same for the same number of rows."""
    chance = random.Random(many)  # noqa: S311 - made-up words are no secret
    yield b"text,rating,date\n"
    words, line = _WORDS.split(), b""
    for number in range(many):
        if number % EQUAL_EVERY or not line:
            said = " ".join(chance.choices(words, k=10))
            line = f"{number} {said},{chance.randint(1, 5)},2026-0{chance.randint(1, 9)}-11\n".encode()
        yield line


async def _pieces(many: int) -> AsyncIterator[bytes]:
    waiting = bytearray()
    for line in written_rows(many):
        waiting += line
        if len(waiting) > 256 * 1024:
            yield bytes(waiting)
            waiting.clear()
    yield bytes(waiting)


class Killing:
    """One import on a stage of its own, and what was seen of it."""

    def __init__(self, stage: Stage, client: httpx.AsyncClient, many: int) -> None:
        self._stage, self._client, self._many = stage, client, many
        self.memory_max_bytes = 0
        self.went_on_at: list[int] = []

    async def run(self) -> dict[str, Any]:
        """The import as it ended."""
        said = {"file_name": "made.csv", "map": ["date=occurred_at"]}
        answer = await self._client.post(IMPORTS, content=_pieces(self._many), params=said, timeout=WAIT_S)
        import_id = answer.raise_for_status().json()["id"]
        await self._until(import_id, lambda seen: seen["state"] == "ready")
        (await self._client.post(f"{IMPORTS}/{import_id}:start")).raise_for_status()
        for share in KILLED_AT:
            await self._until(import_id, lambda seen, wanted=share * self._many: seen["counts"]["rows"] >= wanted)
            await self._kill(import_id)
        return await self._until(import_id, lambda seen: seen["state"] != "running")

    async def _kill(self, import_id: str) -> None:
        self._stage.kill("collector")
        self._stage.start("collector")
        await self._stage.ready("collector")
        seen = (await self._client.get(f"{IMPORTS}/{import_id}")).json()
        self.went_on_at.append(seen["counts"]["rows"])

    async def _until(self, import_id: str, is_there: Any) -> dict[str, Any]:  # noqa: ANN401 - a question to the document
        deadline = time.monotonic() + WAIT_S
        while time.monotonic() < deadline:
            seen: dict[str, Any] = (await self._client.get(f"{IMPORTS}/{import_id}")).json()
            self.memory_max_bytes = max(self.memory_max_bytes, self._stage.memory_max_bytes("collector"))
            if is_there(seen):
                return seen
            await asyncio.sleep(POLL_S * 5)
        raise TimeoutError(import_id)


async def killed_twice(house: House, many: int) -> dict[str, Any]:
    """What is stored in the end, and what it took."""
    with mail_server() as mails:
        stage = Stage(house, mails)
        tenant_id = new_id()
        key = await house.new_key(tenant_id, Scope.FEEDBACK_WRITE, Scope.FEEDBACK_READ)
        try:
            stage.start("collector")
            await stage.ready("collector")
            async with stage.client("collector", key) as client:
                begun = time.monotonic()
                killing = Killing(stage, client, many)
                seen = await killing.run()
                seconds = time.monotonic() - begun
        finally:
            stage.end()
    async with house.query("collector") as owner:
        count = (
            "SELECT count(*) AS stored, count(DISTINCT external_mac) AS told_apart FROM feedback WHERE tenant_id = $1"
        )
        stored = dict(await owner.fetchrow(count, tenant_id) or {})
    counts = seen["counts"]
    met = counts["new"] + counts["duplicate"] + counts["invalid"]
    checks = {
        "done": seen["state"] == "done",
        "each_row_once": stored["stored"] == stored["told_apart"] == counts["rows"] == met == many,
        "killed_on_the_way": all(0 < rows < many for rows in killing.went_on_at),
        "memory": killing.memory_max_bytes < MEMORY_MAX_BYTES,
    }
    told = {"rows": many, **stored, "counts": counts, "went_on_at": killing.went_on_at, "seconds": round(seconds, 1)}
    rate = {"rows_per_s": round(many / seconds), "memory_max_mb": round(killing.memory_max_bytes / 2**20, 1)}
    return {"ok": all(checks.values()), **told, **rate, "checks": checks}


async def _main(folder: Path, many: int) -> dict[str, Any]:
    async with house_of_its_own(folder) as house:
        return await killed_twice(house, many)


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--rows", type=int, default=1_000_000)
    many: int = parser.parse_args().rows
    with tempfile.TemporaryDirectory(prefix="huiyin-import-kills-") as folder:
        Path(folder).chmod(0o711)  # The engines' user may be another one.
        told = asyncio.run(_main(Path(folder) / "data", many))
    print(json.dumps(told))  # noqa: T201 - a command's answer
    return 0 if told["ok"] else 1


if __name__ == "__main__":
    raise SystemExit(main())
