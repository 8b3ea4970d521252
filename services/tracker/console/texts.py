"""Every text of the console, Chinese and English side by side: one TOML file for each page."""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from babel import Locale

from shared.contracts.vocabulary import Language

FOLDER = Path(__file__).parent / "texts"
# A text, or for what is counted, one text for each of the language's plural forms.
Text = str | Mapping[str, str]


class UnknownTextError(LookupError):
    """A page asks for a text that stands in no file."""


@cache
def read_texts() -> Mapping[str, Mapping[str, Text]]:
    """All texts by name (`inbox.title`), each by language."""
    found: dict[str, Mapping[str, Text]] = {}
    for path in sorted(FOLDER.glob("*.toml")):
        for section, texts in tomllib.loads(path.read_text(encoding="utf-8")).items():
            names = {f"{section}.{name}": said for name, said in texts.items()}
            if names.keys() & found.keys():
                raise ValueError(f"{path.name} says again {', '.join(names.keys() & found.keys())}")
            found |= names
    return found


class Say:
    """Says a text in one language: `say("inbox.count", n=3)`."""

    def __init__(self, language: Language) -> None:
        self.language = language
        self._texts = read_texts()
        self._plural = Locale(language.value).plural_form

    def __call__(self, name: str, **about: object) -> str:
        """The text with its gaps filled; `n` chooses the plural form."""
        try:
            text = self._texts[name][self.language]
        except KeyError:
            raise UnknownTextError(f"{name} ({self.language})") from None
        if not isinstance(text, str):
            count = about.get("n", 0)
            text = text.get(self._plural(count if isinstance(count, int | float) else 0)) or text["other"]
        return text.format(**about) if about else text

    def section(self, prefix: str) -> dict[str, Text]:
        """The texts whose names begin so, for scripts; the names without the beginning."""
        begin = prefix + "."
        return {
            name.removeprefix(begin): said[self.language]
            for name, said in self._texts.items()
            if name.startswith(begin)
        }
