"""Measures the finding of duplicates on labelled pairs: `python -m services.collector.evaluate_duplicates FILE`."""

import csv
import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from services.collector.domain.likeness.judge import are_alike
from services.collector.domain.likeness.marks import marks_of
from services.collector.domain.likeness.told import Told
from services.collector.domain.masking.mask import mask
from shared.contracts.vocabulary import Language

COLUMNS = ("text_a", "text_b", "lang", "label")
DUPLICATE, DIFFERENT = "duplicate", "different"
DIGITS = 4
EXIT_FAILED = 1
# Bands are named under a company's key. Which texts share one is the same under any.
_SALT = b"evaluation"


class UnreadablePairsError(Exception):
    """The file is no set of labelled pairs; the message says why and what to do."""


@dataclass(frozen=True)
class Pair:
    """Two texts and what a person says of them."""

    row: int
    texts: tuple[str, str]
    language: Language
    is_duplicate: bool


@dataclass
class Count:
    """How many pairs were called duplicates, rightly and wrongly, and how many were missed."""

    pairs: int = 0
    right: int = 0
    wrong: int = 0
    missed: int = 0

    def add(self, *, is_duplicate: bool, is_said: bool) -> None:
        """Counts one pair."""
        self.pairs += 1
        self.right += is_said and is_duplicate
        self.wrong += is_said and not is_duplicate
        self.missed += is_duplicate and not is_said

    def as_document(self) -> dict[str, Any]:
        """For the report."""
        return {
            "pairs": self.pairs,
            "precision": _share(self.right, self.right + self.wrong),
            "recall": _share(self.right, self.right + self.missed),
        }


@dataclass
class Tally:
    """One count for all pairs and one for each language."""

    all: Count = field(default_factory=Count)
    by_language: dict[Language, Count] = field(default_factory=lambda: {language: Count() for language in Language})

    def add(self, pair: Pair, *, is_said: bool) -> None:
        """Counts one pair."""
        for count in (self.all, self.by_language[pair.language]):
            count.add(is_duplicate=pair.is_duplicate, is_said=is_said)

    def as_document(self) -> dict[str, Any]:
        """For the report."""
        parts = {language.value: count.as_document() for language, count in self.by_language.items()}
        return self.all.as_document() | parts


def measure(pairs: Iterable[Pair]) -> dict[str, Any]:
    """The figures. Texts are masked first, for the service compares what it stores."""
    tally, near = Tally(), Tally()
    missed: list[dict[str, Any]] = []
    wrong: list[dict[str, Any]] = []
    for pair in pairs:
        one, other = (Told(mask(text).text) for text in pair.texts)
        is_said = would_be_linked(one, other)
        tally.add(pair, is_said=is_said)
        if one.plain != other.plain:
            near.add(pair, is_said=is_said)
        if is_said != pair.is_duplicate:
            (wrong if is_said else missed).append({"row": pair.row, "text_a": pair.texts[0], "text_b": pair.texts[1]})
    return tally.as_document() | {"near_only": near.as_document(), "wrong": wrong, "missed": missed}


def would_be_linked(one: Told, other: Told) -> bool:
    """What the service does with two texts: they must find each other by a band, and then be judged alike."""
    return not set(marks_of(one, _SALT)).isdisjoint(marks_of(other, _SALT)) and are_alike(one, other)


def read_pairs(path: Path) -> Iterator[Pair]:
    """The labelled pairs of a CSV file. Raises UnreadablePairsError."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = csv.DictReader(file, restval="")
            lacking = [column for column in COLUMNS if column not in (rows.fieldnames or ())]
            if lacking:
                raise UnreadablePairsError(
                    f"{path} has no column {', '.join(lacking)}. It needs: {', '.join(COLUMNS)}."
                )
            for number, row in enumerate(rows, start=1):
                yield _pair(number, row)
    except OSError as error:
        raise UnreadablePairsError(f"{path} cannot be read ({error.strerror}). Name a CSV file.") from error
    except (UnicodeError, csv.Error) as error:
        raise UnreadablePairsError(f"{path} is no CSV file in UTF-8. Save it as one.") from error


def _pair(number: int, row: dict[str, str]) -> Pair:
    label, language = row["label"].strip().lower(), row["lang"].strip().lower()
    if label not in (DUPLICATE, DIFFERENT):
        raise UnreadablePairsError(f"Row {number}: the label is neither {DUPLICATE} nor {DIFFERENT}. Mend the row.")
    if language not in set(Language):
        raise UnreadablePairsError(f"Row {number}: the language is none of {', '.join(Language)}. Mend the row.")
    return Pair(number, (row["text_a"], row["text_b"]), Language(language), label == DUPLICATE)


def _share(part: int, whole: int) -> float:
    return round(part / whole, DIGITS) if whole else 1.0


def main(arguments: Sequence[str]) -> int:
    """Prints the figures as one JSON object, or on standard error why there are none."""
    try:
        document = measure(read_pairs(Path(arguments[0])))
    except UnreadablePairsError as error:
        sys.stderr.write(f"{error}\n")
        return EXIT_FAILED
    sys.stdout.write(json.dumps(document, ensure_ascii=False) + "\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
