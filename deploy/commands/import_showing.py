"""What the import command shows: what a file was taken for, its first rows, how far it is, and how it ended."""

import time
from collections.abc import Iterator
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn

from deploy.commands.ground import say, shown

LINE_EVERY_S = 5.0  # Where nobody watches a bar.
TEXT_SHOWN_MAX = 60
MINUTE_S = 60

Document = dict[str, Any]


def show_found(name: str, found: Document) -> None:
    """What the file was taken for, and why."""
    parts = [found["format"], found["encoding"]]
    parts += [f"columns parted by {found['delimiter']!r}"] if found["delimiter"] else []
    parts += [f"sheet {found['sheet']!r}"] if found["sheet"] else []
    parts += [f"preset {found['preset']}"] if found["preset"] else []
    say(shown(f"{name}: {', '.join(parts)}"))
    for column in found["columns"]:
        said = f"{column['field']} ({column['reason']})" if column["field"] else "left out"
        say(shown(f"  {column['column']!r} -> {said}"))


def show_preview(rows: list[Document]) -> None:
    """The first rows, one line each."""
    for row in rows:
        say(shown(f"  row {row['row']}: {_of_row(row)}"))


def _of_row(row: Document) -> str:
    if row["faults"]:
        return "REJECTED " + "; ".join(_fault(fault) for fault in row["faults"])
    body = dict(row["feedback"] or {})
    text = str(body.pop("text", ""))
    rest = {name: value for name, value in body.items() if name not in ("source", "channel", "external_id")}
    return f"{text[:TEXT_SHOWN_MAX]!r} {rest or ''}".rstrip()


def _fault(fault: Document) -> str:
    where = f"{fault['column']}: " if fault.get("column") else ""
    return f"{where}{fault['message']} {fault['remedy']}"


def watch(name: str, seen: Iterator[Document]) -> Document:
    """Shows an import until it leaves its state: a bar at a terminal, a line now and then elsewhere."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[told]}"))
    last, document = time.monotonic(), Document()
    with Progress(*columns, console=console, disable=not console.is_terminal, transient=True) as progress:
        task = progress.add_task(shown(name), total=None, told="")
        for document in seen:
            position = document["position"]
            progress.update(task, total=position["size_bytes"], completed=position["byte"], told=_told(document))
            if not console.is_terminal and time.monotonic() - last > LINE_EVERY_S:
                last = time.monotonic()
                say(shown(f"{name}: {_told(document)}"))
    return document


def _told(document: Document) -> str:
    left = document["remaining_s"]
    ends = f", {_duration(left)} left" if left is not None else ""
    return f"{document['counts']['rows']:,} rows, {document['rate']:,.0f} rows/s{ends}"


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), MINUTE_S)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


def said_of(counts: Document) -> str:
    """How the rows were met, in one line."""
    repeated = f" ({counts['repeated']:,} of them known before)" if counts["repeated"] else ""
    return (
        f"{counts['rows']:,} rows: {counts['new']:,} new, {counts['duplicate']:,} duplicate{repeated}, "
        f"{counts['invalid']:,} rejected."
    )


def report_of(seen: Document, counts: Document) -> Document:
    """One file's end, as a program reads it."""
    found = seen["found"] or {}
    read_as = {name: found.get(name) for name in ("format", "encoding", "delimiter", "preset")}
    about = {"id": seen["id"], "file": seen["file_name"], "source": seen["source"], "state": seen["state"]}
    return {**about, **read_as, **counts, "rejected": counts.get("invalid", 0), "rate": seen["rate"], "rejects": []}
