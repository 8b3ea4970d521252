"""The customers of the demo: names by chance, addresses of reserved domains, and what they agreed to."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from deploy.demo.sheets import read
from shared.contracts.vocabulary import Language, Purpose

SHARE_WITH_EMAIL = 0.62
SHARE_WITH_PHONE = 0.3
SHARE_WHO_AGREED = 0.7
SHARE_WHO_COME_AGAIN = 0.28
PHONES_ZH = 129_0000_0000  # No mobile number in China begins with 12.
PHONES_EN = 7700_900_000  # Kept for drama in the United Kingdom.
PHONES_ZH_COUNT, PHONES_EN_COUNT = 10_000, 1_000
NUMBER_FIRST = 100_001
AGREED_TO = "demo-1"

Document = dict[str, Any]


@dataclass(frozen=True)
class Person:
    """One customer as the company knows them; `email` is theirs, whether the company was told or not."""

    body: Document
    email: str
    city: str
    purposes: Sequence[Purpose]

    def consent(self, given_at: datetime) -> Document | None:
        """What they agreed to, as a feedback carries it."""
        if not self.purposes:
            return None
        locale = self.body["language"]
        return {
            "purposes": list(self.purposes),
            "version": AGREED_TO,
            "locale": locale,
            "given_at": given_at.isoformat(),
        }


class Crowd:
    """Meets customers; some of them come again."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        self._words: Mapping[str, Any] = read("people")
        self._known: dict[Language, list[Person]] = {language: [] for language in Language}
        self._count = 0

    def meet(self, language: Language) -> Person:
        """Somebody who speaks the language."""
        known = self._known[language]
        if known and self._rng.random() < SHARE_WHO_COME_AGAIN:
            return self._rng.choice(known)
        known.append(self._stranger(language))
        return known[-1]

    def _stranger(self, language: Language) -> Person:
        number = NUMBER_FIRST + self._count
        self._count += 1
        name, account = self._name(language)
        body: Document = {"external_id": f"K{number}", "name": name, "language": language}
        email = f"{account}{number % 1000}@{self._rng.choice(self._words['domains'])}"
        if self._rng.random() < SHARE_WITH_EMAIL:
            body["email"] = email
        if self._rng.random() < SHARE_WITH_PHONE:
            body["phone"] = self._phone(language)
        is_willing = "email" in body and self._rng.random() < SHARE_WHO_AGREED
        purposes = [Purpose.REPLY, *([Purpose.RESEARCH] if self._rng.random() < SHARE_WITH_PHONE else [])]
        city = self._rng.choice(self._words[f"cities_{language}"])
        return Person(body, email, city, purposes if is_willing else ())

    def _name(self, language: Language) -> tuple[str, str]:
        words = self._words
        if language is Language.ZH:
            at = self._rng.randrange(len(words["surnames_zh"]))
            return words["surnames_zh"][at] + self._rng.choice(words["given_zh"]), words["pinyin"][at]
        first, last = self._rng.choice(words["first_en"]), self._rng.choice(words["last_en"])
        return f"{first} {last}", f"{first}.{last}".lower()

    def _phone(self, language: Language) -> str:
        if language is Language.ZH:
            return f"+86 {PHONES_ZH + self._rng.randrange(PHONES_ZH_COUNT)}"
        return f"+44 {PHONES_EN + self._rng.randrange(PHONES_EN_COUNT)}"
