"""The review queue: what the model was least sure of comes first, and what was reviewed comes no more."""

from uuid import UUID

from shared.contracts.envelope import Envelope
from shared.ids import new_id
from tests.house_of_test import House
from tests.tracker.desk import Desk, classified, desk
from tests.tracker.test_forgetting import erased, hear


def unsure(tenant_id: UUID, lead: float, customer_id: UUID | None = None) -> Envelope:
    ranked = [{"category": "praise", "probability": 0.4 + lead}, {"category": "question", "probability": 0.4}]
    return classified(tenant_id, customer_id, ranked=ranked, category="praise")


async def walk(us: Desk, limit: int) -> list[str]:
    seen: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        page = await us.read("/v1/review-queue", limit=limit, **cursor)
        seen += [case["id"] for case in page["items"]]
        if page["next"] is None:
            return seen
        cursor = {"cursor": page["next"]}


async def test_the_least_sure_comes_first_without_gap_or_repeat(house: House, tenant_id: UUID) -> None:
    leads = [0.3, 0.01, 0.2, 0.1, 0.2, 0.2, 0.0]
    async with desk(house, tenant_id) as us:
        ids = await us.open([unsure(tenant_id, lead) for lead in leads])
        ordered = sorted(ids, key=lambda case: (round(leads[ids.index(case)], 6), case))
        for limit in (1, 2, 3, 50):
            assert await walk(us, limit) == ordered
        first = (await us.read("/v1/review-queue", limit=1))["items"][0]
        assert [one["category"] for one in first["ranked"]] == ["praise", "question"]


async def test_what_was_reviewed_or_is_over_comes_no_more_until_it_is_undone(house: House, tenant_id: UUID) -> None:
    async with desk(house, tenant_id) as us:
        ids = await us.open([unsure(tenant_id, lead) for lead in (0.1, 0.2, 0.3, 0.4)])
        await us.patch(f"/v1/cases/{ids[0]}", 200, category="question")
        await us.patch(f"/v1/cases/{ids[1]}", 200, state="waiting")
        await us.patch(f"/v1/cases/{ids[2]}", 200, state="open")
        assert await walk(us, 50) == ids[2:]
        await us.patch(f"/v1/cases/{ids[0]}", 200, category="praise", reviewed=False)
        assert await walk(us, 50) == [ids[0], *ids[2:]]


async def test_erased_words_are_not_asked_about(house: House, tenant_id: UUID) -> None:
    customer = new_id()
    async with desk(house, tenant_id) as us:
        _, kept = await us.open([unsure(tenant_id, 0.1, customer), unsure(tenant_id, 0.2, new_id())])
        await hear(us.database, erased(tenant_id, customer))
        assert await walk(us, 50) == [kept]
