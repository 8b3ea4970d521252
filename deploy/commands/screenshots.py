"""`run.py screenshots DIR`: every page of the console in both languages, light and dark, wide and narrow."""

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import httpx
import typer

from benchmarks.instances import BenchmarkError, run, start
from deploy.commands.ground import JsonOption, answer, fail, find_instance, say
from deploy.demo.doors import DoorRefusedError

if TYPE_CHECKING:
    from deploy.pictures.take import Picture

FOLDER_MODE = 0o711  # The engines' user must pass.
NONE = Path()


def screenshots(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Where the pictures are put.")],
    *,
    data_dir: Annotated[
        Path, typer.Option("--data-dir", help="A running instance; without one, one is started and stopped.")
    ] = NONE,
    only: Annotated[str, typer.Option("--only", help="Pages by name, with commas between.")] = "",
    json: JsonOption = False,
) -> None:
    """Takes pictures of every page in each look, for the eye; fails on what a program can see to be wrong."""
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with _data(data_dir) as data:
            run("demo", "--data-dir", str(data))
            pictures = _take(data, folder, only.split(",") if only else [], as_json=json)
    except (BenchmarkError, DoorRefusedError, httpx.HTTPError) as error:
        fail(str(error), as_json=json)
    faults = {picture.file: list(picture.faults) for picture in pictures if picture.faults}
    text = f"{len(pictures)} pictures, {len(faults)} with faults: {folder / 'index.html'}"
    answer({"ok": not faults, "pictures": len(pictures), "faults": faults}, as_json=json, text=text)
    raise typer.Exit(1 if faults else 0)


@contextmanager
def _data(given: Path) -> Iterator[Path]:
    """The folder of a running instance: the given one, or one of its own that ends with the command."""
    if given != NONE:
        yield given
        return
    with tempfile.TemporaryDirectory(prefix="huiyin-pictures-") as scratch:
        Path(scratch).chmod(FOLDER_MODE)
        data = Path(scratch) / "data"
        say("Starting an instance …")
        start(data)
        try:
            yield data
        finally:
            run("stop", "--data-dir", str(data))


def _take(data: Path, folder: Path, only: Sequence[str], *, as_json: bool) -> list["Picture"]:
    # The browser's library is of the development set, which commands of an installed instance do not need.
    from deploy.pictures import browser, contact_sheet, guest, pages, take  # noqa: PLC0415 - as said above

    chosen = [page for page in pages.PAGES if not only or page.name in only]
    found: list[Picture] = []
    try:
        with guest.guest(find_instance(data, as_json=as_json)) as somebody, browser.chromium() as opened:
            for view in browser.VIEWS:
                say(f"{view}: {len(chosen)} pages")
                for picture in take.take(opened, somebody, view, chosen, folder):
                    found.append(picture)
                    for fault in picture.faults:
                        say(f"  {picture.file}: {fault}")
    except browser.NoBrowserError as error:
        fail(str(error), as_json=as_json)
    contact_sheet.write_sheet(found, folder)
    return found
