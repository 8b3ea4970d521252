"""The starter corpus: sentences of our own that a model can learn from on the first day."""

import csv
import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

from shared.contracts.vocabulary import Language, Urgency

_HERE = Path(__file__).parent / "starter"


@dataclass(frozen=True)
class Example:
    """One labelled sentence."""

    text: str
    language: Language
    category: str
    urgency: Urgency


def starter_examples() -> list[Example]:
    """All sentences of the starter corpus. Raises ValueError for a category that the taxonomy does not name."""
    with (_HERE / "examples.csv").open(encoding="utf-8", newline="") as file:
        examples = [
            Example(row["text"], Language(row["lang"]), row["category"], Urgency(row["urgency"]))
            for row in csv.DictReader(file)
        ]
    unnamed = {example.category for example in examples} - starter_taxonomy().keys()
    if unnamed:
        raise ValueError(f"taxonomy.json does not name {', '.join(sorted(unnamed))}")
    return examples


def starter_taxonomy() -> dict[str, dict[str, str]]:
    """The categories by id, with their names in both languages."""
    taxonomy: dict[str, dict[str, str]] = json.loads((_HERE / "taxonomy.json").read_text(encoding="utf-8"))
    return taxonomy


def corpus_hash() -> str:
    """What the starter model has to be trained from; another corpus means another model."""
    files = (_HERE / "examples.csv", _HERE / "taxonomy.json")
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()
