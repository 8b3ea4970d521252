"""A file on its way in: looked into, shown, tried, stored row by row, and never twice."""

import csv
import io
from datetime import datetime
from functools import partial
from uuid import UUID

import openpyxl

from services.collector.use_cases.import_files import ImportFiles
from services.collector.use_cases.sweep_imports import FILES_KEPT, WORDS_KEPT, ImportSweep
from shared.access.scopes import Scope
from shared.clock import now
from shared.database import Database
from tests.collector.imports.office import IMPORTS, office
from tests.house_of_test import House, running

ROWS = "text,external_id,customer.email\n跳闸,1,a@example.test\nIt leaks,2,b@example.test\n,3,c@example.test\n"


async def test_a_file_is_looked_into_tried_and_stored(house: House, tenant_id: UUID) -> None:
    async with office(house, tenant_id) as us:
        made = await us.upload(ROWS)
        assert (made["state"], made["found"]["format"], made["found"]["encoding"]) == ("ready", "csv", "utf-8")
        assert [row["row"] for row in made["preview"]] == [1, 2, 3]
        assert made["preview"][0]["feedback"]["customer"]["email"] == "a@example.test"
        assert made["preview"][2]["faults"][0]["code"] == "empty"
        tried = await us.act(made["id"], "dry-run")
        counts = {"rows": 3, "new": 2, "duplicate": 0, "invalid": 1, "repeated": 0}
        assert (tried["state"], tried["dry_counts"], await us.stored()) == ("ready", counts, 0)
        done = await us.act(made["id"], "start")
        assert (done["state"], done["counts"], await us.stored()) == ("done", counts, 2)
        again = await us.bring_in(ROWS)
        assert again["counts"] == counts | {"new": 0, "duplicate": 2, "repeated": 2}
        assert await us.stored() == 2


async def test_rejected_rows_can_be_mended_and_sent_again(house: House, tenant_id: UUID) -> None:
    async with office(house, tenant_id) as us:
        done = await us.bring_in(ROWS)
        rejects = list(csv.DictReader(io.StringIO(await us.rejects(done["id"]))))
        assert [(one["row"], one["column"], one["code"]) for one in rejects] == [("3", "text", "empty")]
        mended = (await us.rejects(done["id"])).replace(",3,c@", "mended,3,c@")
        assert (await us.bring_in(mended, "file.csv.rejects.csv"))["counts"]["new"] == 1
        listed = (await us.client.get(IMPORTS, params={"limit": 1})).json()
        older = (await us.client.get(IMPORTS, params={"limit": 1, "cursor": listed["next"]})).json()
        assert [one["source"] for one in (*listed["items"], *older["items"])] == ["file.csv", "file.csv"]
        assert older["next"] is None


async def test_who_did_not_send_the_file_reads_no_contact_data_from_it(house: House, tenant_id: UUID) -> None:
    async with office(house, tenant_id) as us:
        done = await us.bring_in(ROWS)
        made = await us.upload(ROWS)
    other = await house.new_key(tenant_id, Scope.FEEDBACK_WRITE)
    signed = {"Authorization": f"Bearer {other}"}
    relabel = "UPDATE import_run SET begun_by = 'another' WHERE tenant_id = $1"
    async with house.query("collector") as owner:
        await owner.execute(relabel, tenant_id)  # All keys of a test bear one label.
    async with running(house.app("collector"), None) as client:
        seen = (await client.get(f"{IMPORTS}/{made['id']}", headers=signed)).json()
        assert (seen["state"], seen["preview"]) == ("ready", None)
        assert (await client.get(f"{IMPORTS}/{done['id']}/rejects", headers=signed)).status_code == 403


async def test_a_file_is_read_in_another_way_when_told_so(house: House, tenant_id: UUID) -> None:
    async with office(house, tenant_id) as us:
        made = await us.upload("a,b,day\nthe heater trips,7,03/04/2026\n", "calls.csv", map="b=external_id")
        assert (made["state"], made["fault"]["code"]) == ("failed", "ambiguous_dates")
        asked = {"mapping": {"b": "external_id", "a": "text"}, "date_order": "day_first", "source": "shop"}
        answer = await us.client.patch(f"{IMPORTS}/{made['id']}", json=asked)
        assert answer.json()["state"] == "uploaded"
        await us.leaves(made["id"], "uploaded")
        seen = await us.read(made["id"])
        assert (seen["state"], seen["source"]) == ("ready", "shop")
        assert seen["preview"][0]["feedback"]["occurred_at"] == "2026-04-03T00:00:00+08:00"
        assert {one["column"]: one["reason"] for one in seen["found"]["columns"]}["b"] == "told"
        wrong = await us.client.patch(f"{IMPORTS}/{made['id']}", json={"mapping": {"zzz": "text"}})
        assert wrong.status_code == 200
        await us.leaves(made["id"], "uploaded")
        assert (await us.read(made["id"]))["fault"]["code"] == "unknown_column"


async def test_a_workbook_comes_in(house: House, tenant_id: UUID) -> None:
    book = openpyxl.Workbook()
    for row in (["反馈内容", "评分"], ["一开就跳闸", 2], ["漏水", 9]):
        book.active.append(row)
    kept = io.BytesIO()
    book.save(kept)
    async with office(house, tenant_id) as us:
        done = await us.bring_in(kept.getvalue(), "calls.xlsx")
        assert (done["state"], done["found"]["format"]) == ("done", "xlsx")
        assert (done["counts"]["new"], done["counts"]["invalid"]) == (1, 1)


async def test_what_is_over_is_forgotten(house: House, tenant_id: UUID) -> None:
    async with office(house, tenant_id) as us:
        done, lying = await us.bring_in(ROWS), await us.upload(ROWS)
        database = Database(house.url("collector", "app"))
        await database.open()
        for later, state in ((FILES_KEPT, "cancelled"), (WORDS_KEPT, "cancelled")):
            moment = (now() + later * 1.01).isoformat()
            await ImportSweep(database, ImportFiles(house.data.root), partial(datetime.fromisoformat, moment)).sweep()
            assert (await us.read(lying["id"]))["state"] == state
        await database.close()
        assert (await us.read(done["id"]))["file_name"] is None
        assert (await us.client.get(f"{IMPORTS}/{done['id']}/rejects")).status_code == 410
