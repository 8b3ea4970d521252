"""`run.py bench`: measures this machine with instances of its own."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from benchmarks import duplicates, overview
from benchmarks.ingest import measure as ingest
from benchmarks.instances import BenchmarkError
from benchmarks.start import ROUNDS, SETTLE_S, measure
from deploy.commands.ground import JsonOption, answer, fail

group = typer.Typer(help="Measures this machine with instances of its own.", no_args_is_help=True)


@group.command("start")
def start(
    *,
    rounds: Annotated[int, typer.Option(min=1, help="Warm starts; the median counts.")] = ROUNDS,
    settle: Annotated[float, typer.Option(min=0, help="Seconds of rest before the memory is read.")] = SETTLE_S,
    json: JsonOption = False,
) -> None:
    """Measures a warm start until all services are ready, and the memory of an idle instance (PSS)."""
    try:
        document = measure(rounds=rounds, settle_s=settle)
    except BenchmarkError as error:
        fail(str(error), as_json=json)
    parts = ", ".join(f"{name} {mb:.0f}" for name, mb in document["memory_by_part_mb"].items())
    short = f"\nSHORT of the aim: {', '.join(document['short'])}" if document["short"] else ""
    text = f"warm start {document['warm_start_s']} s\nmemory {document['memory_mb']} MB ({parts}){short}"
    answer(document, as_json=json, text=text)
    raise typer.Exit(0 if document["ok"] else 1)


@group.command("overview")
def measure_overview(
    *,
    cases: Annotated[int, typer.Option(min=1_000, help="Made-up cases of one year.")] = overview.CASES,
    json: JsonOption = False,
) -> None:
    """Measures the console's overview over many made-up cases, beside as many of another company."""
    try:
        document = overview.measure(cases=cases)
    except BenchmarkError as error:
        fail(str(error), as_json=json)
    lines = [
        f"{door}: {', '.join(f'{kind} {ms} ms' for kind, ms in took.items())}" for door, took in document["ms"].items()
    ]
    answer(document, as_json=json, text="\n".join(lines))
    raise typer.Exit(0 if document["ok"] else 1)


@group.command("duplicates")
def measure_duplicates(
    *,
    texts: Annotated[int, typer.Option(min=1_000, help="How many feedbacks are linked.")] = duplicates.TEXTS,
    file: Annotated[Path | None, typer.Option(help="A CSV file with the column text, instead of made-up ones.")] = None,
    json: JsonOption = False,
) -> None:
    """Measures the linking of many feedbacks that tell again what others told."""
    try:
        document = duplicates.measure(texts=texts, file=file)
    except BenchmarkError as error:
        fail(str(error), as_json=json)
    text = (
        f"{document['texts']} texts in {document['seconds']} s ({document['us_per_text']} µs each): "
        f"{document['links']} links, {document['exact']} of equal texts; {document['bytes'] // 1_000_000} MB of bands"
    )
    answer(document, as_json=json, text=text)
    raise typer.Exit(0 if document["ok"] else 1)


@group.command("console")
def measure_console(
    *,
    rounds: Annotated[int, typer.Option(min=1, help="Fresh visits to each page; the median counts.")] = 5,
    json: JsonOption = False,
) -> None:
    """Measures how soon each page of the console shows something, on the demo. Needs a browser, and `run.py check`."""
    try:
        from benchmarks import console  # noqa: PLC0415 - the browser's library is of the development set only

        document = console.measure(rounds=rounds)
    except ModuleNotFoundError as error:
        fail(f"{error.name} is not installed; this installs it: python3 run.py check", as_json=json)
    except BenchmarkError as error:
        fail(str(error), as_json=json)
    lines = [f"{page}: {ms} ms" for page, ms in document["first_paint_ms"].items()]
    total = f"median of {len(lines)} pages {document['median_ms']} ms, worst {document['worst_ms']} ms"
    answer(document, as_json=json, text="\n".join([*lines, total]))
    raise typer.Exit(0 if document["ok"] else 1)


@group.command("ingest")
def measure_ingest(
    *,
    rounds: Annotated[int, typer.Option(min=1, help="Turns of every side; the best counts.")] = ingest.ROUNDS,
    seconds: Annotated[float, typer.Option(min=0.2, help="How long a turn takes.")] = ingest.SECONDS,
    clients: Annotated[str, typer.Option(help="How many ask at once, one figure after the other.")] = "1,16,64,256",
    json: JsonOption = False,
) -> None:
    """Measures what a feedback costs: the plain way, a server that does nothing, and ours, turn by turn."""
    try:
        many = [int(part) for part in clients.split(",")]
        document = ingest.measure(rounds=rounds, seconds=seconds, clients=many)
    except (BenchmarkError, ValueError) as error:
        fail(str(error), as_json=json)
    answer(document, as_json=json, text="\n".join(_lines_of_ingest(document)))
    raise typer.Exit(0 if document["ok"] else 1)


def _lines_of_ingest(document: dict[str, Any]) -> Iterator[str]:
    for clients, sides in document["by_clients"].items():
        for side, of in sides.items():
            yield (
                f"{clients:>4} clients  {side:6} {of['us']:8.1f} us (server {of['server_us']}, PostgreSQL"
                f" {of['postgres_us']})  {of['per_second']} /s  p50 {of['p50_ms']} ms  p99 {of['p99_ms']} ms"
            )
    for side, of in document["bulk"]["of"].items():
        parts = f"server {of['server_us']}, PostgreSQL {of['postgres_us']}"
        yield f"1,000 a time  {side:6} {of['us']:8.1f} us a feedback ({parts})"
    for part, _, name in (place.partition(".") for place in (*document["aims"]["at_least"], "single.core_over_noop")):
        yield f"{part}.{name} {document[part][name]}"
    for name, held in document["checks"].items():
        yield f"check {name}: {'held' if held else 'FAILED'}"
    yield from document["wrong"]
    for name in document["short"]:
        part, _, key = name.partition(".")
        yield f"SHORT of the aim: {name} is {document[part][key]}"
