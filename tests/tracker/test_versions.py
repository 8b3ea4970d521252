"""Nobody overwrites what they have not seen: ETag, If-Match and If-None-Match."""

import asyncio
from uuid import UUID

import httpx
import pytest

from tests.house_of_test import House
from tests.tracker.desk import Desk, classified, desk


async def tag(us: Desk, path: str, language: str = "en") -> str:
    answer = await us.client.get(path, headers={"Accept-Language": language})
    assert answer.headers["Vary"] == "Accept-Language"
    return str(answer.headers["ETag"])


async def move(us: Desk, action: str, to: str, *if_match: str) -> httpx.Response:
    headers = [("If-Match", value) for value in if_match]
    return await us.client.post(f"/v1/actions/{action}/moves", json={"to": to}, headers=headers)


async def test_a_change_that_names_no_version_is_refused(house: House, tenant_id: UUID) -> None:
    async with desk(house, tenant_id) as us:
        problem = await us.problem_of()
        action = await us.action_for(problem)
        for path, body in [(f"/v1/actions/{action}/moves", {"to": "plan"}), (f"/v1/problems/{problem}/cases", {})]:
            answer = await us.client.post(path, json=body)
            assert (answer.status_code, answer.json()["code"]) == (428, "version_required")


async def test_of_two_who_saw_the_same_one_is_told_that_it_changed(house: House, tenant_id: UUID) -> None:
    async with desk(house, tenant_id) as us:
        action = await us.action_for(await us.problem_of())
        path = f"/v1/actions/{action}"
        seen = await tag(us, path)
        first = await move(us, action, "analyse", seen)
        assert (first.status_code, first.headers["ETag"]) == (200, await tag(us, path))
        late = await move(us, action, "plan", seen)
        assert (late.status_code, late.json()["code"]) == (412, "version_changed")
        assert late.json()["etag"] == first.headers["ETag"] != seen
        assert (await us.read(path))["state"] == "analyse"
        assert (await move(us, action, "plan", late.json()["etag"])).status_code == 200


async def test_of_twenty_at_once_on_one_version_one_wins(house: House, tenant_id: UUID) -> None:
    async with desk(house, tenant_id) as us:
        action = await us.action_for(await us.problem_of())
        seen = await tag(us, f"/v1/actions/{action}")
        answers = await asyncio.gather(*(move(us, action, "analyse", seen) for _ in range(20)))
        assert sorted(answer.status_code for answer in answers) == [200] + [412] * 19


async def test_a_problem_has_a_new_version_only_when_a_case_joins(house: House, tenant_id: UUID) -> None:
    async with desk(house, tenant_id) as us:
        problem = await us.problem_of()
        path = f"/v1/problems/{problem}"
        [case] = await us.open([classified(tenant_id, None)])
        tags = [await tag(us, path)]
        for _ in range(2):
            answer = await us.client.post(
                f"{path}/cases", json={"case_ids": [case]}, headers={"If-Match": await tag(us, path)}
            )
            assert answer.status_code == 200
            tags.append(answer.headers["ETag"])
        assert tags == ['"1-en"', '"2-en"', '"2-en"']
        assert (await us.read("/v1/problems"))["items"][0]["version"] == 2


MATCHES: list[tuple[list[str], int]] = [
    (["*"], 200),
    ([" * "], 200),
    (['"1-en"'], 200),
    (['"1-zh"'], 200),
    (['"7-en", "1-en"'], 200),
    (['"7-en"', '"1-en"'], 200),
    (['W/"1-en"'], 412),
    (['"1-fr"'], 412),
    (['"1"'], 412),
    (['"01-en"'], 412),
    (['"99999999999999999999-en"'], 412),
    (['""'], 412),
    ([""], 422),
    (["1-en"], 422),
    (['"1-en'], 422),
    (['*, "1-en"'], 422),
    (['"1-en";'], 422),
    (['"' + "x" * 2_000 + '"'], 422),
]


@pytest.mark.parametrize(("sent", "status"), MATCHES)
async def test_if_match_is_read_as_the_standard_says(
    house: House, tenant_id: UUID, sent: list[str], status: int
) -> None:
    async with desk(house, tenant_id) as us:
        action = await us.action_for(await us.problem_of())
        answer = await move(us, action, "analyse", *sent)
        assert answer.status_code == status, answer.text
        if status == 422:
            assert answer.json()["errors"][0]["pointer"] == "/header/If-Match"


async def test_a_reader_who_has_it_is_told_so(house: House, tenant_id: UUID) -> None:
    async with desk(house, tenant_id) as us:
        problem = await us.problem_of()
        action = await us.action_for(problem)
        for path in (f"/v1/actions/{action}", f"/v1/problems/{problem}"):
            seen = await tag(us, path)
            assert seen != await tag(us, path, "zh")
            for asked, status in [(seen, 304), (f"W/{seen}", 304), ("*", 304), (f'"x", {seen}', 304), ('"9-en"', 200)]:
                answer = await us.client.get(path, headers={"If-None-Match": asked})
                assert (answer.status_code, answer.headers["ETag"]) == (status, seen)
                assert (answer.content == b"") == (status == 304)
            other = await us.client.get(path, headers={"If-None-Match": seen, "Accept-Language": "zh"})
            assert other.status_code == 200
