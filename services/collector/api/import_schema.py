"""How an import is shown at the doors."""

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, Field

from services.collector.channels.mapping.mapping import FIELDS
from services.collector.channels.mapping.presets import presets
from services.collector.domain.import_states import ImportState, rate_of, remaining_s
from services.collector.store.import_tables import ImportRun
from services.collector.use_cases.import_plan import Found, ImportPlan
from services.collector.use_cases.run_import import counts_of
from services.collector.use_cases.store_chunk import REJECTS_BYTES_MAX
from shared.web.field_texts import FIELD_RULE_OTHER, FIELD_RULES
from shared.web.import_texts import COLUMN_REASONS


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
