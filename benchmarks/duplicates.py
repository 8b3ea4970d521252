"""How long the linking of duplicates takes: many feedbacks put beside each other by the job that links them."""

import asyncio
import csv
import itertools
import os
import platform
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg

from benchmarks.instances import BenchmarkError, description, run, start
from deploy.databases import url_of
from deploy.embedded.data_dir import DataDir
from shared.ids import new_id

TEXTS = 100_000
AGAIN_EVERY = 10
LINKED_TIMEOUT_S = 3_600.0
POLL_S = 0.5
# What a made-up complaint is put together from: what, which part of it, what is wrong, since when, what is wanted.
_WORDS = """
洗衣机 冰箱 空调 热水器 电视 烤箱 微波炉 洗碗机 油烟机 净水器 电饭煲 豆浆机 吸尘器 加湿器 风扇 路由器
门 按键 遥控器 滤网 电源线 屏幕 底座 水管 电机 把手 灯 盖子 密封圈 显示屏 插头
漏水 不亮 打不开 有异响 发烫 松了 裂了 掉漆 卡住了 有怪味 反应很慢 按了没用
刚买三天 用了一个月 用了半年 昨天开始 每天晚上 下雨以后 清洗之后 升级之后 搬家以后 修过一次
请尽快派人来 想问怎么办 要求换货 能不能退 希望改进 已经打过电话 客服没有回 等了一个星期
"""
_FILL = """
INSERT INTO feedback (tenant_id, id, channel, receipt_code, body_mac, text, language, occurred_at, received_at)
SELECT $1, id, 'import', id::text, ''::bytea, text, 'zh', now(), now()
FROM unnest($2::uuid[], $3::text[]) AS given (id, text)
"""
_JOB = "INSERT INTO job (tenant_id, id, kind, dedupe_key, args) VALUES ($1, $2, 'link_duplicates', 'all', '{}')"
_DONE = "SELECT done_at IS NOT NULL FROM job WHERE tenant_id = $1 AND id = $2"
_FIGURES = """
SELECT count(*) AS links, count(*) FILTER (WHERE kind = 'exact') AS exact,
    (SELECT count(*) FROM duplicate_band WHERE tenant_id = $1) AS bands,
    pg_total_relation_size('duplicate_band') + pg_total_relation_size('duplicate_sketch') AS bytes
FROM duplicate_link WHERE tenant_id = $1
"""


def measure(*, texts: int = TEXTS, file: Path | None = None) -> dict[str, Any]:
    """Fills an instance of its own and waits until all is linked. Raises BenchmarkError."""
    given = list(itertools.islice(_of_file(file) if file else _made_up(), texts))
    with tempfile.TemporaryDirectory(prefix="huiyin-bench-") as folder:
        Path(folder).chmod(0o711)  # The engines' user must pass.
        data = Path(folder) / "data"
        start(data)
        try:
            took_s, figures = asyncio.run(_linked(data, given))
        finally:
            run("stop", "--data-dir", str(data))
    return {
        "texts": len(given),
        "seconds": round(took_s, 1),
        "us_per_text": round(took_s * 1e6 / len(given)),
        **figures,
        "machine": f"{platform.platform()}, {os.cpu_count()} cores, Python {platform.python_version()}",
        "ok": True,
    }


def _of_file(file: Path) -> Iterator[str]:
    try:
        with file.open(encoding="utf-8-sig", newline="") as opened:
            yield from (row["text"] for row in csv.DictReader(opened) if row["text"])
    except (OSError, UnicodeError, csv.Error, KeyError) as error:
        raise BenchmarkError(f"{file} is no CSV file in UTF-8 with the column text. Name one.") from error


def _made_up() -> Iterator[str]:
    """Complaints of their own, and each so often one that was told before, in slightly other words."""
    parts = [line.split() for line in _WORDS.strip().splitlines()]
    before = ""
    for number in itertools.count():
        at = number * 2_654_435_761  # Spreads the numbers, so that neighbours are not alike.
        thing, part, fault, when, asked = (words[(at >> 3 * row) % len(words)] for row, words in enumerate(parts))
        said = f"{when}，{thing}的{part}{fault}，{asked}，单号{number}"
        yield f"您好，{before}。谢谢" if number % AGAIN_EVERY == 0 and before else said
        before = said


async def _linked(data: Path, given: list[str]) -> tuple[float, dict[str, int]]:
    owner = await asyncpg.connect(url_of(DataDir(data), description(data), "collector", "owner"))
    try:
        tenant_id, job = new_id(), new_id()
        await owner.execute(_FILL, tenant_id, [new_id() for _ in given], given)
        await owner.execute("ANALYZE feedback")
        began = time.perf_counter()
        await owner.execute(_JOB, tenant_id, job)
        await _wait(owner, tenant_id, job, began)
        return time.perf_counter() - began, dict(await owner.fetchrow(_FIGURES, tenant_id) or {})
    finally:
        await owner.close()


async def _wait(owner: "asyncpg.Connection[asyncpg.Record]", tenant_id: UUID, job: UUID, began: float) -> None:
    while not await owner.fetchval(_DONE, tenant_id, job):
        if time.perf_counter() - began > LINKED_TIMEOUT_S:
            raise BenchmarkError(f"not linked in {LINKED_TIMEOUT_S:.0f} s")
        await asyncio.sleep(POLL_S)
