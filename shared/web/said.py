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


@dataclass(frozen=True)
class Said:
    """A sentence and its remedy in both languages; `{name}` is a gap."""

    en: str
    en_remedy: str
    zh: str
    zh_remedy: str

    def message(self, language: str, about: Mapping[str, object]) -> str:
        """What is wrong."""
        return _gaps.vformat(self.zh if language == "zh" else self.en, (), about)

    def remedy(self, language: str, about: Mapping[str, object]) -> str:
        """What to do about it."""
        return _gaps.vformat(self.zh_remedy if language == "zh" else self.en_remedy, (), about)
