"""A file in two steps, in any order with its feedback, and only the bytes that were announced."""

import asyncio
import hashlib
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from services.collector.domain.attaching import FILES_A_FEEDBACK_MAX, UPLOAD_LIFETIME
from shared.access.scopes import Scope
from shared.clock import now
from shared.files.kinds import TYPES
from shared.ids import new_id
from tests.collector.attachments.counter import ORIGIN, counter, publishable
from tests.collector.attachments.pictures import announced, photo, video
from tests.collector.door import first_error, refusal
from tests.house_of_test import House, eventually

PDF = b"%PDF-1.7\n" + bytes(1_000)
TEXT = "故障代码 E3\n".encode()


async def test_a_photo_is_kept_and_given_back_to_who_may_see_it(house: House, tenant_id: UUID) -> None:
    async with counter(house, tenant_id) as here:
        feedback_id, _ = await here.feedback()
        kept = (await here.attach(photo(), feedback_id=feedback_id)).json()
        assert (kept["state"], kept["kind"], kept["width"], kept["height"]) == ("stored", "picture", 640, 480)
        [listed] = await here.listed(feedback_id)
        assert (listed["id"], listed["state"], listed["has_preview"]) == (kept["id"], "stored", True)
        assert "故障" not in str(listed)
        answer = await here.client.get(f"/v1/attachments/{kept['id']}")
        assert answer.status_code == 200
        assert answer.headers["content-type"] == "image/jpeg"
        assert answer.headers["content-disposition"] == "attachment; filename*=UTF-8''%E6%95%85%E9%9A%9C.jpg"
        assert answer.headers["content-security-policy"].startswith("sandbox;")
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert len(answer.content) == kept["size"] == int(answer.headers["content-length"])
        preview = await here.client.get(f"/v1/attachments/{kept['id']}/preview")
        assert (preview.status_code, preview.headers["content-type"]) == (200, "image/jpeg")
        assert len(preview.content) < len(answer.content)


@pytest.mark.parametrize("named_by", ["feedback_client_event_id", "feedback_id"])
@pytest.mark.parametrize(
    ("content", "kind"),
    [(PDF, "application/pdf"), (TEXT, "text/plain"), (video(), "video/mp4")],
    ids=["pdf", "text", "video"],
)
async def test_other_files_are_kept_as_they_are(
    house: House, tenant_id: UUID, named_by: str, content: bytes, kind: str
) -> None:
    async with counter(house, tenant_id) as here:
        feedback_id, event = await here.feedback()
        owner = {named_by: feedback_id if named_by == "feedback_id" else event}
        kept = (await here.attach(content, type=kind, filename="x", **owner)).json()
        answer = await here.client.get(f"/v1/attachments/{kept['id']}")
        assert answer.content == content
        assert answer.headers["content-type"].startswith(kind)
        assert answer.headers["content-disposition"].startswith("attachment;")
        assert (await here.client.get(f"/v1/attachments/{kept['id']}/preview")).status_code == 404


async def test_a_file_may_come_before_its_feedback(house: House, tenant_id: UUID) -> None:
    event = new_id()
    async with counter(house, tenant_id, lanes="api,jobs") as here:
        kept = (await here.attach(photo(), feedback_client_event_id=str(event))).json()
        assert (await here.row(kept["id"]))["feedback_id"] is None
        feedback_id, _ = await here.feedback(client_event_id=event, customer={"external_id": "c1"})
        assert [one["id"] for one in await here.listed(feedback_id)] == [kept["id"]]

        async def bound_to() -> tuple[str, bool]:
            row = await here.row(kept["id"])
            return str(row["feedback_id"]), row["customer_id"] is not None

        await eventually(bound_to, (feedback_id, True))
        assert (await here.client.get(f"/v1/attachments/{kept['id']}")).status_code == 200


async def test_a_file_may_be_announced_before_and_sent_after_its_feedback(house: House, tenant_id: UUID) -> None:
    content, event = photo(), new_id()
    async with counter(house, tenant_id) as here:
        asked = (await here.announce(content, feedback_client_event_id=str(event))).json()
        assert asked["state"] == "pending"
        feedback_id, _ = await here.feedback(client_event_id=event)
        [listed] = await here.listed(feedback_id)
        assert (listed["state"], listed["size"]) == ("pending", None)
        assert (await here.client.put(asked["upload_url"], content=content)).status_code == 200
        assert str((await here.row(asked["id"]))["feedback_id"]) == feedback_id


async def test_the_same_again_changes_nothing(house: House, tenant_id: UUID) -> None:
    content = photo()
    async with counter(house, tenant_id) as here:
        feedback_id, event = await here.feedback()
        first = (await here.announce(content, feedback_id=feedback_id)).json()
        again = (await here.announce(content, feedback_client_event_id=event)).json()
        assert (again["id"], again["upload_url"]) == (first["id"], first["upload_url"])
        answers = await asyncio.gather(*(here.client.put(first["upload_url"], content=content) for _ in range(3)))
        assert {(answer.status_code, answer.json()["id"]) for answer in answers} == {(200, first["id"])}
        assert len(here.on_disk()) == 2  # The picture and its preview.
        other = await here.client.put(first["upload_url"], content=photo(width=641))
        assert refusal(other)["code"] in ("wrong_hash", "wrong_size")
        assert len(await here.listed(feedback_id)) == 1


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        (photo()[:-1], "wrong_size"),
        (photo() + b"x", "wrong_size"),
        (photo()[:-1] + b"x", "wrong_hash"),
        (b"", "wrong_size"),
    ],
    ids=["short", "long", "other", "empty"],
)
async def test_bytes_that_were_not_announced_are_refused_and_the_right_ones_taken_after(
    house: House, tenant_id: UUID, sent: bytes, code: str
) -> None:
    async with counter(house, tenant_id) as here:
        feedback_id, _ = await here.feedback()
        asked = (await here.announce(photo(), feedback_id=feedback_id)).json()
        answer = await here.client.put(asked["upload_url"], content=sent)
        assert refusal(answer)["code"] in (code, "wrong_type")
        assert here.on_disk() == []
        assert (await here.client.put(asked["upload_url"], content=photo())).status_code == 200


@pytest.mark.parametrize(
    ("more", "pointer", "code"),
    [
        ({"type": "image/heic"}, "/type", "type_not_taken"),
        ({"type": "text/html"}, "/type", "type_not_taken"),
        ({"size": 0}, "/size", "too_small"),
        ({"size": TYPES["image/jpeg"].bytes_max + 1}, "/size", "file_too_large"),
        ({"sha256": "00"}, "/sha256", "not_a_hash"),
        ({"feedback_client_event_id": str(new_id())}, "/feedback_id", "one_owner"),
        ({"filename": ""}, "/filename", "empty"),
        ({"folder": "/etc"}, "/folder", "unknown_field"),
    ],
)
async def test_what_cannot_be_attached_is_refused_at_its_field(
    house: House, tenant_id: UUID, more: dict[str, str], pointer: str, code: str
) -> None:
    async with counter(house, tenant_id) as here:
        answer = await here.announce(photo(), **({"feedback_id": str(new_id())} | more))
        assert first_error(refusal(answer)) == (pointer, code)


async def test_an_address_that_nobody_was_given_takes_nothing(house: House, tenant_id: UUID) -> None:
    async with counter(house, tenant_id) as here:
        feedback_id, _ = await here.feedback()
        url = (await here.announce(photo(), feedback_id=feedback_id)).json()["upload_url"]
        forged = [url[:-1] + ("0" if url[-1] != "0" else "1"), url[:-32] + "0" * 32, f"{url}0", "/v1/widget/uploads/x"]
        other = url.replace(tenant_id.hex, new_id().hex)
        for one in (*forged, other):
            assert refusal(await here.client.put(one, content=photo()))["code"] == "upload_gone"


async def test_an_address_is_good_for_a_day_and_asking_again_renews_it(house: House, tenant_id: UUID) -> None:
    async with counter(house, tenant_id) as here:
        feedback_id, _ = await here.feedback()
        url = (await here.announce(photo(), feedback_id=feedback_id)).json()["upload_url"]
        context = here.app.state.context
        here.app.state.context = replace(context, clock=lambda: now() + UPLOAD_LIFETIME + timedelta(minutes=1))
        assert refusal(await here.client.put(url, content=photo()))["code"] == "upload_gone"
        here.app.state.context = context
        await here.announce(photo(), feedback_id=feedback_id)
        assert (await here.client.put(url, content=photo())).status_code == 200


async def test_a_feedback_takes_five_files(house: House, tenant_id: UUID) -> None:
    async with counter(house, tenant_id) as here:
        feedback_id, _ = await here.feedback()
        for number in range(FILES_A_FEEDBACK_MAX):
            assert (await here.announce(b"%PDF-" + bytes([number]), feedback_id=feedback_id)).status_code == 201
        answer = await here.announce(b"%PDF-more", feedback_id=feedback_id)
        assert (answer.status_code, refusal(answer)["code"]) == (409, "too_many_files")


async def test_an_app_attaches_from_its_own_pages(house: House, tenant_id: UUID) -> None:
    headers, content, event = await publishable(house, tenant_id), photo(), str(new_id())
    async with counter(house, tenant_id) as here:
        await here.client.post("/v1/feedback", json={"text": "漏电", "client_event_id": event}, headers=headers)
        said = announced(content, feedback_client_event_id=event)
        answer = await here.client.post("/v1/widget/attachments", json=said, headers=headers)
        assert answer.status_code == 201
        foreign = {**headers, "origin": "https://other.example.test"}
        refused = await here.client.post("/v1/widget/attachments", json=said, headers=foreign)
        assert refusal(refused)["code"] == "origin_refused"
        asks = {
            "origin": ORIGIN,
            "access-control-request-method": "PUT",
            "access-control-request-headers": "content-type",
        }
        preflight = await here.client.options(answer.json()["upload_url"], headers=asks)
        assert preflight.status_code == 200
        assert "PUT" in preflight.headers["access-control-allow-methods"]
        sent = await here.client.put(
            answer.json()["upload_url"], content=content, headers={"origin": ORIGIN, "authorization": ""}
        )
        assert (sent.status_code, sent.headers["access-control-allow-origin"]) == (200, "*")


async def test_an_app_adds_nothing_to_what_is_long_past(house: House, tenant_id: UUID) -> None:
    headers = await publishable(house, tenant_id)
    async with counter(house, tenant_id) as here:
        feedback_id, _ = await here.feedback()
        async with house.query("collector") as owner:
            await owner.execute(
                "UPDATE feedback SET received_at = now() - interval '8 days' WHERE id = $1", UUID(feedback_id)
            )
        said = announced(photo(), feedback_id=feedback_id)
        refused = await here.client.post("/v1/widget/attachments", json=said, headers=headers)
        assert (refused.status_code, refusal(refused)["code"]) == (404, "feedback_not_here")
        assert (await here.client.post("/v1/widget/attachments", json=said)).status_code == 201


@pytest.mark.parametrize("path", ["", "/preview"])
async def test_who_may_not_see_people_sees_how_many_files_there_are_and_no_more(
    house: House, tenant_id: UUID, path: str
) -> None:
    async with counter(house, tenant_id) as here:
        feedback_id, _ = await here.feedback()
        kept = (await here.attach(photo(), feedback_id=feedback_id)).json()
        viewer = {"authorization": f"Bearer {await house.new_key(tenant_id, Scope.FEEDBACK_READ, Scope.WORK_READ)}"}
        listed = await here.client.get(f"/v1/feedback/{feedback_id}/attachments", headers=viewer)
        assert len(listed.json()["attachments"]) == 1
        answer = await here.client.get(f"/v1/attachments/{kept['id']}{path}", headers=viewer)
        assert refusal(answer)["code"] == "forbidden"


async def test_a_file_of_another_tenant_is_not_there(house: House, tenant_id: UUID) -> None:
    async with counter(house, tenant_id) as here:
        feedback_id, event = await here.feedback()
        kept = (await here.attach(photo(), feedback_id=feedback_id)).json()
        async with counter(house, new_id()) as other:
            for path in (f"attachments/{kept['id']}", f"attachments/{kept['id']}/preview"):
                assert (await other.client.get(f"/v1/{path}")).status_code == 404
            assert (await other.client.get(f"/v1/feedback/{feedback_id}/attachments")).status_code == 404
            refused = await other.announce(photo(), feedback_id=feedback_id)
            assert refusal(refused)["code"] == "feedback_not_here"
            theirs = await other.attach(photo(), feedback_client_event_id=event)
            assert theirs.json()["id"] != kept["id"]
            assert len(await here.listed(feedback_id)) == 1


async def test_each_reading_is_noted(house: House, tenant_id: UUID) -> None:
    async with counter(house, tenant_id) as here:
        feedback_id, _ = await here.feedback()
        kept = (await here.attach(photo(), feedback_id=feedback_id)).json()
        for path in ("", "/preview"):
            await here.client.get(f"/v1/attachments/{kept['id']}{path}")
    async with house.query("collector") as owner:
        rows = await owner.fetch("SELECT verb FROM audit WHERE object_id = $1 ORDER BY id", UUID(kept["id"]))
    assert [row["verb"] for row in rows] == [
        "attachment.announce", "attachment.store", "attachment.read", "attachment.preview",
    ]  # fmt: skip


async def test_the_hash_that_is_kept_is_that_of_what_is_kept(house: House, tenant_id: UUID) -> None:
    async with counter(house, tenant_id) as here:
        feedback_id, _ = await here.feedback()
        kept = (await here.attach(photo(), feedback_id=feedback_id)).json()
        content = (await here.client.get(f"/v1/attachments/{kept['id']}")).content
        assert (await here.row(kept["id"]))["sha256"] == hashlib.sha256(content).digest()
