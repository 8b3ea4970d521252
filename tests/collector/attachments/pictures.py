"""Pictures and other files, built here, some of them meant to do harm."""

import hashlib
import io
import struct
import zlib
from typing import Any

from PIL import Image

SECRET = b"canary-behind-the-pixels"
GPS = {1: "N", 2: (31.0, 13.0, 50.0), 3: "E", 4: (121.0, 28.0, 20.0)}


def photo(*, width: int = 640, height: int = 480, form: str = "JPEG", orientation: int = 1) -> bytes:
    """A photograph as a telephone makes it: where it was taken, and by which camera, stands in it."""
    image = Image.new("RGB", (width, height), (180, 40, 30))
    image.paste((20, 90, 200), (0, 0, width // 2, height // 2))
    exif = Image.Exif()
    exif[0x0110] = "canary camera"
    exif[0x0112] = orientation
    exif.get_ifd(0x8825).update(GPS)
    out = io.BytesIO()
    image.save(out, form, exif=exif)
    return out.getvalue()


def polyglot() -> bytes:
    """A picture that is a page as well, for who opens it as one."""
    return photo() + b"<html><script>alert(1)</script>" + SECRET


def pixel_flood(width: int = 60_000, height: int = 60_000) -> bytes:
    """A PNG of a few kilobytes that says it has 3.6 thousand million pixels."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    rows = zlib.compress(bytes(1_000_000), 9)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", head) + _chunk(b"IDAT", rows) + _chunk(b"IEND", b"")


def video() -> bytes:
    """The beginning of an MP4, and something behind."""
    return struct.pack(">I", 24) + b"ftypisom\x00\x00\x02\x00isommp41" + bytes(200_000)


def announced(content: bytes, **more: Any) -> dict[str, Any]:  # noqa: ANN401 - any field
    """What one says of a file before one sends it."""
    said = {"filename": "故障.jpg", "size": len(content), "sha256": hashlib.sha256(content).hexdigest()}
    return said | {"type": "image/jpeg"} | more


def _chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))
