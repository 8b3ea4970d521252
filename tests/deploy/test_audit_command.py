"""`run.py audit` on a whole instance: lists, verifies, names what was tampered with, and exports for others."""

import asyncio
import json
import re
import subprocess
import sys
from pathlib import Path

import asyncpg
import pytest
import typer

from deploy.commands.audit import member_actor
from deploy.databases import url_of
from deploy.embedded.data_dir import DataDir
from tests.instance import Document, Instance, run_py, running_instance, until

PAGE = Path(__file__).resolve().parents[2] / "docs" / "audit.md"


def audit(instance: Instance, *arguments: str) -> tuple[int, Document]:
    done = run_py("audit", *arguments, "--data-dir", str(instance.data), "--json")
    assert done.stdout, done.stderr
    document: Document = json.loads(done.stdout.splitlines()[-1])
    return done.returncode, document


def all_sealed(instance: Instance) -> bool:
    services = audit(instance, "verify")[1]["services"]
    return all(one["unsealed"] == 0 for one in services.values()) and services["tracker"]["sealed"] > 0


async def tamper(instance: Instance, statement: str) -> None:
    url = url_of(DataDir(instance.data), instance.description(), "collector", "owner", {})
    connection = await asyncpg.connect(url)
    await connection.execute(statement)
    await connection.close()


def test_the_audit_of_an_instance(tmp_path: Path) -> None:
    with running_instance(tmp_path / "data") as instance:
        with instance.client("collector") as client:
            for number in range(3):
                assert client.post("/v1/feedback", json={"text": f"跳闸 {number}"}).status_code == 201
        until(lambda: all_sealed(instance), "all lines are sealed")
        status, document = audit(instance, "verify")
        assert (status, document["ok"]) == (0, True)
        assert document["services"]["collector"]["sealed"] == 3
        _, listed = audit(instance, "list", "--verb", "feedback.accept", "--who", "operator", "--since", "2026-01-01")
        assert [line["service"] for line in listed["lines"]] == ["collector"] * 3
        file = tmp_path / "chain.jsonl"
        assert audit(instance, "export", "collector", str(file)) == (0, {"ok": True, "lines": 3})
        assert checked_by_others(file, tmp_path) == "whole"
        lose_the_heads(instance)
        asyncio.run(
            tamper(instance, "UPDATE audit SET actor = 'nobody' WHERE id IN (SELECT id FROM audit_seal WHERE seq = 2)")
        )
        status, document = audit(instance, "verify")
        [damage] = document["services"]["collector"]["damage"]
        assert (status, document["ok"], damage["kind"], damage["seq"]) == (1, False, "edited", 2)
        audit(instance, "export", "collector", str(file))
        assert checked_by_others(file, tmp_path).startswith("damaged")


def lose_the_heads(instance: Instance) -> None:
    """What vouches for the ends is gone: that is said until somebody takes the ends for right."""
    noted = instance.data / "audit" / "collector.heads"
    noted.rename(noted.with_suffix(".aside"))
    status, document = audit(instance, "verify")
    [damage] = document["services"]["collector"]["damage"]
    assert (status, damage["kind"], damage["seq"]) == (1, "not_vouched_for", 3)
    status, document = audit(instance, "verify", "--accept-ends")
    assert (status, document["services"]["collector"]["ends_accepted"]) == (0, 1)
    assert audit(instance, "verify")[0] == 0


def checked_by_others(file: Path, folder: Path) -> str:
    """What the program printed in the docs says."""
    [program] = re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL)
    script = folder / "check.py"
    script.write_text(program)
    done = subprocess.run([sys.executable, script, file], capture_output=True, text=True, check=False, timeout=60)
    return (done.stdout or done.stderr).strip()


def test_a_member_is_named_by_their_e_mail(capsys: pytest.CaptureFixture[str]) -> None:
    members: list[Document] = [{"id": "7", "email": None}, {"id": "8", "email": "li@example.test"}]
    assert member_actor(members, " Li@Example.TEST ") == "member:8"
    with pytest.raises(typer.Exit):
        member_actor(members, "wang@example.test")
    assert "wang@example.test" in capsys.readouterr().err
