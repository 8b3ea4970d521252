"""How well a statement is known again, on pairs that people labelled; and what of a text does not count."""

import csv
from pathlib import Path
from typing import Any

import pytest

from services.collector.domain.likeness.judge import likeness
from services.collector.domain.likeness.marks import marks_of
from services.collector.domain.likeness.told import Told
from services.collector.evaluate_duplicates import Pair, measure, read_pairs, would_be_linked

PAIRS = Path(__file__).parent / "duplicates"
PRECISION_MIN, RECALL_MIN = 0.95, 0.80
PARTS = ("zh", "en")


def half(name: str, odd: bool) -> list[Pair]:  # noqa: FBT001 - which of the two halves
    return [pair for pair in read_pairs(PAIRS / name) if pair.row % 2 == odd]


@pytest.mark.parametrize("odd", [True, False], ids=["tuned on", "only measured"])
def test_the_frozen_pairs_are_told_apart(odd: bool) -> None:  # noqa: FBT001 - as above
    figures = measure(half("pairs.csv", odd))
    near = figures["near_only"]
    for part in (figures, near, *(some[name] for some in (figures, near) for name in PARTS)):
        assert part["precision"] >= PRECISION_MIN, figures["wrong"]
        assert part["recall"] >= RECALL_MIN, figures["missed"]


def test_the_set_is_as_its_page_says() -> None:
    with (PAIRS / "pairs.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 359
    assert len({(row["text_a"], row["text_b"]) for row in rows}) == len(rows)


EQUAL = [
    ("空调不制冷，加过一次氟也没用！", "空调不制冷 加过一次氟也没用"),
    ("ＡＰＰ闪退，E３故障", "app闪退，e3故障"),
    ("電視看著看著就黑屏", "电视看着看着就黑屏"),
    ("请回电［电话］，门锁坏了", "请回电［邮箱］，门锁坏了"),
    ("The oven door doesn\u2019t close.", "the oven door doesn't close"),
    ("It cost 1,200 dollars", "It cost 1200 dollars"),
]


@pytest.mark.parametrize(("one", "other"), EQUAL)
def test_writing_does_not_tell_texts_apart(one: str, other: str) -> None:
    assert likeness(Told(one), Told(other)) == 1.0
    assert marks_of(Told(one), b"k") == marks_of(Told(other), b"k")


def test_likeness_is_the_same_both_ways_and_lies_between_0_and_1() -> None:
    for pair in read_pairs(PAIRS / "pairs.csv"):
        one, other = map(Told, pair.texts)
        there, back = likeness(one, other), likeness(other, one)
        assert 0.0 <= there <= 1.0
        assert there == back, pair
        assert likeness(one, Told(pair.texts[0])) == 1.0


HARD: list[Any] = [
    "",
    " ",
    "。",
    "🙂",
    "!!!",
    "a" * 20_000,
    "好" * 20_000,
    "1" * 5_000,
    "不" * 300,
    "\u0000x",
    "x" * 3 + "\ud800",
]


@pytest.mark.parametrize("text", HARD, ids=range(len(HARD)))
def test_any_text_can_be_compared(text: str) -> None:
    assert likeness(Told(text), Told(text)) == 1.0
    assert would_be_linked(Told(text), Told(text))
    for other in HARD:
        likeness(Told(text), Told(other))


def test_a_long_text_is_compared_in_bounded_time() -> None:
    """Every clause another one: comparing all with all would take minutes."""
    long = "，".join(f"第{number}次{number * 7}号机{number % 13}处漏水不止" for number in range(2_000))
    other = "，".join(f"第{number}回{number * 7}号机{number % 11}处漏水不断" for number in range(2_000))
    likeness(Told(long), Told(other))
