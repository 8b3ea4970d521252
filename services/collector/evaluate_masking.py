"""Measures the masking on labelled sentences: `python -m services.collector.evaluate_masking FILE`."""

import csv
import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from services.collector.domain.masking.mask import mask
from services.collector.domain.masking.span import Kind, Span

COLUMNS = ("text", "lang", "spans")
DIGITS = 4
EXIT_FAILED = 1


class UnreadableSetError(Exception):
    """The file is no labelled set; the message says why and what to do."""


@dataclass(frozen=True)
class Sentence:
    """A sentence and what a person marked in it."""

    row: int
    text: str
    language: str
    spans: tuple[Span, ...]


@dataclass
class Count:
    """How many of the marked spans were hidden whole."""

    spans: int = 0
    found: int = 0

    def as_document(self) -> dict[str, Any]:
        """For the report."""
        return {"spans": self.spans, "found": self.found, "recall": _share(self.found, self.spans)}


@dataclass
class Tally:
    """What is counted over all sentences."""

    kinds: dict[Kind, Count] = field(default_factory=lambda: {kind: Count() for kind in Kind})
    masked: int = 0
    masked_right: int = 0
    outside: int = 0
    outside_masked: int = 0
    missed: list[dict[str, Any]] = field(default_factory=list)
    false_masks: list[dict[str, Any]] = field(default_factory=list)

    def add(self, sentence: Sentence, masked: Sequence[Span]) -> None:
        """Counts one sentence."""
        hidden = {at for span in masked for at in range(span.start, span.end)}
        true = {at for span in sentence.spans for at in range(span.start, span.end)}
        self.outside += len(sentence.text) - len(true)
        self.outside_masked += len(hidden - true)
        for span in sentence.spans:
            whole = hidden.issuperset(range(span.start, span.end))
            self.kinds[span.kind].spans += 1
            self.kinds[span.kind].found += whole
            if not whole:
                self.missed.append(_shown(sentence, span))
        for span in masked:
            right = not true.isdisjoint(range(span.start, span.end))
            self.masked += 1
            self.masked_right += right
            if not right:
                self.false_masks.append(_shown(sentence, span))


def measure(sentences: Iterable[Sentence]) -> dict[str, Any]:
    """The figures: a span is found when all its characters are masked, as whatever kind."""
    tally = Tally()
    many = 0
    for sentence in sentences:
        tally.add(sentence, mask(sentence.text).spans)
        many += 1
    found = sum(count.found for count in tally.kinds.values())
    spans = sum(count.spans for count in tally.kinds.values())
    return {
        "sentences": many,
        "spans": spans,
        "recall": _share(found, spans),
        "precision": _share(tally.masked_right, tally.masked),
        "false_mask_rate": _share(tally.outside_masked, tally.outside, of_nothing=0.0),
        "per_kind": {kind.value: count.as_document() for kind, count in tally.kinds.items()},
        "missed": tally.missed,
        "false_masks": tally.false_masks,
    }


def read_sentences(path: Path) -> Iterator[Sentence]:
    """The labelled sentences of a CSV file. Raises UnreadableSetError."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = csv.DictReader(file, restval="")
            lacking = [column for column in COLUMNS if column not in (rows.fieldnames or ())]
            if lacking:
                raise UnreadableSetError(f"{path} has no column {', '.join(lacking)}. It needs: {', '.join(COLUMNS)}.")
            for number, row in enumerate(rows, start=1):
                yield Sentence(number, row["text"], row["lang"], tuple(_spans(number, row)))
    except OSError as error:
        raise UnreadableSetError(f"{path} cannot be read ({error.strerror}). Name a CSV file.") from error
    except (UnicodeError, csv.Error) as error:
        raise UnreadableSetError(f"{path} is no CSV file in UTF-8. Save it as one.") from error


def _spans(number: int, row: dict[str, str]) -> Iterator[Span]:
    text = row["text"]
    try:
        marked = [Span(int(start), int(end), Kind(kind)) for start, end, kind in json.loads(row["spans"] or "[]")]
    except (ValueError, TypeError) as error:
        shape = f"[[start, end, kind], ...] with a kind of {', '.join(Kind)}"
        raise UnreadableSetError(f"Row {number}: spans are no JSON of the form {shape}. Mend the row.") from error
    for span in marked:
        if not 0 <= span.start < span.end <= len(text):
            raise UnreadableSetError(f"Row {number}: a span lies outside the text's {len(text)} characters. Mend it.")
        yield span


def _shown(sentence: Sentence, span: Span) -> dict[str, Any]:
    return {"row": sentence.row, "kind": span.kind.value, "value": sentence.text[span.start : span.end]}


def _share(part: int, whole: int, *, of_nothing: float = 1.0) -> float:
    return round(part / whole, DIGITS) if whole else of_nothing


def main(arguments: Sequence[str]) -> int:
    """Prints the figures as one JSON object, or on standard error why there are none."""
    try:
        document = measure(read_sentences(Path(arguments[0])))
    except UnreadableSetError as error:
        sys.stderr.write(f"{error}\n")
        return EXIT_FAILED
    sys.stdout.write(json.dumps(document, ensure_ascii=False) + "\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
