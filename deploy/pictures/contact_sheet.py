"""All pictures on one page, to be looked at."""

from collections.abc import Sequence
from html import escape
from pathlib import Path

from deploy.pictures.take import Picture

FILE = "index.html"
_STYLE = """
body { margin: 2rem; font: 14px/1.5 system-ui, sans-serif; background: #e9ecf0; color: #17212d; }
h2 { margin: 2rem 0 .5rem; } .looks { display: flex; flex-wrap: wrap; gap: 1rem; align-items: flex-start; }
figure { margin: 0; } img { display: block; height: 22rem; width: auto; max-width: 32rem; object-fit: cover;
object-position: top; border: 1px solid #8c96a5; } .bad img { border: 3px solid #b3260f; } .bad li { color: #b3260f; }
"""


def write_sheet(pictures: Sequence[Picture], folder: Path) -> Path:
    """The page's file."""
    names = list(dict.fromkeys(picture.page.name for picture in pictures))
    rows = [_row(name, [picture for picture in pictures if picture.page.name == name]) for name in names]
    bad = sum(1 for picture in pictures if picture.faults)
    head = f"<h1>Huiyin 回音: {len(pictures)} pictures of {len(names)} pages, {bad} with faults</h1>"
    page = f'<!doctype html>\n<html lang="en"><meta charset="utf-8"><title>Huiyin 回音</title><style>{_STYLE}</style>\n'
    (folder / FILE).write_text(page + head + "\n" + "\n".join(rows) + "\n</html>\n", encoding="utf-8")
    return folder / FILE


def _row(name: str, pictures: Sequence[Picture]) -> str:
    return f'<h2>{escape(name)}</h2>\n<div class="looks">{"".join(map(_figure, pictures))}</div>'


def _figure(picture: Picture) -> str:
    faults = "".join(f"<li>{escape(fault)}</li>" for fault in picture.faults)
    return (
        f'<figure class="{"bad" if faults else ""}"><a href="{escape(picture.file)}">'
        f'<img loading="lazy" src="{escape(picture.file)}" alt="{escape(picture.file)}"></a>'
        f"<figcaption>{picture.view}<ul>{faults}</ul></figcaption></figure>"
    )
