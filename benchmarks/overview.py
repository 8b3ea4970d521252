"""How fast the console's overview is over many cases: the page, each chart's figures, and its drawing."""

import asyncio
import os
import platform
import statistics
import tempfile
import time
from contextlib import closing
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg
import httpx

from benchmarks.instances import BenchmarkError, description, run, start
from deploy.databases import url_of
from deploy.embedded.data_dir import DataDir

CASES = 100_000
ROUNDS = 9
CHARTS = ("arrivals", "products", "causes", "map", "actions", "mails")
# A year of 12 products, 14 categories and 4 urgencies, spread evenly: the dearest case, for nothing is left out.
_FILL = """
INSERT INTO customer_case (tenant_id, id, feedback_id, state, text, language, category, urgency, confidence,
    model_version, channel, product, occurred_at, received_at, model_category, model_urgency)
SELECT $1, u.id, u.id, (ARRAY['new', 'open', 'answered', 'solved', 'closed', 'closed'])[1 + i % 6], repeat('x', 120),
    (ARRAY['zh', 'en'])[1 + i % 2], 'category/' || i % 14, (ARRAY['critical', 'high', 'medium', 'low'])[1 + i % 4], 0.5,
    'v1', 'import', 'Model ' || i % 12, u.at, u.at, 'x', 'x'
FROM generate_series(1, $2) AS i,
    LATERAL (SELECT gen_random_uuid() AS id, now() - (random() + 0 * i) * interval '364 days' AS at) AS u
"""


def measure(*, cases: int = CASES, rounds: int = ROUNDS) -> dict[str, Any]:
    """Fills an instance of its own and asks each door again and again. Raises BenchmarkError."""
    with tempfile.TemporaryDirectory(prefix="huiyin-bench-") as folder:
        Path(folder).chmod(0o711)  # The engines' user must pass.
        data = Path(folder) / "data"
        start(data)
        try:
            with closing(_reader(data)) as client:
                asyncio.run(_fill(data, cases))
                took = _doors(client, rounds)
        finally:
            run("stop", "--data-dir", str(data))
    return {
        "cases": cases,
        "ms": took,
        "rounds": rounds,
        "machine": f"{platform.platform()}, {os.cpu_count()} cores, Python {platform.python_version()}",
        "ok": True,
    }


def _reader(data: Path) -> httpx.Client:
    """A browser of an administrator who has just come in."""
    client = httpx.Client(base_url=description(data)["services"]["tracker"]["url"], trust_env=False, timeout=60)
    link = run("admin-link", "--data-dir", str(data))["token"]
    said = {"token": link, "password": uuid4().hex, "name": "Bench", "email": "bench@example.test"}
    joined = client.post("/v1/sign-in/link", json=said).raise_for_status().json()
    client.headers["Cookie"] = f"huiyin_session={joined['token']}"
    return client


async def _fill(data: Path, cases: int) -> None:
    owner = await asyncpg.connect(url_of(DataDir(data), description(data), "tracker", "owner"))
    try:
        tenant_id = await owner.fetchval("SELECT id FROM tenant ORDER BY created_at LIMIT 1")
        for one in (tenant_id, uuid4()):
            await owner.execute(_FILL, one, cases)
        await owner.execute("VACUUM ANALYZE customer_case")
    finally:
        await owner.close()


def _doors(client: httpx.Client, rounds: int) -> dict[str, dict[str, float]]:
    """Milliseconds: of the page; of each chart's figures alone, with a first drawing, and with one that is kept."""
    took = {"page": {"whole": _median(client, "/console/overview", rounds)}}
    for period in ("12m", "12w", "4w"):
        for chart in CHARTS:
            door = f"/console/overview/{chart}"
            figures = _median(client, f"{door}.csv?period={period}", rounds)
            first = _once(client, f"{door}.html?period={period}&width=900")
            kept = _median(client, f"{door}.html?period={period}&width=900", rounds)
            took[f"{chart} {period}"] = {"figures": figures, "first": first, "kept": kept}
    return took


def _median(client: httpx.Client, path: str, rounds: int) -> float:
    return round(statistics.median(_once(client, path) for _ in range(rounds)), 1)


def _once(client: httpx.Client, path: str) -> float:
    began = time.perf_counter()
    if client.get(path).status_code != httpx.codes.OK:
        raise BenchmarkError(f"{path} did not answer")
    return round((time.perf_counter() - began) * 1000, 1)
