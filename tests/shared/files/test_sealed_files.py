import hashlib
import io
import os
import tracemalloc
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import BinaryIO
from uuid import UUID

import pytest

from shared.clock import now
from shared.crypto import SealBrokenError, new_key
from shared.files.kept import FileGoneError, Files, FilesAwayError, FileTooLargeError, NoRoomError
from shared.files.pieces import HEAD_BYTES, PIECE_BYTES, SEALED_PIECE_BYTES
from shared.files.sealed import SealedFiles
from shared.files.writing import Volume

KEY = new_key()
WHERE = "tenant|attachment|file|1"
LARGE = 10 * PIECE_BYTES + 17
NO_LIMIT = 1 << 40


async def chunked(plain: bytes, chunk_bytes: int = 10_000) -> AsyncIterator[bytes]:
    for start in range(0, len(plain), chunk_bytes):
        yield plain[start : start + chunk_bytes]


async def breaking(plain: bytes) -> AsyncIterator[bytes]:
    yield plain
    raise ConnectionResetError


def on_disk(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


@pytest.mark.parametrize("size", [0, 1, PIECE_BYTES - 1, PIECE_BYTES, PIECE_BYTES + 1, 20 * PIECE_BYTES, LARGE])
async def test_what_was_written_is_read_again(tmp_path: Path, size: int) -> None:
    plain = os.urandom(size)
    files = SealedFiles(tmp_path, free_bytes_min=0)
    kept = await files.write(chunked(plain), KEY, WHERE, NO_LIMIT)
    assert (kept.size_bytes, kept.sha256) == (size, hashlib.sha256(plain).digest())
    with files.open(kept.id, KEY, WHERE) as file:
        assert file.read() == plain


async def test_a_file_can_be_read_from_anywhere(tmp_path: Path) -> None:
    plain = os.urandom(LARGE)
    files: Files = SealedFiles(tmp_path, free_bytes_min=0)
    kept = await files.write(chunked(plain), KEY, WHERE, NO_LIMIT)
    with files.open(kept.id, KEY, WHERE) as file:
        for start in (0, PIECE_BYTES - 3, 5 * PIECE_BYTES, LARGE - 5, LARGE, LARGE + 9, 1):
            file.seek(start)
            assert file.read(200_000) == plain[start : start + 200_000]
        assert file.seek(-5, os.SEEK_END) == LARGE - 5
        assert file.seek(2, os.SEEK_CUR) == LARGE - 3
        assert file.read() == plain[-3:]


async def test_lines_are_read_as_of_any_file(tmp_path: Path) -> None:
    lines = [f"行 {number}\n" for number in range(20_000)]
    files = SealedFiles(tmp_path, free_bytes_min=0)
    kept = await files.write(chunked("".join(lines).encode()), KEY, WHERE, NO_LIMIT)
    with files.open(kept.id, KEY, WHERE) as file:
        assert list(io.TextIOWrapper(file, "utf-8")) == lines


async def test_nothing_of_the_content_is_on_the_disk_and_equal_files_do_not_look_equal(tmp_path: Path) -> None:
    plain = "漏电了 leaking current".encode() * 100
    files = SealedFiles(tmp_path, free_bytes_min=0)
    one = await files.write(chunked(plain), KEY, WHERE, NO_LIMIT)
    other = await files.write(chunked(plain), KEY, WHERE, NO_LIMIT)
    first, second = (path.read_bytes() for path in on_disk(tmp_path))
    assert b"leaking" not in first + second
    assert first[HEAD_BYTES:] != second[HEAD_BYTES:]
    names = "".join(path.name for path in on_disk(tmp_path))
    assert one.sha256.hex() not in names
    assert one.id != other.id


@pytest.mark.parametrize("fault", ["cut at a piece", "cut inside", "swapped", "flipped", "added", "headless", "empty"])
async def test_a_changed_file_does_not_open(tmp_path: Path, fault: str) -> None:
    files = SealedFiles(tmp_path, free_bytes_min=0)
    kept = await files.write(chunked(os.urandom(LARGE)), KEY, WHERE, NO_LIMIT)
    [path] = on_disk(tmp_path)
    sealed = path.read_bytes()
    one = sealed[HEAD_BYTES : HEAD_BYTES + SEALED_PIECE_BYTES]
    two = sealed[HEAD_BYTES + SEALED_PIECE_BYTES : HEAD_BYTES + 2 * SEALED_PIECE_BYTES]
    rest = sealed[HEAD_BYTES + 2 * SEALED_PIECE_BYTES :]
    path.write_bytes(
        {
            "cut at a piece": sealed[: HEAD_BYTES + 4 * SEALED_PIECE_BYTES],
            "cut inside": sealed[:-1],
            "swapped": sealed[:HEAD_BYTES] + two + one + rest,
            "flipped": sealed[:HEAD_BYTES] + one[:-1] + bytes([one[-1] ^ 1]) + two + rest,
            "added": sealed + one,
            "headless": sealed[1:],
            "empty": b"",
        }[fault]
    )
    with pytest.raises(SealBrokenError):
        files.open(kept.id, KEY, WHERE).read()


async def test_a_file_cut_short_is_not_even_begun(tmp_path: Path) -> None:
    files = SealedFiles(tmp_path, free_bytes_min=0)
    kept = await files.write(chunked(os.urandom(LARGE)), KEY, WHERE, NO_LIMIT)
    [path] = on_disk(tmp_path)
    path.write_bytes(path.read_bytes()[: HEAD_BYTES + 4 * SEALED_PIECE_BYTES])
    with pytest.raises(SealBrokenError):
        files.open(kept.id, KEY, WHERE)


@pytest.mark.parametrize(
    ("key", "where"), [(new_key(), WHERE), (KEY, "tenant|attachment|file|2")], ids=["key", "place"]
)
async def test_another_key_or_another_place_opens_nothing(tmp_path: Path, key: bytes, where: str) -> None:
    files = SealedFiles(tmp_path, free_bytes_min=0)
    kept = await files.write(chunked(b"x" * LARGE), KEY, WHERE, NO_LIMIT)
    with pytest.raises(SealBrokenError):
        files.open(kept.id, key, where)


async def test_a_piece_of_another_file_at_the_same_place_does_not_fit(tmp_path: Path) -> None:
    files = SealedFiles(tmp_path, free_bytes_min=0)
    kept = await files.write(chunked(b"1" * LARGE), KEY, WHERE, NO_LIMIT)
    [path] = on_disk(tmp_path)
    first = path.read_bytes()
    await files.write(chunked(b"2" * LARGE), KEY, WHERE, NO_LIMIT)
    [other] = set(on_disk(tmp_path)) - {path}
    path.write_bytes(first[:HEAD_BYTES] + other.read_bytes()[HEAD_BYTES:][:SEALED_PIECE_BYTES] + first[HEAD_BYTES:])
    with pytest.raises(SealBrokenError):
        files.open(kept.id, KEY, WHERE).read()


async def test_too_many_bytes_leave_nothing(tmp_path: Path) -> None:
    with pytest.raises(FileTooLargeError):
        await SealedFiles(tmp_path, free_bytes_min=0).write(chunked(b"x" * 20_001), KEY, WHERE, 20_000)
    assert on_disk(tmp_path) == []


async def test_a_sender_who_breaks_off_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(ConnectionResetError):
        await SealedFiles(tmp_path, free_bytes_min=0).write(breaking(b"x" * 3_000_000), KEY, WHERE, NO_LIMIT)
    assert on_disk(tmp_path) == []


class FullDisk(Volume):
    """Its device refuses every byte, as a full volume does."""

    def create(self, path: Path) -> BinaryIO:
        path.touch()
        return Path("/dev/full").open("wb")


class FillingDisk(Volume):
    def __init__(self) -> None:
        self._free = iter([1_000, 999])

    def free_bytes(self, folder: Path) -> int:
        assert folder.is_dir()
        return next(self._free)


async def test_the_databases_are_left_room(tmp_path: Path) -> None:
    files = SealedFiles(tmp_path, free_bytes_min=1_000, volume=FillingDisk())
    with pytest.raises(NoRoomError):
        await files.write(chunked(b"x" * 3_000_000), KEY, WHERE, NO_LIMIT)
    assert on_disk(tmp_path) == []


@pytest.mark.parametrize("size", [10, LARGE, 3_000_000])
async def test_a_full_volume_is_no_room_and_nothing_stays(tmp_path: Path, size: int) -> None:
    files = SealedFiles(tmp_path, free_bytes_min=0, volume=FullDisk())
    with pytest.raises(NoRoomError):
        await files.write(chunked(b"x" * size), KEY, WHERE, NO_LIMIT)
    assert on_disk(tmp_path) == []


async def test_a_volume_that_is_no_folder_is_away(tmp_path: Path) -> None:
    (tmp_path / "files").write_text("in the way")
    files = SealedFiles(tmp_path / "files", free_bytes_min=0)
    with pytest.raises(FilesAwayError):
        await files.write(chunked(b"x"), KEY, WHERE, NO_LIMIT)


async def test_what_is_deleted_is_gone_and_deleting_again_is_harmless(tmp_path: Path) -> None:
    files = SealedFiles(tmp_path, free_bytes_min=0)
    kept = await files.write(chunked(b"x"), KEY, WHERE, NO_LIMIT)
    files.delete(kept.id)
    files.delete(kept.id)
    with pytest.raises(FileGoneError):
        files.open(kept.id, KEY, WHERE)


async def test_the_sweep_takes_what_nobody_names_and_what_was_never_ended(tmp_path: Path) -> None:
    files = SealedFiles(tmp_path, free_bytes_min=0)
    named = await files.write(chunked(b"named"), KEY, WHERE, NO_LIMIT)
    orphan = await files.write(chunked(b"orphan"), KEY, WHERE, NO_LIMIT)
    unfinished = tmp_path / "ab" / f"{orphan.id.hex}.unfinished"
    unfinished.parent.mkdir(exist_ok=True)
    unfinished.write_bytes(b"half")

    async def is_named(ids: Sequence[UUID]) -> set[UUID]:
        return {named.id} & set(ids)

    assert await files.sweep(is_named, now() - timedelta(hours=1)) == 0
    assert await files.sweep(is_named, now() + timedelta(hours=1)) == 2
    assert files.open(named.id, KEY, WHERE).read() == b"named"
    assert [path.stem for path in on_disk(tmp_path)] == [named.id.hex]


async def test_a_large_file_takes_little_memory(tmp_path: Path) -> None:
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(1_000):
            yield bytes(PIECE_BYTES)

    files = SealedFiles(tmp_path, free_bytes_min=0)
    tracemalloc.start()
    kept = await files.write(endless(), KEY, WHERE, NO_LIMIT)
    with files.open(kept.id, KEY, WHERE) as file:
        while file.read(PIECE_BYTES):
            pass
    _, peak_bytes = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert kept.size_bytes == 1_000 * PIECE_BYTES
    assert peak_bytes < 8_000_000
