"""A file on its way in: looked into, shown, tried, stored row by row, and never twice."""

import csv
import io
from uuid import UUID

from tests.collector.imports.office import IMPORTS, office
from tests.house_of_test import House

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
        listed = (await us.client.get(IMPORTS)).json()["items"]
        assert [one["source"] for one in listed] == ["file.csv", "file.csv"]
