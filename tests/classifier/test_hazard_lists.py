"""The hazard lists are well formed, hold enough of each kind, and the first one is frozen."""

import csv
import hashlib
from collections import Counter
from pathlib import Path

from services.classifier.model.corpus import starter_examples

FIRST = Path(__file__).parent / "hazard" / "first.csv"
# The list was committed before the rules it judges: whoever changes it changes what was promised.
FROZEN = "3b28dea5dd11b7a18c7e98615cccc3b4539c07dd41c9e32ba7854530785f5bfe"
ENOUGH = 80  # sentences of each label in each language
ALIKE = 0.4  # Jaccard of character 3-grams


def rows() -> list[dict[str, str]]:
    with FIRST.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def pieces(text: str) -> set[str]:
    folded = text.lower()
    return {folded[at : at + 3] for at in range(max(1, len(folded) - 2))}


def are_alike(one: set[str], other: set[str]) -> bool:
    shared = len(one & other)
    return shared > ALIKE * (len(one) + len(other) - shared)


def test_the_first_list_is_as_it_was_before_there_were_rules() -> None:
    assert hashlib.sha256(FIRST.read_bytes()).hexdigest() == FROZEN


def test_the_first_list_holds_enough_of_each_kind_and_no_sentence_twice() -> None:
    assert set(rows()[0]) == {"text", "label", "lang"}
    kinds = Counter((row["label"], row["lang"]) for row in rows())
    assert kinds.keys() == {(label, lang) for label in ("alert", "none") for lang in ("zh", "en")}
    assert min(kinds.values()) >= ENOUGH
    assert len({row["text"].strip().lower() for row in rows()}) == len(rows())


def test_no_model_has_learnt_from_the_first_list() -> None:
    learnt = [(one.text, pieces(one.text)) for one in starter_examples()]
    for row in rows():
        mine = pieces(row["text"])
        assert [text for text, theirs in learnt if are_alike(mine, theirs)] == []
