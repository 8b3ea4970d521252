"""The overview in both languages: its page, its charts as pieces, and the files behind them."""

import csv
import io
from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import UUID

import httpx
import pytest

from services.tracker.api.console.overview_figures import FIGURES
from services.tracker.console.sheet import sheet
from shared.access.scopes import Role
from shared.clock import now
from shared.ids import new_id
from tests.house_of_test import House
from tests.tracker.people import People, people_of
from tests.tracker.rows_of_cases import CaseRow, keep_cases, strewn

# A product that a spreadsheet would run, and a browser would.
EVIL = '=1+1<script src="//x.test"></script>'


class Reader:
    """Somebody with a browser."""

    def __init__(self, people: People, token: str) -> None:
        self._client = people.client
        self._cookie = f"huiyin_session={token}"

    async def get(self, path: str, *, language: str = "en", **query: str) -> httpx.Response:
        headers = {"Cookie": f"{self._cookie}; huiyin_language={language}", "Authorization": ""}
        return await self._client.get(f"/console/overview{path}", params=query or None, headers=headers)

    async def text(self, path: str, *, language: str = "en", **query: str) -> str:
        answer = await self.get(path, language=language, **query)
        assert answer.status_code == 200, answer.text
        return answer.text


@pytest.fixture
async def reader(house: House, tenant_id: UUID) -> AsyncIterator[Reader]:
    moment = now()
    await keep_cases(house, tenant_id, strewn(60, moment, seed=3))
    recent = moment - timedelta(minutes=1)
    await keep_cases(house, tenant_id, [CaseRow(recent, "low", "praise", EVIL, "en", "new")])
    stranger = CaseRow(recent, "low", "stranger/category", "Stranger 9", "en", "new")
    await keep_cases(house, new_id(), [stranger] * 70)
    async with people_of(house, tenant_id) as people:
        # Seen by whoever may see figures, and by nobody else's tenant.
        await make_tenant(house, tenant_id)
        joined = await people.join("reader", Role.VIEWER)
        yield Reader(people, joined.token)


async def make_tenant(house: House, tenant_id: UUID) -> None:
    async with house.query("tracker") as owner:
        await owner.execute(
            """INSERT INTO tenant (tenant_id, id, slug, name, time_zone, languages, state, version, changed_at)
            VALUES ($1, $1, $2, 'Ours', 'Asia/Shanghai', '{zh,en}', 'active', 1, now()) ON CONFLICT DO NOTHING""",
            tenant_id,
            f"t-{tenant_id.hex[-12:]}",
        )


async def test_the_page_stands_in_both_languages_before_any_chart(reader: Reader) -> None:
    english, chinese = await reader.text(""), await reader.text("", language="zh")
    assert "Unanswered over 24 h" in english
    assert "超过 24 小时未答复" in chinese
    for name in FIGURES:
        assert f'data-chart="/console/overview/{name}.html"' in english
    assert "<svg class=" not in english.split('class="charts"')[1]
    assert "Stranger 9" not in english


async def test_a_chart_comes_with_a_sentence_a_description_and_its_table(reader: Reader) -> None:
    for language, word in (("en", "cases came in"), ("zh", "条反馈")):
        piece = await reader.text("/arrivals.html", language=language, period="12w", width="700")
        assert word in piece
        assert 'role="img" aria-label="' in piece
        assert "<svg" in piece
        assert "style=" not in piece
        assert "<table" in piece
        assert "/console/overview/arrivals.csv?period=12w" in piece


async def test_every_chart_is_drawn_and_says_nothing_of_others(reader: Reader) -> None:
    for name in FIGURES:
        piece = await reader.text(f"/{name}.html")
        assert "tranger" not in piece
        assert "<script" not in piece
        assert "note warn" not in piece
        csv_text = await reader.text(f"/{name}.csv")
        assert "tranger" not in csv_text


async def test_without_scripts_the_page_brings_all_charts_along(reader: Reader) -> None:
    page = await reader.text("", whole="1")
    assert page.count('class="chart is-whole"') == len(FIGURES) - 2  # No action and no mail is there to be drawn.
    assert "Nobody was to be told anything." in page
    assert "data-drawn" in page


async def test_a_file_is_read_by_spreadsheets_and_run_by_none(reader: Reader) -> None:
    answer = await reader.get("/products.csv", period="4w")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"] == 'attachment; filename="products-4w.csv"'
    assert answer.content.startswith(b"\xef\xbb\xbf")
    head, *rows = csv.reader(io.StringIO(answer.content.decode("utf-8-sig")))
    assert f"'{EVIL}" in head
    assert sum(int(row[head.index(f"'{EVIL}")]) for row in rows) == 1


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_no_cell_begins_as_a_formula_does(start: str) -> None:
    [head, row] = csv.reader(io.StringIO(sheet([f"{start}a"], [[f"{start}b"]]).removeprefix("\ufeff"), newline=""))
    assert (head, row) == ([f"'{start}a"], [f"'{start}b"])


def test_a_number_stays_a_number() -> None:
    assert sheet(["n", "中"], [[-1, "好"]]) == "\ufeffn,中\r\n-1,好\r\n"


async def test_what_is_chosen_narrows_and_stays_chosen(reader: Reader) -> None:
    page = await reader.text("", period="4w", product=EVIL, language="en")
    assert "product=%3D1%2B1" in page
    assert '<option value="4w" selected>' in page
    piece = await reader.text("/causes.csv", product=EVIL)
    assert [row.split(",")[1] for row in piece.splitlines()[1:]] == ["1"]


@pytest.mark.parametrize("path", ["/nothing.html", "/nothing.csv", "/arrivals.html?period=9w", "?language=fr", "?x=1"])
async def test_what_there_is_not_is_not_found(reader: Reader, path: str) -> None:
    answer = await reader.get(path)
    assert answer.status_code in (404, 422)
    assert "<h1" in answer.text


async def test_a_stranger_is_asked_to_sign_in(reader: Reader) -> None:
    reader._cookie = "huiyin_session=no"  # noqa: SLF001 - a browser that forgot it
    for path in ("", "/arrivals.html", "/arrivals.csv"):
        assert (await reader.get(path)).status_code == 303
