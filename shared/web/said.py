"""A sentence and its remedy in both languages of the house."""

import string
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


class _Gaps(string.Formatter):
    """Fills a gap with what is known, and leaves a missing one empty."""

    def get_value(self, key: int | str, args: Any, kwargs: Any) -> Any:  # noqa: ANN401 - the base class's signature
        return kwargs.get(key, "") if isinstance(key, str) else super().get_value(key, args, kwargs)


_gaps = _Gaps()
# Gaps that hold a list in words, as English strings it.
_LISTS = ("expected", "channels", "known", "scopes")


def _in_chinese(about: Mapping[str, object]) -> dict[str, object]:
    def listed(said: object) -> str:
        return str(said).replace(" or ", " 或 ").replace(", ", "、")

    return {name: listed(value) if name in _LISTS else value for name, value in about.items()}


@dataclass(frozen=True)
class Said:
    """A sentence and its remedy in both languages; `{name}` is a gap."""

    en: str
    en_remedy: str
    zh: str
    zh_remedy: str

    def message(self, language: str, about: Mapping[str, object]) -> str:
        """What is wrong."""
        return self._filled(self.en, self.zh, language, about)

    def remedy(self, language: str, about: Mapping[str, object]) -> str:
        """What to do about it."""
        return self._filled(self.en_remedy, self.zh_remedy, language, about)

    def _filled(self, en: str, zh: str, language: str, about: Mapping[str, object]) -> str:
        return _gaps.vformat(zh, (), _in_chinese(about)) if language == "zh" else _gaps.vformat(en, (), about)
