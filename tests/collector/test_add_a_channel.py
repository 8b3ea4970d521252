"""Whoever follows the page that says how a channel is added has one, and whoever stops half-way is told."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from services.collector.channels.fields import Lenient
from services.collector.channels.registry import CHANNELS, FILES
from services.collector.channels.rules import ChannelRules
from shared.access.scopes import Scope
from shared.contracts.vocabulary import Channel
from tests.collector.channel_totality import files_with_a_channel, lacking
from tests.house_of_test import House

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "add-a-channel.md").read_text(encoding="utf-8")
COPIED = ("services", "shared", "deploy", "tests")
RUN_S = 120
# Run in a copy of the repository, where the page was followed: an application of its own, on the same database.
VISIT = """
import asyncio, json, sys
from services.collector import main
from services.collector.settings import CollectorSettings
from tests.house_of_test import running

settings, key, bodies = json.load(sys.stdin)

async def visit():
    async with running(main.build(CollectorSettings(**settings)), key) as client:
        answers = [await client.post("/v1/feedback", json=body) for body in bodies]
        first = (await client.get(f"/v1/feedback/{answers[0].json()['id']}")).json()
        channels = (await client.get("/v1/channels")).json()["channels"]
        return {"answers": [one.json() for one in answers], "first": first, "channels": channels}

print(json.dumps(asyncio.run(visit())))
"""
LACKING = """
from tests.collector.channel_totality import files_with_a_channel, lacking, registry

print(lacking(files_with_a_channel(), registry.FILES, registry.CHANNELS))
"""


def blocks(language: str) -> list[str]:
    """The page's fenced blocks of a language, without the indentation of its list."""
    found = re.findall(rf"^( *)```{language}\n(.*?)^ *```", PAGE, re.MULTILINE | re.DOTALL)
    return [re.sub(rf"^{indent}", "", block, flags=re.MULTILINE) for indent, block in found]


def followed(folder: Path) -> Path:
    """A copy of the house in which the page was followed to the letter."""
    for room in COPIED:
        shutil.copytree(ROOT / room, folder / room, ignore=shutil.ignore_patterns("__pycache__", "node_modules"))
    [file], [line] = blocks("python"), blocks("text")
    channels = folder / "services" / "collector" / "channels"
    (channels / "chat.py").write_text(file, encoding="utf-8")
    registry = (channels / "registry.py").read_text(encoding="utf-8")
    begin = "FILES = (\n"
    assert begin in registry
    (channels / "registry.py").write_text(registry.replace(begin, begin + line), encoding="utf-8")
    return folder


def python_in(folder: Path, script: str, given: str = "") -> str:
    done = subprocess.run(
        [sys.executable, "-c", script],
        input=given,
        capture_output=True,
        text=True,
        cwd=folder,
        timeout=RUN_S,
        check=False,
        env=dict(os.environ, PYTHONPATH=str(folder)),
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()[-1]


async def test_whoever_follows_the_page_has_a_channel(house: House, tenant_id: UUID, tmp_path: Path) -> None:
    folder = followed(tmp_path)
    [said] = map(json.loads, blocks("json"))
    bad = {**said, "chat": {"id": "x", "topics": ["x"] * 11}}
    key = await house.new_key(tenant_id, Scope.OPERATOR)
    settings = {
        "app_url": house.url("collector", "app"),
        "carrier_url": house.url("collector", "carrier"),
        "nats_url": house.environment["NATS_URL"],
        "data_dir": str(house.data.root),
        "cursor_key_file": str(house.data.keys / "cursor.key"),
        "master_key_file": str(house.data.keys / "master.key"),
        "lanes": "api",
    }
    seen: dict[str, Any] = json.loads(python_in(folder, VISIT, json.dumps([settings, key, [said, bad]])))
    taken, refused = seen["answers"]
    assert taken["warnings"] == []
    assert (seen["first"]["channel"], seen["first"]["text"]) == ("chat", said["text"])
    assert seen["first"]["details"]["chat"] == {name: part for name, part in said["chat"].items() if name != "agent"}
    assert [(error["pointer"], error["code"]) for error in refused["errors"]] == [("/chat/topics", "too_many")]
    assert {"en": "Chat", "zh": "在线客服"} in [channel["names"] for channel in seen["channels"]]
    assert python_in(folder, LACKING) == "[]"


def test_no_channel_lacks_anything() -> None:
    assert lacking(files_with_a_channel(), FILES, CHANNELS) == []
    assert len(CHANNELS) == len(FILES)


def test_a_file_without_a_line_and_a_line_without_a_file_are_named() -> None:
    files = files_with_a_channel()
    assert lacking([*files, "chat"], FILES, CHANNELS) == ["chat.py has no line in registry.py"]
    [said] = lacking(files, [*FILES, "chat"], CHANNELS)
    assert said == "registry.py names chat, and there is no chat.py with a CHANNEL"


class _Loose(Lenient):
    words: str | None = None
    numbers: list[int] | None = None
    text: None = None
    survey: None = None
    wanted: bool


@pytest.mark.parametrize(
    "said",
    [
        "Chat: a name is made of a-z, 0-9 and _",
        "Chat has no name in zh",
        "Chat: no text holds 1000000 characters",
        "Chat: wanted must be left out freely",
        "Chat: words has no limit",
        "Chat: numbers has no limit",
        "Chat: text is a field of every channel",
        "Chat: survey is a field of survey",
    ],
)
def test_what_a_channel_lacks_is_named(said: str) -> None:
    loose = ChannelRules(Channel("Chat"), {"en": "Chat"}, text_length_max=1_000_000, own=_Loose)
    assert said in lacking(files_with_a_channel(), FILES, CHANNELS | {"Chat": loose})
