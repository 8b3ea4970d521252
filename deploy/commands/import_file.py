"""`run.py import`: sends files through the public API, shows what they were taken for, and follows them in."""

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, NoReturn

import httpx
import typer

from deploy.commands.ground import DataDirOption, JsonOption, answer, fail, find_instance, say
from deploy.commands.import_database import UnreadableDatabaseError, is_address, lines_of
from deploy.commands.import_doors import Document, ImportDoors, Params, RefusedError
from deploy.commands.import_showing import report_of, said_of, show_found, show_preview, watch
from shared.contracts.vocabulary import Channel, Purpose

REJECTS_SHOWN_MAX = 20
_CONSENT_HELP = "What you state the customers agreed to: reply, research, training."
# Options that name a column, and the field that it fills.
_FIELDS = {
    "text": "text",
    "row_id": "external_id",
    "rating": "rating",
    "lang": "language",
    "date": "occurred_at",
    "customer": "customer.external_id",
    "email": "customer.email",
    "phone": "customer.phone",
    "name": "customer.name",
    "category": "product.category",
    "model": "product.model",
    "sku": "product.sku",
}

_DATE_ORDERS = {"dmy": "day_first", "mdy": "month_first", "ymd": None}  # A year in front needs no word.
# Options that say something of the whole file, and what the door calls them.
_STATED = {
    "preset": "preset",
    "file_format": "format",
    "encoding": "encoding",
    "delimiter": "delimiter",
    "sheet": "sheet",
    "time_zone": "time_zone",
    "date_order": "date_order",
    "rating_scale": "rating_scale",
    "source": "source",
    "channel": "channel",
    "limit": "rows_max",
}


def import_file(  # noqa: PLR0913 - each is an option of the command
    data_dir: DataDirOption,
    files: Annotated[
        list[str] | None, typer.Argument(help="CSV, TSV, XLSX, JSON lines, or a database's address.")
    ] = None,
    *,
    text: Annotated[str | None, typer.Option(help="Column with the words.")] = None,
    row_id: Annotated[str | None, typer.Option("--id", help="Column that names a row for ever.")] = None,
    rating: Annotated[str | None, typer.Option(help="Column with a number.")] = None,
    rating_scale: Annotated[str | None, typer.Option(help="stars5, csat5, ces7, nps11 or unit.")] = None,
    customer: Annotated[str | None, typer.Option(help="Column with the customer's number.")] = None,
    email: Annotated[str | None, typer.Option(help="Column with the e-mail address.")] = None,
    phone: Annotated[str | None, typer.Option(help="Column with the telephone number.")] = None,
    name: Annotated[str | None, typer.Option(help="Column with the customer's name.")] = None,
    lang: Annotated[str | None, typer.Option(help="Column with the language.")] = None,
    date: Annotated[str | None, typer.Option(help="Column with the day or time it was said.")] = None,
    category: Annotated[str | None, typer.Option(help="Column with the product's category.")] = None,
    model: Annotated[str | None, typer.Option(help="Column with the product's model.")] = None,
    sku: Annotated[str | None, typer.Option(help="Column with the product's stock number.")] = None,
    maps: Annotated[
        list[str] | None, typer.Option("--map", help="COLUMN=FIELD, for any field; again for more.")
    ] = None,
    preset: Annotated[str | None, typer.Option(help="What wrote the file, such as google_play; else guessed.")] = None,
    file_format: Annotated[str | None, typer.Option("--format", help="csv, xlsx or jsonl; else guessed.")] = None,
    encoding: Annotated[str | None, typer.Option(help="Such as utf-8, gb18030, latin-1; else guessed.")] = None,
    delimiter: Annotated[str | None, typer.Option(help="What parts the columns; else guessed.")] = None,
    sheet: Annotated[str | None, typer.Option(help="The workbook's sheet; else the first.")] = None,
    time_zone: Annotated[str | None, typer.Option(help="Of times that name no zone; else Asia/Shanghai.")] = None,
    date_order: Annotated[str | None, typer.Option(help="dmy or mdy, where dates can be read two ways.")] = None,
    consent: Annotated[str | None, typer.Option(help=_CONSENT_HELP)] = None,
    source: Annotated[str | None, typer.Option(help="What the rows come from; else the file's name.")] = None,
    channel: Annotated[Channel | None, typer.Option(help="The way they came in; else import.")] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="Only the first rows.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show the first rows and count; store nothing.")] = False,
    rejects: Annotated[Path | None, typer.Option(help="Write rejected rows to this CSV, to be mended.")] = None,
    resume: Annotated[str | None, typer.Option(metavar="ID", help="Go on following an import by its id.")] = None,
    json: JsonOption = False,
) -> None:
    """Imports feedback. Importing the same rows again adds nothing. Rejected rows are told; the others are kept."""
    _Work(_said(locals()), is_dry=dry_run, rejects=rejects, as_json=json).run(data_dir, files or [], resume)


def _said(given: Document) -> Params:
    """The options, as the door of an upload takes them."""
    columns = [("map", f"{given[option]}={field}") for option, field in _FIELDS.items() if given[option]]
    columns += [("map", pair) for pair in given["maps"] or []]
    purposes = [("consent", one) for one in _purposes(given["consent"], as_json=given["json"])]
    given = given | {"date_order": _DATE_ORDERS.get(given["date_order"], given["date_order"])}
    stated = [(name, str(given[option])) for option, name in _STATED.items() if given[option] is not None]
    return [*columns, *purposes, *stated]


class _Work:
    """Files, one after another."""

    def __init__(self, said: Params, *, is_dry: bool, rejects: Path | None, as_json: bool) -> None:
        self._said = said
        self._is_dry = is_dry
        self._rejects = rejects
        self._as_json = as_json

    def run(self, data_dir: Path, files: list[str], resume: str | None) -> None:
        """All of it, at the instance of a folder."""
        with find_instance(data_dir, as_json=self._as_json).client("collector") as client:
            reports = list(self.all(ImportDoors(client), files, resume))
        self.end(reports)

    def all(self, doors: ImportDoors, files: list[str], resume: str | None) -> Iterator[Document]:
        """One report for each file, or for the import that is gone on with."""
        missing = [given for given in files if not is_address(given) and not Path(given).is_file()]
        if missing or bool(files) == bool(resume):
            told = f"not a file: {', '.join(missing)}" if missing else "name files, or an import with --resume"
            self._fail(told)
        names = [Path(given).name for given in files]
        try:
            if resume:
                yield self._go_on(doors, doors.read(resume), resume)
            for number, given in enumerate(files):
                path, place = Path(given), number if len(files) > 1 else None
                source = None if names.count(path.name) == 1 else f"{path.resolve().parent.name}/{path.name}"
                yield (
                    self._database(doors, given, place) if is_address(given) else self._one(doors, path, source, place)
                )
        except UnreadableDatabaseError as error:
            self._fail(str(error))
        except RefusedError as error:
            self._fail(str(error))
        except httpx.HTTPError as error:
            self._fail(
                f"The collector does not take it ({type(error).__name__}). What is stored is kept; run it again."
            )

    def _one(self, doors: ImportDoors, path: Path, source: str | None, number: int | None) -> Document:
        """`source` tells files of one name apart, where nobody said what their rows come from."""
        is_told = source is None or any(option == "source" for option, _ in self._said)
        told_apart = [] if is_told or source is None else [("source", source)]
        with path.open("rb") as file:
            made = doors.upload(file, [("file_name", path.name), *self._said, *told_apart])
        return self._looked(doors, made, path.name, number)

    def _database(self, doors: ImportDoors, address: str, number: int | None) -> Document:
        """The classic tables, joined, as one file of lines."""
        made: Document = {}
        try:
            with lines_of(address) as lines:
                for found in lines.found:
                    say(found)
                told = [("file_name", lines.source), ("format", "jsonl"), ("preset", "classic"), *self._said]
                made = doors.upload(lines.rest, told)
        except UnreadableDatabaseError:
            if made:
                doors.act(made["id"], "cancel")  # What was sent is not all.
            raise
        return self._looked(doors, made, made["source"], number)

    def _looked(self, doors: ImportDoors, made: Document, name: str, number: int | None) -> Document:
        for seen in doors.follow(made["id"], "uploaded"):
            made = seen
        if made["state"] == "failed":
            doors.act(made["id"], "cancel")
            self._fail(f"{name}: {made['fault']['message']} {made['fault']['remedy']}", code=made["fault"]["code"])
        show_found(name, made["found"])
        return self._try(doors, made) if self._is_dry else self._go_on(doors, made, name, number)

    def _try(self, doors: ImportDoors, made: Document) -> Document:
        preview = made["preview"] or []
        show_preview(preview)
        doors.act(made["id"], "dry-run")
        seen = watch(made["file_name"], doors.follow(made["id"], "running"))
        doors.act(made["id"], "cancel")
        return report_of(seen, seen["dry_counts"] or {}) | {"dry_run": True, "preview": preview}

    def _go_on(self, doors: ImportDoors, made: Document, name: str, number: int | None = None) -> Document:
        try:
            if made["state"] == "ready":
                doors.act(made["id"], "start")
            seen = watch(name, doors.follow(made["id"], "running"))
        except KeyboardInterrupt:
            say(f"The import goes on by itself. Follow it: python3 run.py import --resume {made['id']}")
            self._fail("interrupted", id=made["id"])
        report = report_of(seen, seen["counts"])
        if seen["state"] != "done":
            fault = seen["fault"] or {"message": f"The import is {seen['state']}.", "remedy": ""}
            say(f"{name}: {fault['message']} {fault['remedy']}")
        if seen["rejects"]["kept"]:
            self._keep_rejects(doors, seen, report, number)
        return report

    def _keep_rejects(self, doors: ImportDoors, seen: Document, report: Document, number: int | None) -> None:
        """Writes the file where it is wanted, and tells of the first ones."""
        path = self._rejects
        if path is None:
            say(f"For the rejected rows: python3 run.py import --resume {seen['id']} --rejects FILE.csv")
            return
        if number is not None:
            path = path.with_name(f"{path.stem}-{number + 1}{path.suffix}")
        doors.fetch_rejects(seen["id"], path)
        report["rejects_file"] = str(path)
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = csv.reader(file)
            next(rows, None)
            kept = [
                dict(zip(("row", "column", "code", "message", "original"), row, strict=False))
                for row, _ in zip(rows, range(REJECTS_SHOWN_MAX), strict=False)
            ]
        report["rejects"] = kept
        more = " There was no room for all of them." if seen["rejects"]["is_cut"] else ""
        say(f"{seen['rejects']['kept']:,} rejected rows stand in {path}.{more}")

    def _fail(self, message: str, **about: Any) -> NoReturn:  # noqa: ANN401 - any JSON value
        fail(message, as_json=self._as_json, **about)

    def end(self, reports: list[Document]) -> None:
        """Success, unless an import did not end, or nothing of a file was taken in."""
        total = {
            name: sum(one[name] for one in reports) for name in ("rows", "new", "duplicate", "invalid", "repeated")
        }
        ended = all(one["state"] == "done" or one.get("dry_run") for one in reports)
        is_ok = ended and all(not one["rows"] or one["invalid"] < one["rows"] for one in reports)
        document = {"ok": is_ok, **total, "rejected": total["invalid"], "files": reports}
        if len(reports) == 1:
            document = {**reports[0], **document}
        answer(document, as_json=self._as_json, text="\n".join(f"{one['file']}: {said_of(one)}" for one in reports))
        raise typer.Exit(0 if is_ok else 1)


def _purposes(consent: str | None, *, as_json: bool) -> list[str]:
    named = [part.strip() for part in (consent or "").split(",") if part.strip()]
    unknown = sorted(set(named) - set(Purpose))
    if unknown:
        fail(f"Unknown purpose {', '.join(unknown)}. Known: {', '.join(Purpose)}", as_json=as_json)
    return named
