"""What a person may say of a file, at the doors of imports."""

import re
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic_core import PydanticCustomError

from services.collector.channels.registry import CHANNELS
from services.collector.domain.intake import SCALES
from services.collector.domain.normal_forms import DateOrder
from services.collector.use_cases.import_plan import FILE_NAME_LENGTH_MAX, ImportOptions, ImportPlan
from shared.contracts.text import FilledText, Name
from shared.contracts.vocabulary import Purpose

FileFormat = Literal["csv", "jsonl", "xlsx"]
MAPPED_COLUMNS_MAX = 200
OPTION_LENGTH_MAX = 100


def _zone(name: str) -> str:
    try:
        return ZoneInfo(name).key
    except (ValueError, OSError, ZoneInfoNotFoundError):
        raise PydanticCustomError("not_a_time_zone", "not a time zone") from None


def _scale(name: str) -> str:
    if name not in SCALES:
        raise PydanticCustomError("not_one_of", "not a scale", {"expected": ", ".join(SCALES)})
    return name


def _channel(name: str) -> str:
    if name not in CHANNELS:
        raise PydanticCustomError("not_one_of", "not a channel", {"expected": ", ".join(CHANNELS)})
    return name


ChannelName = Annotated[Name, AfterValidator(_channel), Field(json_schema_extra={"enum": list(CHANNELS)})]
ScaleName = Annotated[Name, AfterValidator(_scale), Field(json_schema_extra={"enum": list(SCALES)})]
Option = Annotated[FilledText, Field(max_length=OPTION_LENGTH_MAX)]
Column = Annotated[str, Field(max_length=500)]
Target = Annotated[str, Field(max_length=OPTION_LENGTH_MAX)]
Pair = Annotated[str, Field(max_length=600, pattern=r"=[a-z_.]*$")]
Zone = Annotated[Name, AfterValidator(_zone)]


class _Said(BaseModel):
    """What is said of a file; what is left out is guessed."""

    model_config = ConfigDict(extra="forbid")

    source: Name | None = None
    channel: ChannelName | None = None
    format: FileFormat | None = None
    encoding: Option | None = None
    delimiter: Annotated[str, Field(min_length=1, max_length=1)] | None = None
    sheet: Option | None = None
    preset: Option | None = None
    time_zone: Zone | None = None
    date_order: DateOrder | None = None
    rating_scale: ScaleName | None = None
    consent: list[Purpose] = Field(default=[], max_length=len(Purpose))
    rows_max: Annotated[int, Field(ge=1, le=1_000_000_000)] | None = None


class ImportOptionsIn(_Said):
    """What is said of a file. What is left out is guessed; `mapping` says which column fills which field."""

    mapping: dict[Column, Target] = Field(default={}, max_length=MAPPED_COLUMNS_MAX)

    def to_options(self) -> ImportOptions:
        """As the import keeps it."""
        return ImportOptions(**self.model_dump(mode="json"))


class UploadAsked(_Said):
    """As `ImportOptionsIn`, in the address of an upload, whose body is the file. `map` is `column=field`."""

    file_name: Annotated[Name, Field(max_length=FILE_NAME_LENGTH_MAX)] = "file"
    map: list[Pair] = Field(default=[], max_length=MAPPED_COLUMNS_MAX)

    def to_plan(self) -> ImportPlan:
        """The plan of an import that nobody has looked into. Of a path, only its last part is a file's name."""
        said = self.model_dump(mode="json", exclude={"file_name", "map"})
        pairs = (pair.rpartition("=") for pair in self.map)
        options = ImportOptions(**said, mapping={column: target for column, _, target in pairs})
        name = re.split(r"[/\\]", self.file_name)[-1]
        return ImportPlan(name.strip() or "file", options)
