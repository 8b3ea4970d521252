"""Files that mean harm: mismatched, double-faced, flooding, telling where they were made, badly named, endless."""

import asyncio
import io
import zlib
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO
from uuid import UUID

import pytest
from PIL import Image

from services.collector.api.uploads import Uploads
from services.collector.domain.attaching import read_token
from services.collector.use_cases.take_file import TakeFile, WrongBytesError
from shared.clock import now
from shared.files.kinds import type_of
from shared.files.names import NAME_CHARACTERS_MAX, clean_name
from shared.files.pictures import Picture, PictureRefusedError, Pictures, PicturesBusyError
from shared.files.sealed import SealedFiles
from shared.files.writing import Volume
from tests.collector.attachments.counter import Counter, counter
from tests.collector.attachments.pictures import SECRET, photo, pixel_flood, polyglot, video
from tests.collector.door import refusal
from tests.house_of_test import House

HTML = b"<!doctype html><script>alert(1)</script>"
HEIC = b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic" + bytes(300)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (HTML, "image/jpeg"),
        (HTML, "text/plain"),
        (b"MZ" + bytes(500), "text/plain"),
        (b"PK\x03\x04" + bytes(500), "application/pdf"),
        (photo(form="PNG"), "image/jpeg"),
        (photo(), "video/mp4"),
        (video(), "image/png"),
        (HEIC, "video/mp4"),
        ("中文".encode("gb18030") + b" " * 100, "text/plain"),
        (b"text with a bell\x07", "text/plain"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "image/png"),
        (b"\xff", "image/jpeg"),
    ],
)
async def test_what_is_not_what_it_says_is_refused_and_leaves_nothing(
    house: House, tenant_id: UUID, content: bytes, said: str
) -> None:
    async with counter(house, tenant_id) as here:
        feedback_id, _ = await here.feedback()
        answer = await here.attach(content, feedback_id=feedback_id, type=said, filename="holiday.jpg")
        assert (answer.status_code, refusal(answer)["code"]) == (422, "wrong_type")
        assert here.on_disk() == []
        [listed] = await here.listed(feedback_id)
        assert listed["state"] == "pending"


@pytest.mark.parametrize("content", [polyglot(), photo()], ids=["polyglot", "photo"])
async def test_nothing_but_pixels_is_kept_of_a_picture(house: House, tenant_id: UUID, content: bytes) -> None:
    assert b"canary camera" in content
    async with counter(house, tenant_id) as here:
        feedback_id, _ = await here.feedback()
        kept = (await here.attach(content, feedback_id=feedback_id)).json()
        for path in ("", "/preview"):
            given = (await here.client.get(f"/v1/attachments/{kept['id']}{path}")).content
            assert [word for word in (SECRET, b"canary camera", b"<script>", b"Exif") if word in given] == []
            image = Image.open(io.BytesIO(given))
            assert dict(image.getexif()) == {}
            assert dict(image.getexif().get_ifd(0x8825)) == {}


async def test_a_turned_photo_stands_upright_without_the_note_that_turned_it(house: House, tenant_id: UUID) -> None:
    async with counter(house, tenant_id) as here:
        feedback_id, _ = await here.feedback()
        kept = (await here.attach(photo(orientation=6), feedback_id=feedback_id)).json()
        assert (kept["width"], kept["height"]) == (480, 640)


@pytest.mark.parametrize("form", ["PNG", "WEBP", "GIF"])
async def test_pictures_with_holes_and_motion_are_drawn_too(house: House, tenant_id: UUID, form: str) -> None:
    frames = [Image.new("RGBA", (50, 40), (255, 0, 0, alpha)) for alpha in (0, 255)]
    out = io.BytesIO()
    frames[0].save(out, form, save_all=True, append_images=frames[1:])
    async with counter(house, tenant_id) as here:
        feedback_id, _ = await here.feedback()
        kept = (await here.attach(out.getvalue(), feedback_id=feedback_id, type=f"image/{form.lower()}")).json()
        assert kept["type"] == ("image/webp" if form == "WEBP" else "image/png")
        given = Image.open(io.BytesIO((await here.client.get(f"/v1/attachments/{kept['id']}")).content))
        assert (given.size, getattr(given, "n_frames", 1)) == ((50, 40), 1)
        assert given.convert("RGBA").getchannel("A").getextrema() == (0, 0)


@pytest.mark.parametrize(("width", "height"), [(60_000, 60_000), (8_000, 7_000), (2_000_000_000, 1)])
async def test_a_flood_of_pixels_is_refused_before_it_is_poured_out(width: int, height: int) -> None:
    flood = pixel_flood(width, height)
    assert len(flood) < 5_000
    with pytest.raises(PictureRefusedError) as refused:
        await Pictures().draw(flood)
    assert refused.value.code in ("too_many_pixels", "broken_picture")


@pytest.mark.parametrize(
    "given", [photo()[:400], b"\x89PNG\r\n\x1a\n" + zlib.compress(b"x"), b"GIF89a", b"", b"\xff\xd8\xff" + bytes(9_000)]
)
async def test_a_broken_picture_is_refused(given: bytes) -> None:
    with pytest.raises(PictureRefusedError) as refused:
        await Pictures().draw(given)
    assert refused.value.code == "broken_picture"


async def test_a_picture_that_takes_too_long_is_ended() -> None:
    with pytest.raises(PictureRefusedError):
        await Pictures(timeout_s=0.001).draw(photo())


async def test_pictures_wait_for_their_turn_and_not_for_ever() -> None:
    pictures = Pictures(turn_wait_s=0.02)  # A drawing takes ten times as long.
    ends = await asyncio.gather(*(pictures.draw(photo()) for _ in range(5)), return_exceptions=True)
    assert sum(isinstance(end, Picture) for end in ends) >= 2
    assert {type(end) for end in ends} <= {Picture, PicturesBusyError}


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd", "passwd.jpg"),
        ("C:\\Windows\\system32\\con.jpg", "file.jpg"),
        ("NUL", "file.jpg"),
        ("com1.tar.gz", "com1_tar.jpg"),
        ("照片 一.JPG", "照片 一.jpg"),
        ("photo\u202egpj.exe", "photogpj.jpg"),
        ("a\r\nSet-Cookie: x=1.jpg", "aSet-Cookie x=1.jpg"),
        ("....", "file.jpg"),
        (" . ", "file.jpg"),
        ("a\u200bb\ufeff.png", "ab.jpg"),
        ('"><script>.html', "script.jpg"),
        ("/", "file.jpg"),
    ],
)
def test_names_are_made_harmless(given: str, kept: str) -> None:
    assert clean_name(given, "jpg") == kept


def test_a_long_name_is_cut_and_keeps_its_ending() -> None:
    cut = clean_name("很" * 500 + ".exe", "jpg")
    assert len(cut) == NAME_CHARACTERS_MAX
    assert cut.endswith(".jpg")


@pytest.mark.parametrize("name", ["../../../etc/passwd", "con", "x" * 900, "a\u202eb.exe"])
async def test_no_name_leads_anywhere(house: House, tenant_id: UUID, name: str) -> None:
    async with counter(house, tenant_id) as here:
        feedback_id, _ = await here.feedback()
        kept = (await here.attach(photo(), feedback_id=feedback_id, filename=name)).json()
        told = (await here.client.get(f"/v1/attachments/{kept['id']}")).headers["content-disposition"]
        assert told.startswith("attachment; filename*=UTF-8''")
        assert [bad for bad in ("..", "/", "\\", "%2F", "%E2%80%AE", ".exe") if bad in told.partition("''")[2]] == []
        assert all(here.folder in path.parents for path in here.on_disk())


class FullDisk(Volume):
    def create(self, path: Path) -> BinaryIO:
        path.touch()
        return Path("/dev/full").open("wb")


async def on_volume(here: Counter, volume: Volume) -> None:
    """The counter's files on another disk."""
    context = here.app.state.context

    def files_of(_: UUID) -> SealedFiles:
        return SealedFiles(here.folder, volume=volume)

    take = TakeFile(context.database, context.keyring, files_of, Pictures())
    here.app.state.context = replace(context, files_of=files_of, take_file=take)


async def test_on_a_full_volume_feedback_is_taken_and_its_file_waits(house: House, tenant_id: UUID) -> None:
    """F8."""
    async with counter(house, tenant_id) as here:
        context = here.app.state.context
        await on_volume(here, FullDisk())
        feedback_id, _ = await here.feedback()
        asked = (await here.announce(photo(), feedback_id=feedback_id)).json()
        answer = await here.client.put(asked["upload_url"], content=photo())
        assert (answer.status_code, answer.json()["code"]) == (507, "no_room")
        assert here.on_disk() == []
        [listed] = await here.listed(feedback_id)
        assert listed["state"] == "pending"
        here.app.state.context = context
        assert (await here.client.put(asked["upload_url"], content=photo())).status_code == 200


async def test_a_volume_that_is_away_says_so(house: House, tenant_id: UUID) -> None:
    async with counter(house, tenant_id) as here:
        feedback_id, _ = await here.feedback()
        kept = (await here.attach(photo(), feedback_id=feedback_id)).json()
        context = here.app.state.context
        in_the_way = here.folder.parent / "in-the-way"
        in_the_way.write_text("no folder")
        away = lambda _: SealedFiles(in_the_way)  # noqa: E731 - one line of a test
        take = TakeFile(context.database, context.keyring, away, Pictures())
        here.app.state.context = replace(context, files_of=away, take_file=take)
        answer = await here.attach(photo(width=100), feedback_id=feedback_id)
        assert (answer.status_code, answer.json()["code"]) == (503, "files_away")
        read = await here.client.get(f"/v1/attachments/{kept['id']}")
        assert (read.status_code, read.json()["code"]) == (503, "files_away")


async def test_a_file_that_was_changed_on_disk_is_not_given(house: House, tenant_id: UUID) -> None:
    async with counter(house, tenant_id) as here:
        feedback_id, _ = await here.feedback()
        kept = (await here.attach(video(), feedback_id=feedback_id, type="video/mp4")).json()
        [path] = here.on_disk()
        path.write_bytes(path.read_bytes()[:-1])
        answer = await here.client.get(f"/v1/attachments/{kept['id']}")
        assert (answer.status_code, answer.json()["code"]) == (500, "file_broken")


async def test_a_tenants_files_take_no_more_than_they_may(house: House, tenant_id: UUID) -> None:
    async with counter(house, tenant_id) as here:
        feedback_id, _ = await here.feedback()
        asked = (await here.announce(video(), feedback_id=feedback_id, type="video/mp4")).json()
        context = here.app.state.context
        small = replace(context.take_file, tenant_bytes_max=len(video()) - 1)
        here.app.state.context = replace(context, take_file=small)
        sent = await here.client.put(asked["upload_url"], content=video())
        assert (sent.status_code, sent.json()["code"]) == (507, "files_quota_full")
        assert here.on_disk() == []
        told = await here.announce(video() + b"x", feedback_id=feedback_id, type="video/mp4")
        assert (told.status_code, told.json()["code"]) == (507, "files_quota_full")


async def test_from_one_network_a_few_files_come_at_once(house: House, tenant_id: UUID) -> None:
    async with counter(house, tenant_id) as here:
        feedback_id, _ = await here.feedback()
        asked = (await here.announce(photo(), feedback_id=feedback_id)).json()
        here.app.state.context = replace(here.app.state.context, uploads=Uploads(of_a_network_max=0))
        answer = await here.client.put(asked["upload_url"], content=photo())
        assert (answer.status_code, answer.json()["code"]) == (503, "uploads_busy")
        assert answer.headers["retry-after"] == "5"


async def test_an_endless_body_is_cut_where_the_file_should_end(house: House, tenant_id: UUID) -> None:
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        yield video()
        while True:
            sent += 65_536
            yield bytes(65_536)

    async with counter(house, tenant_id) as here:
        feedback_id, _ = await here.feedback()
        asked = (await here.announce(video(), feedback_id=feedback_id, type="video/mp4")).json()
        context = here.app.state.context
        token = read_token(asked["upload_url"].rpartition("/")[2])
        assert token
        with pytest.raises(WrongBytesError):
            await context.take_file(token, endless(), now())
        assert sent < 200_000
        assert here.on_disk() == []


def test_types_are_told_by_bytes() -> None:
    assert type_of(HEIC) is None
    assert type_of(HTML) is None
    assert type_of(b"") is not None  # An empty text; files of no length are refused before.
