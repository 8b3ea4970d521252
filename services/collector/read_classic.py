"""The classic tables of a database as JSON lines: `python -m services.collector.read_classic`, the address on stdin.

The address comes by the input, so that its password stands in no list of processes. The first line that comes out says
what was found (with `--look`, nothing follows); then one feedback a line, as the preset `classic` takes it. `--after`
goes on behind a key. What cannot be read ends with status 1 and a code on the error output.
"""

import argparse
import asyncio
import json
import sys
from typing import TextIO

from services.collector.channels.classic.reading import BEGINNING, classic_source
from services.collector.channels.classic.urls import UnreadableSourceError
from services.collector.channels.files.reading import Position
from shared.web.source_texts import SOURCE_RULES

EXIT_FAILED = 1


async def write(url: str, out: TextIO, start: Position, *, is_look: bool) -> int:
    """Writes all records; says how many."""
    count = 0
    async with classic_source(url) as source:
        out.write(json.dumps({"source": source.name, "found": source.explained()}, ensure_ascii=False) + "\n")
        if is_look:
            return count
        async for record in source.records(start):
            out.write(json.dumps(record.cells, ensure_ascii=False) + "\n")
            count += 1
    return count


def main() -> None:
    """Reads the address, writes the lines."""
    parser = argparse.ArgumentParser(prog="read_classic", description=__doc__)
    parser.add_argument("--look", action="store_true")
    parser.add_argument("--after")
    told = parser.parse_args()
    start = BEGINNING if told.after is None else Position(0, 0, told.after)
    sys.stdout.reconfigure(encoding="utf-8", newline="\n")  # type: ignore[union-attr]  # a text stream
    try:
        asyncio.run(write(sys.stdin.readline().strip(), sys.stdout, start, is_look=told.look))
    except UnreadableSourceError as error:
        said = SOURCE_RULES[error.code]
        texts = {lang: f"{said.message(lang, error.about)} {said.remedy(lang, error.about)}" for lang in ("en", "zh")}
        sys.stderr.write(json.dumps({"code": error.code, **texts}, ensure_ascii=False) + "\n")
        raise SystemExit(EXIT_FAILED) from None


if __name__ == "__main__":
    main()
