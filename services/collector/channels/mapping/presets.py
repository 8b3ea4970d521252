"""Sources as data: one TOML file for each in `channels/presets`, under the file's name."""

import re
import tomllib
import unicodedata
from collections.abc import Iterable
from collections.abc import Mapping as Read
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

from services.collector.channels.files.reading import Duplicates, Told
from services.collector.channels.mapping.mapping import FIELDS

FOLDER = Path(__file__).resolve().parent.parent / "presets"
GENERIC = "generic"
# Fields whose columns a preset joins, and by what; of any other field's names the first that the file has is taken.
JOINED = {"text": "\n", "customer.name": " "}
_PARTS = re.compile(r"[\s_\-./:：?？*（）()]+")


class UnknownPresetError(KeyError):
    """There is no such preset."""


@dataclass(frozen=True)
class Preset:
    """How files or payloads of one source are read, as far as that is known beforehand."""

    name: str
    shape: str = "rows"  # rows, json or both
    channel: str = "import"
    source: str | None = None  # Else the file's name.
    fields: Read[str, tuple[str, ...]] = field(default_factory=dict)
    recognised_by: tuple[tuple[str, ...], ...] = ()
    recognised_first: bool = False
    picks: Read[str, str] = field(default_factory=dict)
    constants: Read[str, str] = field(default_factory=dict)
    purposes: tuple[str, ...] = ()
    header_rows: int = 1
    duplicates: Duplicates = Duplicates.REFUSE
    encoding: str | None = None
    rating_scale: str = "stars5"
    date_order: str | None = None
    time_zone: str | None = None
    empty_text: str = "empty"
    signature: str | None = None

    @property
    def takes_payloads(self) -> bool:
        """Whether payloads in its shape may be posted."""
        return self.shape in ("json", "both")

    def told(self, told: Told) -> Told:
        """What is known of its files, where a person said nothing else."""
        duplicates = self.duplicates if told.duplicates is Duplicates.REFUSE else told.duplicates
        header_rows = max(told.header_rows, self.header_rows)
        return replace(told, header_rows=header_rows, duplicates=duplicates, encoding=told.encoding or self.encoding)


@cache
def presets() -> dict[str, Preset]:
    """Every preset by its name."""
    return {path.stem: _read(path) for path in sorted(FOLDER.glob("*.toml"))}


def preset_of(name: str) -> Preset:
    """The preset of a name. Raises UnknownPresetError."""
    try:
        return presets()[name]
    except KeyError:
        raise UnknownPresetError(name) from None


def _read(path: Path) -> Preset:
    given: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
    given["fields"] = {target: tuple(names) for target, names in given.get("fields", {}).items()}
    unknown = set(given["fields"]) - set(FIELDS)
    if unknown:
        raise ValueError(f"{path.name} fills what no feedback has: {', '.join(sorted(unknown))}")
    given["recognised_by"] = tuple(map(tuple, given.get("recognised_by", ())))
    given["purposes"] = tuple(given.get("purposes", ()))
    given["duplicates"] = Duplicates(given.get("duplicates", Duplicates.REFUSE))
    return Preset(name=path.stem, **given)


def recognised(columns: Iterable[str]) -> Preset:
    """The preset whose marks are all among the columns; the one with most marks, else the generic one."""
    folded = [fold(column) for column in columns]
    fitting = [preset for preset in presets().values() if preset.recognised_by and _fits(preset, folded)]
    return max(fitting, key=lambda preset: len(preset.recognised_by), default=preset_of(GENERIC))


def _fits(preset: Preset, folded: list[str]) -> bool:
    marks = [{fold(name) for name in names} for names in preset.recognised_by]
    if preset.recognised_first:
        return bool(folded) and folded[0] in marks[0]
    return all(names & set(folded) for names in marks)


def fold(name: str) -> str:
    """A column's name without case, blanks and signs: `Customer ID`, `customer_id` and `customerId` are one."""
    plain = unicodedata.normalize("NFKC", name).strip()
    return _PARTS.sub("", plain).lower()
