"""What becomes of files: erased with their people, given up when nothing comes, taken along, swept when lost."""

import base64
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import UUID

import pytest

from services.collector.domain.attaching import UNBOUND_LIFETIME, UPLOAD_LIFETIME
from services.collector.main import FILES_FOLDER
from services.collector.use_cases.announce_file import FOLLOW_ATTACHMENT
from services.collector.use_cases.follow_files import ORPHAN_AGE, FileSweep, FollowFiles
from shared.clock import now
from shared.crypto import new_key
from shared.files.tenants import FilesByTenant
from shared.ids import new_id
from shared.messaging.jobs import Claim, TryLaterError
from tests.collector.attachments.counter import Counter, counter
from tests.collector.attachments.pictures import photo, video
from tests.house_of_test import House, eventually


async def claim_of(here: Counter, attachment_id: str) -> Claim:
    """The job that looks after the attachment, as a worker would hold it."""
    async with here.house.query("collector", "carrier") as carrier:
        row = await carrier.fetchrow(
            "UPDATE job SET fence = fence + 1, locked_until = now() + interval '1 minute'"
            " WHERE dedupe_key = $1 RETURNING id, fence",
            attachment_id,
        )
    assert row
    return Claim(here.tenant_id, row["id"], FOLLOW_ATTACHMENT, attachment_id, {}, row["fence"], 0)


def follower(here: Counter, *, later: timedelta) -> FollowFiles:
    context = here.app.state.context
    return FollowFiles(context.database, context.keyring, context.files_of, lambda: now() + later)


@pytest.mark.parametrize("who", ["customer", "feedback"])
@pytest.mark.parametrize("first", ["feedback", "file"])
async def test_who_is_erased_loses_their_files(house: House, tenant_id: UUID, who: str, first: str) -> None:
    async with counter(house, tenant_id, lanes="api,jobs") as here:
        event, customer = new_id(), {"customer": {"external_id": "c1"}} if who == "customer" else {}
        if first == "feedback":
            feedback_id, _ = await here.feedback(client_event_id=event, **customer)
            kept = (await here.attach(photo(), feedback_id=feedback_id)).json()
        else:
            kept = (await here.attach(photo(), feedback_client_event_id=str(event))).json()
            feedback_id, _ = await here.feedback(client_event_id=event, **customer)
        assert len(here.on_disk()) == 2
        subject = (await here.client.get(f"/v1/feedback/{feedback_id}")).json()["customer_id"] or feedback_id
        folder = "customers" if who == "customer" else "feedback"
        erased = await here.client.post(f"/v1/{folder}/{subject}:erase", json={"reason": "asked_by_customer"})
        assert erased.status_code == 200, erased.text
        assert await here.row(kept["id"]) == {}
        assert (await here.client.get(f"/v1/attachments/{kept['id']}")).status_code == 404
        assert await here.listed(feedback_id) == []

        async def files() -> int:
            return len(here.on_disk())

        await eventually(files, 0)
        again = await here.announce(photo(), feedback_client_event_id=str(event))
        assert (again.status_code, again.json()["code"]) == (404, "feedback_not_here")


async def test_a_file_is_sealed_for_its_person_alone(house: House, tenant_id: UUID) -> None:
    async with counter(house, tenant_id) as here:
        feedback_id, _ = await here.feedback(customer={"external_id": "c1"})
        kept = (await here.attach(video(), feedback_id=feedback_id, type="video/mp4")).json()
        row = await here.row(kept["id"])
        assert row["customer_id"] is not None
        assert "故障" not in str(row)
        [path] = here.on_disk()
        assert kept["id"].replace("-", "") not in path.name
        assert row["sha256"].hex() not in path.name
        async with house.query("collector") as owner:
            await owner.execute("UPDATE customer SET erased_at = now() WHERE id = $1", row["customer_id"])
        assert (await here.client.get(f"/v1/attachments/{kept['id']}")).status_code == 404


async def test_bytes_that_never_come_are_given_up(house: House, tenant_id: UUID) -> None:
    async with counter(house, tenant_id) as here:
        feedback_id, _ = await here.feedback()
        asked = (await here.announce(photo(), feedback_id=feedback_id)).json()
        claim = await claim_of(here, asked["id"])
        with pytest.raises(TryLaterError):
            await follower(here, later=timedelta(hours=1)).follow(claim)
        await follower(here, later=UPLOAD_LIFETIME + timedelta(hours=1)).follow(claim)
        assert await here.row(asked["id"]) == {}


async def test_a_feedback_that_never_comes_leaves_no_file(house: House, tenant_id: UUID) -> None:
    async with counter(house, tenant_id) as here:
        kept = (await here.attach(photo(), feedback_client_event_id=str(new_id()))).json()
        claim = await claim_of(here, kept["id"])
        with pytest.raises(TryLaterError):
            await follower(here, later=UPLOAD_LIFETIME + timedelta(hours=1)).follow(claim)
        assert len(here.on_disk()) == 2
        await follower(here, later=UNBOUND_LIFETIME + timedelta(hours=1)).follow(claim)
        assert (await here.row(kept["id"]), here.on_disk()) == ({}, [])


async def test_a_tenant_takes_its_files_along(house: House, tenant_id: UUID) -> None:
    async with counter(house, tenant_id) as here:
        feedback_id, _ = await here.feedback(customer={"external_id": "c1"})
        kept = (await here.attach(video(), feedback_id=feedback_id, type="video/mp4", filename="漏电.mp4")).json()
        lines = (await here.client.get("/v1/tenant-export")).text.splitlines()
    found = [json.loads(line) for line in lines]
    [row] = [one["row"] for one in found if one["table"] == "attachment"]
    assert (row["id"], row["filename"]) == (kept["id"], "漏电.mp4")
    pieces = [one["row"] for one in found if one["table"] == "attachment_content"]
    assert [one["number"] for one in pieces] == list(range(len(pieces)))
    assert b"".join(base64.b64decode(one["base64"]) for one in pieces) == video()


async def test_what_no_row_names_is_swept_and_what_one_names_stays(house: House, tenant_id: UUID) -> None:
    async with counter(house, tenant_id) as here:
        feedback_id, _ = await here.feedback()
        kept = (await here.attach(photo(), feedback_id=feedback_id)).json()
        files_of = FilesByTenant(house.data.root / FILES_FOLDER)

        async def lost() -> AsyncIterator[bytes]:
            yield b"nobody's"

        orphan = await files_of(tenant_id).write(lost(), new_key(), "nowhere", 100)
        gone = new_id()
        await files_of(gone).write(lost(), new_key(), "nowhere", 100)
        database = here.app.state.context.database
        root = house.data.root / FILES_FOLDER
        await FileSweep(root, database, files_of).sweep()
        assert len(here.on_disk()) == 3
        await FileSweep(root, database, files_of, lambda: now() + ORPHAN_AGE + timedelta(hours=1)).sweep()
        assert len(here.on_disk()) == 2
        assert orphan.id.hex not in str(here.on_disk())
        assert list((root / gone.hex).rglob("*.sealed")) == []
        assert (await here.client.get(f"/v1/attachments/{kept['id']}")).status_code == 200


async def test_one_persons_key_opens_no_other_persons_file(house: House, tenant_id: UUID) -> None:
    async with counter(house, tenant_id) as here:
        ids = []
        for name in ("c1", "c2"):
            feedback_id, _ = await here.feedback(customer={"external_id": name})
            ids.append((await here.attach(photo(), feedback_id=feedback_id)).json()["id"])
        async with house.query("collector") as owner:
            await owner.execute(
                "UPDATE attachment a SET file_id = b.file_id FROM attachment b WHERE a.id = $1 AND b.id = $2",
                UUID(ids[0]),
                UUID(ids[1]),
            )
        answer = await here.client.get(f"/v1/attachments/{ids[0]}")
        assert (answer.status_code, answer.json()["code"]) == (500, "file_broken")
