"""`run.py demo` on a real instance: filled once, shown again, thrown away and filled anew; never another's company."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.instance import Instance, run_py, running_instance

ITEMS = 60
Document = dict[str, Any]


@pytest.fixture(scope="module")
def instance(scratch: Path) -> Any:  # noqa: ANN401 - a generator of pytest's
    with running_instance(scratch / "demo") as found:
        yield found


def refusal(data: Path, *words: str) -> str:
    done = run_py("demo", *words, "--json", "--data-dir", str(data))
    assert done.returncode == 1, done.stdout + done.stderr
    said: str = json.loads(done.stdout.splitlines()[-1])["error"]
    return said


def listed(instance: Instance, tenant_id: str, path: str) -> list[Document]:
    with instance.client("tracker") as client:
        page = client.get(path, params={"limit": 200}, headers={"Huiyin-Tenant": tenant_id}).raise_for_status()
    items: list[Document] = page.json()["items"]
    return items


def test_without_an_instance_it_says_how_to_start_one(tmp_path: Path) -> None:
    assert "Start it with: python3 run.py" in refusal(tmp_path / "nothing")


def test_it_fills_once_shows_it_again_and_fills_anew(instance: Instance) -> None:
    first = instance.command("demo", "--items", str(ITEMS))
    assert [first[name] for name in ("feedback", "cases", "problems", "actions")] == [ITEMS, ITEMS, 5, 5]
    assert first["url"].endswith("/console")
    assert "/welcome#hl_" in first["link"]
    look_at_the_year(instance, first["tenant_id"])
    again = instance.command("demo")
    assert {**again, "seconds": 0, "link": ""} == {
        name: value for name, value in {**first, "seconds": 0, "link": ""}.items() if name in again
    }
    assert again["link"] != first["link"]
    anew = instance.command("demo", "--items", str(ITEMS), "--reset")
    assert anew["tenant_id"] != first["tenant_id"]
    assert anew["cases"] == ITEMS
    slugs = Counter(tenant["slug"] for tenant in instance.command("tenants", "list")["tenants"])
    assert slugs == {"main": 1, "demo": 1}


def look_at_the_year(instance: Instance, tenant_id: str) -> None:
    cases = listed(instance, tenant_id, "/v1/cases")
    assert {"new", "solved", "closed"} <= {case["state"] for case in cases}
    assert any(case["assignee_id"] for case in cases)
    actions = listed(instance, tenant_id, "/v1/actions")
    assert {action["state"] for action in actions} == {"closed", "analyse", "implement", "plan", "draft"}
    assert min(action["created_at"] for action in actions) < min(case["opened_at"] for case in cases)
    notices = listed(instance, tenant_id, "/v1/notices")
    assert notices
    assert {notice["state"] for notice in notices} <= {"not_sent", "skipped"}


def test_a_company_of_that_name_is_left_alone(scratch: Path) -> None:
    with running_instance(scratch / "demo-of-somebody") as instance:
        instance.command("tenants", "make", "demo", "--name", "Demo Ltd")
        assert "none of ours" in refusal(instance.data)
        assert "none of ours" in refusal(instance.data, "--reset")
        assert [one["name"] for one in instance.command("tenants", "list")["tenants"] if one["slug"] == "demo"] == [
            "Demo Ltd"
        ]
