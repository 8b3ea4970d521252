"""The child process that draws one picture anew: a picture in, the same without anything that is not picture out.

What a sender has put beside the pixels (place, camera, a second file behind the first) is not copied, for nothing is
copied but pixels. The process limits itself before it looks at a single byte, and ends after one picture.

It writes a line of JSON, then picture and preview: `{"type", "width", "height", "bytes"}`, or only `{"refused"}`.
"""

import io
import json
import resource
import sys

from PIL import Image, ImageOps

PIXELS_MAX = 50_000_000  # A camera of a telephone that takes 48 megapixels, and not more.
EDGE_MAX = 4_096
PREVIEW_EDGE_MAX = 320
_MEMORY_BYTES_MAX = 1024 * 1024 * 1024
_CPU_S_MAX = 20
_FILES_MAX = 32
_QUALITY = 85
_FORMATS = {"JPEG": "JPEG", "PNG": "PNG", "WEBP": "WEBP", "GIF": "PNG"}
TYPES = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp"}


def confine() -> None:
    """No more memory and time than a picture may take, and no file that could be written."""
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_BYTES_MAX, _MEMORY_BYTES_MAX))
    resource.setrlimit(resource.RLIMIT_CPU, (_CPU_S_MAX, _CPU_S_MAX))
    resource.setrlimit(resource.RLIMIT_NOFILE, (_FILES_MAX, _FILES_MAX))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def drawn_anew(given: bytes) -> bytes:
    """The answer to one picture, as it is written out."""
    try:
        with Image.open(io.BytesIO(given), formats=list(_FORMATS)) as image:
            if image.width * image.height > PIXELS_MAX:
                return _refused("too_many_pixels")
            form = _FORMATS[image.format or ""]
            image.draft("RGB", (EDGE_MAX, EDGE_MAX))
            picture = _pixels(ImageOps.exif_transpose(image), form)
    except (MemoryError, Image.DecompressionBombError):
        return _refused("too_many_pixels")
    except Exception:  # noqa: BLE001 - whatever a broken picture brings up, it is a broken picture
        return _refused("broken_picture")
    picture.thumbnail((EDGE_MAX, EDGE_MAX), Image.Resampling.LANCZOS)
    whole = _written(picture, form)
    flat = _on_white(picture)
    flat.thumbnail((PREVIEW_EDGE_MAX, PREVIEW_EDGE_MAX), Image.Resampling.LANCZOS)
    head = {"type": TYPES[form], "width": picture.width, "height": picture.height, "bytes": len(whole)}
    return json.dumps(head).encode() + b"\n" + whole + _written(flat, "JPEG")


def _pixels(image: Image.Image, form: str) -> Image.Image:
    """Nothing but pixels: a new picture, into which those of the old are copied."""
    has_holes = form != "JPEG" and ("A" in image.getbands() or "transparency" in image.info)
    converted = image.convert("RGBA" if has_holes else "RGB")
    fresh = Image.new(converted.mode, converted.size)
    fresh.paste(converted)
    return fresh


def _on_white(picture: Image.Image) -> Image.Image:
    if picture.mode == "RGB":
        return picture.copy()
    ground = Image.new("RGB", picture.size, "white")
    ground.paste(picture, mask=picture.getchannel("A"))
    return ground


def _written(picture: Image.Image, form: str) -> bytes:
    out = io.BytesIO()
    picture.save(out, form, quality=_QUALITY)  # PNG, which knows no quality, keeps every pixel.
    return out.getvalue()


def _refused(why: str) -> bytes:
    return json.dumps({"refused": why}).encode() + b"\n"


def main() -> None:
    """Draws what comes in."""
    confine()
    sys.stdout.buffer.write(drawn_anew(sys.stdin.buffer.read()))
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
