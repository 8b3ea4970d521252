"""A person's contact data is never on disk in the clear; after the erasure, their words are nowhere to be read."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest

from deploy.embedded.data_dir import open_data_dir
from deploy.embedded.keys import role_password
from deploy.postgres.roles import SERVICES, database_name, role_name
from shared.ids import new_id
from tests.instance import Instance, running_instance, until
from tests.journeys import canary

WORDS = (canary.SENTENCE, canary.ENGLISH)
PERSON = {
    "external_id": canary.ACCOUNT,
    "email": canary.EMAIL,
    "phone": canary.PHONE,
    "name": canary.NAME,
    "language": "zh",
}
ASKED = {"reason": "asked_by_customer"}
_TABLES = "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"


def feedback(**more: Any) -> dict[str, Any]:  # noqa: ANN401 - any field of a feedback
    consent = {"purposes": ["reply", "training"], "stated_by": f"agent for {canary.EMAIL}"}
    body = {"text": canary.TEXT, "channel": "email", "source": f"shop {canary.PHONE}", "consent": consent}
    return body | {"external_id": str(new_id()), "product": {"model": "H2", "serial": canary.SERIAL}} | more


@contextmanager
def started(data: Path) -> Iterator[Instance]:
    """An instance whose classifier is able to judge."""
    with running_instance(data) as instance:
        ready = instance.description()["services"]["classifier"]["url"] + "/readyz"
        until(lambda: httpx.get(ready).is_success, "a model serves")
        yield instance


def has_settled(instance: Instance) -> bool:
    status = instance.status()
    waits = status["outbox_pending"] + status["jobs_waiting"]
    return bool(waits == 0 and status["received"] == status["classified"] == status["cases"])


def speak(instance: Instance) -> None:
    """The canary says it in every way: well, again, wrongly, without a name; and is written to."""
    with instance.client("collector") as client:
        said = feedback(customer=PERSON)
        assert client.post("/v1/feedback", json=said).status_code == 201
        assert client.post("/v1/feedback", json=said).status_code == 200
        assert client.post("/v1/feedback", json=said | {"text": canary.TEXT + "!"}).status_code == 422
        assert client.post("/v1/feedback", json=feedback(customer=PERSON, rating=canary.PHONE)).status_code == 422
        assert client.post("/v1/feedback", content=canary.TEXT.encode()).status_code in (400, 415)
        assert client.get(f"/v1/feedback/{canary.EMAIL}").status_code == 422
        nameless = canary.TEXT.replace(canary.NAME, "").replace(canary.ACCOUNT, "")
        items = [feedback(customer=PERSON), feedback(text=nameless), {"text": nameless, canary.EMAIL: canary.PHONE}]
        assert client.post("/v1/feedback:batch", json={"items": items}).status_code == 207
        assert client.post("/v1/customers:find", json={"by": "email", "value": canary.EMAIL}).json()["items"]
    until(lambda: has_settled(instance), "all is classified and has a case")
    close_for_all(instance)
    until(lambda: has_settled(instance), "the letters are written")


def close_for_all(instance: Instance) -> None:
    with instance.client("tracker") as client:
        cases = [case["id"] for case in client.get("/v1/cases").json()["items"]]
        problem = client.post("/v1/problems", json={"title": "鸣响", "case_ids": cases}).json()["id"]
        plan = {"problem_id": problem, "title": "换", "answers": {"zh": "已更换。", "en": "Replaced."}}
        action = client.post("/v1/actions", json=plan).json()["id"]
        for state in ("analyse", "plan", "implement", "verify", "closed"):
            assert (
                client.post(f"/v1/actions/{action}/moves", json={"to": state}, headers={"If-Match": "*"}).status_code
                == 200
            )


def erase_all(instance: Instance) -> int:
    """Everybody who spoke, named or not; how many erasures that took."""
    with instance.client("tracker") as tracker, instance.client("collector") as client:
        cases = tracker.get("/v1/cases").json()["items"]
        customers = {case["customer_id"] for case in cases} - {None}
        nameless = [case["feedback_id"] for case in cases if case["customer_id"] is None]
        paths = [f"/v1/customers/{one}:erase" for one in customers] + [f"/v1/feedback/{one}:erase" for one in nameless]
        for path in paths:
            assert client.post(path, json=ASKED).status_code == 200
    return len(paths)


async def dump(instance: Instance, service: str) -> str:
    """Everything that a service's database shows to its owner."""
    role = role_name(service, "owner")
    owner = await asyncpg.connect(
        host="127.0.0.1",
        port=instance.description()["engines"]["postgres"]["port"],
        user=role,
        password=role_password(open_data_dir(instance.data), role),
        database=database_name(service),
    )
    tables = [row["relname"] for row in await owner.fetch(_TABLES)]
    lines = [row[0] for table in tables for row in await owner.fetch(f"SELECT t::text FROM {table} t")]
    await owner.close()
    return "\n".join(lines)


def dumps(instance: Instance, folder: Path) -> list[Path]:
    """The three databases as files, so that they are searched as everything else is."""
    paths = []
    for service in SERVICES:
        path = folder / f"{service}.dump"
        path.write_text(asyncio.run(dump(instance, service)))
        paths.append(path)
    return paths


def words_in_dumps(instance: Instance, folder: Path) -> set[str]:
    """The services whose databases still show the canary's words."""
    found = canary.found_in(dumps(instance, folder), WORDS)
    return {Path(path).stem for paths in found.values() for path in paths}


@pytest.fixture(scope="module")
def data(scratch: Path) -> Path:
    return scratch / "canary"


def test_the_canary(data: Path, tmp_path: Path) -> None:
    """One story, for each part needs the one before: spoken, searched, erased, searched."""
    with started(data) as instance:
        speak(instance)
        assert words_in_dumps(instance, tmp_path) == set(SERVICES), "the search finds what is there"
        assert canary.found_in(dumps(instance, tmp_path), canary.CONTACT) == {}
    # Stopped, so that every page, segment and message is in its file.
    engines = {name: canary.files_below(data / "engines" / name) for name in ("postgres", "nats")}
    parts = {name: {Path(path) for path in canary.found_in(files, WORDS)[WORDS[0]]} for name, files in engines.items()}
    assert any("pg_wal" in path.parts for path in parts["postgres"]), "the search reads the write-ahead log"
    assert any("base" in path.parts for path in parts["postgres"]), "and the tables"
    assert parts["nats"], "and the stream"
    assert canary.found_in(canary.files_below(data), canary.CONTACT) == {}

    with started(data) as instance:
        assert erase_all(instance) == 3
        until(lambda: has_settled(instance) and not words_in_dumps(instance, tmp_path), "the words are in no dump")
        until(lambda: not canary.found_in(canary.files_below(data / "engines" / "nats"), WORDS), "nor in the stream")
    everywhere = [path for path in canary.files_below(data) if not path.is_relative_to(data / "engines" / "postgres")]
    assert {"erasures.jsonl", "collector.log", "postgres.log"} <= {path.name for path in everywhere}
    assert [path for path in everywhere if path.suffix == ".npz"], "the model file is searched, too"
    assert canary.found_in(everywhere, WORDS) == {}
    assert canary.found_in(canary.files_below(data), canary.CONTACT) == {}


@pytest.mark.parametrize("value", [*canary.CONTACT, *WORDS])
def test_a_value_is_found_in_every_spelling(value: str, tmp_path: Path) -> None:
    for number, spelling in enumerate(canary.spellings(value)):
        assert len(spelling) >= 8, spelling
        (tmp_path / str(number)).write_bytes(b"\xff\0" * 50 + spelling + b"\0")
    files = canary.files_below(tmp_path)
    assert len(canary.found_in(files, [value])[value]) == len(files)
