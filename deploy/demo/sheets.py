"""The written parts of the demo: products, topics, and what people say about them in each language."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from shared.contracts.vocabulary import Language

SPAM = "spam"
_HERE = Path(__file__).parent
Document = dict[str, Any]


@dataclass(frozen=True)
class Topic:
    """One thing that people write about; `kind` says how such a text is put together."""

    key: str
    category: str
    weight: float
    product: str | None
    months: Sequence[int]

    @property
    def kind(self) -> str:
        """`issue`, `service`, or what the category is called."""
        kinds = {"product_issue": "issue", "service_issue": "service"}
        head = self.category.partition("/")[0]
        return kinds.get(head, head)


@dataclass(frozen=True)
class Product:
    """Something that the company sells; `months` says how often it is spoken of in each month."""

    key: str
    names: Mapping[Language, Sequence[str]]
    models: Sequence[str]
    months: Sequence[float]


@dataclass(frozen=True)
class Sheet:
    """The sentences of one language."""

    slots: Mapping[str, Sequence[str]]
    opening: Mapping[str, Sequence[str]]
    ask: Mapping[str, Sequence[str]]
    topic: Mapping[str, Mapping[str, Sequence[str]]]


@cache
def read_topics() -> tuple[Topic, ...]:
    """All topics."""
    return tuple(
        Topic(key, one["category"], one["weight"], one.get("product"), one.get("months", ()))
        for key, one in read("topics").items()
    )


@cache
def read_products() -> tuple[Product, ...]:
    """All products."""
    return tuple(
        Product(key, {language: one[language] for language in Language}, one["models"], one["months"])
        for key, one in read("products").items()
        if isinstance(one, dict)
    )


@cache
def read_sheet(language: Language) -> Sheet:
    """What is said in a language."""
    return Sheet(**read(f"sentences_{language}"))


def read(name: str) -> Document:
    """One of the files beside this one."""
    return tomllib.loads((_HERE / f"{name}.toml").read_text(encoding="utf-8"))
