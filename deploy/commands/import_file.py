"""`run.py import`: sends the rows of any CSV through the public API."""

import re
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import httpx
import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from deploy.commands.csv_file import CsvFile, UnreadableFileError, look_into
from deploy.commands.csv_rows import Mapping, Row, batches, check_columns, count_rows, read_rows
from deploy.commands.ground import DataDirOption, Instance, JsonOption, answer, fail, find_instance, say
from shared.contracts.vocabulary import Channel, Purpose

TRIES_MAX = 8
RETRY_PAUSE_S = 1.0
REJECTS_SHOWN_MAX = 20
CREATED, REPEATED, UNAVAILABLE = 201, 200, 503
# Faults that keep a row from being sent: what is wrong, and what to do.
_FAULTS = {
    "torn_row": (
        "The row has more cells than the header has columns.",
        "Put quotes around cells that hold the delimiter.",
    ),
    "too_large_row": ("The row is far longer than any feedback.", "Is a quote missing in it? Else leave columns out."),
}
_CONSENT_HELP = "What you state the customers agreed to: reply, research, training."


def _unsent(fault: str) -> dict[str, Any]:
    message, remedy = _FAULTS[fault]
    return {
        "status": 422,
        "problem": {"errors": [{"pointer": "", "code": fault, "message": message, "remedy": remedy}]},
    }


def _of_row(error: dict[str, str]) -> dict[str, str]:
    """A field's error as the row's: where the row stood in its request is nobody's business."""
    return {**error, "pointer": re.sub(r"^/items/\d+", "", error["pointer"])}


@dataclass
class Report:
    """How the rows were met."""

    rows: int = 0
    new: int = 0
    repeated: int = 0
    rejected: int = 0
    rejects: list[dict[str, Any]] = field(default_factory=list)

    def add(self, row: Row, item: dict[str, Any]) -> None:
        """Counts one row; the first rejected ones are kept with their reasons."""
        self.rows += 1
        if item["status"] == CREATED:
            self.new += 1
        elif item["status"] == REPEATED:
            self.repeated += 1
        else:
            self.rejected += 1
            if len(self.rejects) < REJECTS_SHOWN_MAX:
                self.rejects.append(
                    {"row": row.number, "errors": [_of_row(error) for error in item["problem"]["errors"]]}
                )


def import_file(  # noqa: PLR0913 - each is an option of the command
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="A CSV file with a header row.")],
    data_dir: DataDirOption,
    *,
    text: Annotated[str, typer.Option(help="Column with the words.")],
    row_id: Annotated[str | None, typer.Option("--id", help="Column that names a row for ever.")] = None,
    rating: Annotated[str | None, typer.Option(help="Column with a number.")] = None,
    rating_scale: Annotated[str, typer.Option(help="stars5, csat5, ces7, nps11 or unit.")] = "stars5",
    customer: Annotated[str | None, typer.Option(help="Column with the customer's number.")] = None,
    email: Annotated[str | None, typer.Option(help="Column with the e-mail address.")] = None,
    phone: Annotated[str | None, typer.Option(help="Column with the telephone number.")] = None,
    name: Annotated[str | None, typer.Option(help="Column with the customer's name.")] = None,
    lang: Annotated[str | None, typer.Option(help="Column with the language.")] = None,
    date: Annotated[str | None, typer.Option(help="Column with the day or time it was said, year first.")] = None,
    time_zone: Annotated[str, typer.Option(help="Of times that name no zone.")] = "Asia/Shanghai",
    category: Annotated[str | None, typer.Option(help="Column with the product's category.")] = None,
    model: Annotated[str | None, typer.Option(help="Column with the product's model.")] = None,
    sku: Annotated[str | None, typer.Option(help="Column with the product's stock number.")] = None,
    consent: Annotated[str | None, typer.Option(help=_CONSENT_HELP)] = None,
    source: Annotated[str | None, typer.Option(help="What the rows come from; else the file's name.")] = None,
    channel: Annotated[str, typer.Option(help="The way they came in.")] = Channel.IMPORT,
    limit: Annotated[int | None, typer.Option(min=1, help="Only the first rows.")] = None,
    encoding: Annotated[str | None, typer.Option(help="Such as utf-8, gb18030, latin-1; else it is guessed.")] = None,
    json: JsonOption = False,
) -> None:
    """Imports feedback. Importing the same rows again adds nothing. Rejected rows are listed; the others are kept."""
    words = {"text": text, "id": row_id, "rating": rating, "language": lang, "date": date}
    person = {"customer": customer, "email": email, "phone": phone, "name": name}
    product = {"category": category, "model": model, "sku": sku}
    stated = {"source": source or file.name, "channel": channel, "rating_scale": rating_scale}
    checked = {"time_zone": _zone(time_zone, as_json=json), "purposes": _purposes(consent, as_json=json)}
    mapping = Mapping(**words, **person, **product, **stated, **checked)  # type: ignore[arg-type]  # by name
    opened = _open(file, encoding, mapping, as_json=json)
    report = _import(find_instance(data_dir, as_json=json), opened, mapping, limit, as_json=json)
    read_as = {"source": mapping.source, "encoding": opened.encoding, "delimiter": opened.delimiter}
    document = {"ok": report.new + report.repeated > 0 or report.rows == 0, **read_as, **vars(report)}
    answer(document, as_json=json, text=_says(report))
    raise typer.Exit(0 if document["ok"] else 1)


def _open(file: Path, encoding: str | None, mapping: Mapping, *, as_json: bool) -> CsvFile:
    try:
        opened = look_into(file, encoding)
        check_columns(opened, mapping)
    except UnreadableFileError as error:
        fail(str(error), as_json=as_json)
    say(f"Reading {file.name} as {opened.encoding}, columns parted by {opened.delimiter!r}.")
    if any(mapping.of_customer().values()) and Purpose.REPLY not in mapping.purposes:
        say("Without --consent reply nobody of this file will ever be written to, and that cannot be added later.")
    return opened


def _import(instance: Instance, file: CsvFile, mapping: Mapping, limit: int | None, *, as_json: bool) -> Report:
    try:
        with instance.client("collector") as client:
            return _send(client, file, mapping, limit)
    except UnreadableFileError as error:
        fail(str(error), as_json=as_json)
    except httpx.HTTPError as error:
        fail(f"The collector does not take it ({error}). What was sent is kept; run it again.", as_json=as_json)


def _zone(name: str, *, as_json: bool) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, ZoneInfoNotFoundError):
        fail(f"Unknown time zone {name!r}. Name one of the IANA data base, such as Asia/Shanghai.", as_json=as_json)


def _purposes(consent: str | None, *, as_json: bool) -> tuple[str, ...]:
    named = tuple(part.strip() for part in (consent or "").split(",") if part.strip())
    unknown = sorted(set(named) - set(Purpose))
    if unknown:
        fail(f"Unknown purpose {', '.join(unknown)}. Known: {', '.join(Purpose)}", as_json=as_json)
    return named


def _send(client: httpx.Client, file: CsvFile, mapping: Mapping, limit: int | None) -> Report:
    report = Report()
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), disable=not Console(stderr=True).is_terminal) as progress:
        task = progress.add_task(file.path.name, total=count_rows(file, limit))
        for batch in batches(read_rows(file, mapping, limit)):
            whole = [row for row in batch if row.fault is None]
            items = _post(client, [row.body for row in whole]) if whole else []
            for row, item in zip(whole, items, strict=True):
                report.add(row, item)
            for row in batch:
                if row.fault is not None:
                    report.add(row, _unsent(row.fault))
            progress.advance(task, len(batch))
    return report


def _post(client: httpx.Client, bodies: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Sends a batch; while the service is away for a moment, the same batch again, which is harmless."""
    for attempt in range(TRIES_MAX):
        try:
            response = client.post("/v1/feedback:batch", json={"items": bodies})
        except httpx.TransportError:
            if attempt == TRIES_MAX - 1:
                raise
        else:
            if response.status_code != UNAVAILABLE or attempt == TRIES_MAX - 1:
                items: list[dict[str, Any]] = response.raise_for_status().json()["items"]
                return items
        time.sleep(RETRY_PAUSE_S)
    raise AssertionError("the last try returns or raises")


def _says(report: Report) -> str:
    lines = [f"{report.rows} rows: {report.new} new, {report.repeated} known before, {report.rejected} rejected."]
    for reject in report.rejects:
        reasons = "; ".join(f"{error['pointer']} {error['message']} {error['remedy']}" for error in reject["errors"])
        lines.append(f"  row {reject['row']}: {reasons}")
    return "\n".join(lines)
