"""The shape of an import at the doors: what a person may say of a file, and how it is shown."""

import re
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic_core import PydanticCustomError

from services.collector.channels.mapping.mapping import FIELDS
from services.collector.channels.mapping.presets import presets
from services.collector.channels.registry import CHANNELS
from services.collector.domain.import_states import ImportState, rate_of, remaining_s
from services.collector.store.import_tables import ImportRun
from services.collector.use_cases.import_plan import FILE_NAME_LENGTH_MAX, Found, ImportOptions, ImportPlan
from services.collector.use_cases.run_import import counts_of
from services.collector.use_cases.store_chunk import REJECTS_BYTES_MAX
from shared.contracts.text import FilledText, Name
from shared.contracts.vocabulary import Purpose
from shared.web.field_texts import FIELD_RULE_OTHER, FIELD_RULES
from shared.web.import_texts import COLUMN_REASONS

FileFormat = Literal["csv", "jsonl", "xlsx"]
DateOrder = Literal["ymd", "dmy", "mdy"]
Scale = Literal["stars5", "csat5", "ces7", "nps11", "unit"]
MAPPED_COLUMNS_MAX = 200
OPTION_LENGTH_MAX = 100


def _zone(name: str) -> str:
    try:
        return ZoneInfo(name).key
    except (ValueError, OSError, ZoneInfoNotFoundError):
        raise PydanticCustomError("not_a_time_zone", "not a time zone") from None


def _channel(name: str) -> str:
    if name not in CHANNELS:
        raise PydanticCustomError("not_one_of", "not a channel", {"expected": ", ".join(CHANNELS)})
    return name


Option = Annotated[FilledText, Field(max_length=OPTION_LENGTH_MAX)]
Column = Annotated[str, Field(max_length=500)]
Target = Annotated[str, Field(max_length=OPTION_LENGTH_MAX)]
Pair = Annotated[str, Field(max_length=600, pattern=r"=[a-z_.]*$")]
Zone = Annotated[Name, AfterValidator(_zone)]


class _Said(BaseModel):
    """What is said of a file; what is left out is guessed."""

    model_config = ConfigDict(extra="forbid")

    source: Name | None = None
    channel: Annotated[Name, AfterValidator(_channel)] | None = None
    format: FileFormat | None = None
    encoding: Option | None = None
    delimiter: Annotated[str, Field(min_length=1, max_length=1)] | None = None
    sheet: Option | None = None
    preset: Option | None = None
    time_zone: Zone | None = None
    date_order: DateOrder | None = None
    rating_scale: Scale | None = None
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


class CountsOut(BaseModel):
    """How rows were met: `new + duplicate + invalid` is `rows`.

    `repeated` are those duplicates that were known by their own id, and so not stored again.
    """

    rows: int
    new: int
    duplicate: int
    invalid: int
    repeated: int


class ColumnOut(BaseModel):
    """A column, the field that it fills, and why."""

    column: str
    field: str | None
    reason: str
    because: str = Field(description="the reason, in the caller's language")


class FoundOut(BaseModel):
    """What the file is, as it was told or guessed."""

    format: str
    encoding: str
    delimiter: str | None
    sheet: str | None
    sheets: list[str]
    preset: str | None
    columns: list[ColumnOut]
    rows: int


class FaultOut(BaseModel):
    """What is wrong with a file or a cell, in the caller's language."""

    code: str
    message: str
    remedy: str
    column: str | None = None
    original: str | None = None


class PreviewRowOut(BaseModel):
    """One of the first rows: the feedback that it would be, or what is wrong with it."""

    row: int
    feedback: dict[str, Any] | None
    faults: list[FaultOut]


class PositionOut(BaseModel):
    """How far the file was read."""

    row: int
    byte: int
    size_bytes: int


class RejectsOut(BaseModel):
    """Rejected rows that can be fetched; `is_cut` when there was no room for all."""

    kept: int
    is_cut: bool


class ImportOut(BaseModel):
    """One import. `counts` are of the run that stores, or of a dry run while that is under way."""

    id: UUID
    state: ImportState
    is_dry: bool
    file_name: str | None = Field(description="null once the file's words are forgotten")
    source: str | None
    options: dict[str, Any] | None
    found: FoundOut | None
    counts: CountsOut
    dry_counts: CountsOut | None
    rate: float = Field(description="rows a second")
    remaining_s: float | None
    position: PositionOut
    rejects: RejectsOut
    fault: FaultOut | None
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None


class ImportSeenOut(ImportOut):
    """One import with its first rows; those are only for who uploaded it, and for who may read personal data."""

    preview: list[PreviewRowOut] | None
    fields: list[str] = Field(default=list(FIELDS), description="what a column may fill")
    presets: list[str] = Field(default=list(presets()), description="what is known of files of others")


class ImportsOut(BaseModel):
    """Imports, newest first."""

    items: list[ImportOut]
    next: str | None


def fault_out(code: str, about: dict[str, Any], language: str, **where: str) -> FaultOut:
    """A code with its sentence."""
    said = FIELD_RULES.get(code, FIELD_RULE_OTHER)
    return FaultOut(code=code, message=said.message(language, about), remedy=said.remedy(language, about), **where)


def import_out(run: ImportRun, plan: ImportPlan | None, language: str) -> ImportOut:
    """An import as it is shown."""
    found = plan.found if plan else None
    is_cut = run.rejects_kept < run.invalid_rows and not run.is_dry
    return ImportOut(
        id=run.id,
        state=ImportState(run.state),
        is_dry=run.is_dry,
        file_name=plan.file_name if plan else None,
        source=plan.source if plan else None,
        options=vars(plan.options) if plan else None,
        found=_found_out(found, language) if found else None,
        counts=CountsOut(**vars(counts_of(run))),
        dry_counts=CountsOut(**run.dry_counts) if run.dry_counts else None,
        rate=round(rate_of(run.rows_read, run.busy_s), 1),
        remaining_s=_remaining(run),
        position=PositionOut(row=run.at_row, byte=run.at_byte, size_bytes=run.size_bytes),
        rejects=RejectsOut(kept=run.rejects_kept, is_cut=is_cut or run.rejects_bytes >= REJECTS_BYTES_MAX),
        fault=fault_out(run.fault, dict(plan.fault_about) if plan else {}, language) if run.fault else None,
        created_at=run.created_at,
        started_at=run.started_at,
        finished_at=run.finished_at,
    )


def _found_out(found: Found, language: str) -> FoundOut:
    columns = [ColumnOut(**vars(one), because=_because(one.reason, language)) for one in found.columns]
    about = {name: value for name, value in vars(found).items() if name in FoundOut.model_fields}
    return FoundOut(**about | {"columns": columns})


def _because(reason: str, language: str) -> str:
    """Another release may have had other reasons."""
    said = COLUMN_REASONS.get(reason)
    return said.message(language, {}) if said else ""


def _remaining(run: ImportRun) -> float | None:
    if run.state != ImportState.RUNNING:
        return None
    left = remaining_s(run.at_byte, run.size_bytes, run.busy_s)
    return None if left is None else round(left, 1)
