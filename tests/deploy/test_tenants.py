"""`run.py tenants` on a real instance: a company comes, takes its data along, and goes."""

import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.instance import Instance, run_py, running_instance, until

CANARY = "13912345678"
SAID = f"热水器漏水，请打 {CANARY}"


@pytest.fixture(scope="module")
def instance(scratch: Path) -> Any:  # noqa: ANN401 - a generator of pytest's
    with running_instance(scratch / "tenants") as found:
        yield found


def tenants(instance: Instance, *words: str, fails: bool = False) -> dict[str, Any]:
    done = run_py("tenants", *words, "--json", "--data-dir", str(instance.data))
    assert (done.returncode != 0) is fails, done.stderr
    answered: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return answered


def say(instance: Instance, tenant_id: str) -> int:
    body = {"text": SAID, "customer": {"email": "zhang@example.test", "name": "张伟"}}
    with instance.client("collector") as client:
        sent: httpx.Response = client.post("/v1/feedback", json=body, headers={"Huiyin-Tenant": tenant_id})
    return sent.status_code


def test_a_company_comes_takes_its_data_along_and_goes(instance: Instance, tmp_path: Path) -> None:
    made = tenants(instance, "make", "haier", "--name", "海尔")
    until(lambda: say(instance, made["id"]) == 201, "the collector has heard of the tenant")
    assert {"haier", "main"} <= {one["slug"] for one in tenants(instance, "list")["tenants"]}
    exported = tenants(instance, "export", "haier", "--to", str(tmp_path / "out"))
    assert exported["rows"]["collector"] > 0
    files = {path.name: path.read_text() for path in (tmp_path / "out").iterdir()}
    assert all((tmp_path / "out" / name).stat().st_mode & 0o077 == 0 for name in files)
    rows = [json.loads(line) for line in files["collector.ndjson"].splitlines()]
    of = {table: [row["row"] for row in rows if row["table"] == table] for table in {row["table"] for row in rows}}
    assert of["feedback"][0]["original"]["text"] == SAID
    assert CANARY not in of["feedback"][0]["text"]
    assert of["address"][0]["value"] == "zhang@example.test"
    assert of["customer"][0]["profile"]["name"] == "张伟"
    assert not {"secret_sha256", "wrapped_key", "password_hash"} & {name for row in rows for name in row["row"]}
    refused = tenants(instance, "delete", "haier", "--reason", "gone", fails=True)
    assert "suspended" in refused["error"]
    assert tenants(instance, "suspend", "haier", "--reason", "unpaid")["state"] == "suspended"
    assert tenants(instance, "resume", "haier", "--reason", "paid")["state"] == "active"
    tenants(instance, "suspend", "haier", "--reason", "contract ended")
    assert tenants(instance, "delete", "haier", "--reason", "contract ended")["state"] == "deleted"
    until(lambda: "haier" not in {one["slug"] for one in tenants(instance, "list")["tenants"]}, "it is gone")


def test_a_tenant_that_is_not_there_is_named(instance: Instance, tmp_path: Path) -> None:
    refused = tenants(instance, "export", "nobody", "--to", str(tmp_path), fails=True)
    assert "run.py tenants list" in refused["error"]
