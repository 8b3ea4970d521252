"""Stores one chunk of an import: rows, counts and position in one transaction, so a crash loses and doubles none."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from services.collector.channels.files.reading import Position
from services.collector.channels.mapping.engine import RowFault
from services.collector.domain.import_states import Counts, ImportState
from services.collector.store import imports
from services.collector.store.feedback import find_repeats
from services.collector.store.import_chunks import add_chunk, seal_rejects
from services.collector.store.import_tables import ImportRun
from services.collector.store.keyring import Keyring, TenantKeys
from services.collector.use_cases.accept_feedback import Accepted, AcceptFeedback, Outcome, accept_feedback
from services.collector.use_cases.import_chunk import Chunk, Reject
from shared.access.credentials import Actor
from shared.database import Tx
from shared.messaging import jobs
from shared.messaging.jobs import Claim
from shared.trace import trace_id

REJECTS_KEPT_MAX = 100_000
REJECTS_BYTES_MAX = 64 * 1024 * 1024  # Of one import; what is rejected beyond is counted and not kept.

# Links feedback that says the same as an earlier one; how many were linked.
Link = Callable[[Tx, TenantKeys, Sequence[UUID], datetime], Awaitable[int]]


class OvertakenError(Exception):
    """The import does not stand where this chunk begins: somebody ended it, or went on with it."""


@dataclass(frozen=True)
class ChunkStep:
    """The command: one chunk of one import. `begins` is where the import stands before it, `busy_s` what it took."""

    claim: Claim
    actor: Actor
    import_id: UUID
    chunk: Chunk
    begins: Position
    moment: datetime
    busy_s: float

    def halves(self) -> "list[ChunkStep]":
        """One step for each half of the chunk."""
        steps, begins = [], self.begins
        for part in self.chunk.halves(self.begins):
            steps.append(replace(self, chunk=part, begins=begins, busy_s=0.0))
            begins = part.position
        return steps


async def store_chunk(tx: Tx, keyring: Keyring, link: Link, step: ChunkStep) -> None:
    """Stores what is new and moves the import on. Raises LostRaceError, OvertakenError, StaleLeaseError."""
    run = await _held(tx, step)
    keys = await keyring.keys_of(tx, run.tenant_id)
    chunk = step.chunk
    if run.is_dry:
        counts, rejects = await _look(tx, keys, chunk)
    else:
        counts, rejects = await _accept(tx, keyring, link, step, is_vouched=run.is_vouched)
    kept = _kept(run, rejects) if not run.is_dry else []
    sealed = seal_rejects(imports.import_key(keys, run), run, [reject.document() for reject in kept])
    await add_chunk(tx, run, chunk.position.number, chunk.digests, sealed)
    await imports.advance(tx, run, chunk.position[:2], counts, (len(kept), len(sealed[1] or b""), step.busy_s))


async def _held(tx: Tx, step: ChunkStep) -> ImportRun:
    """The import under its lock, if it stands where the chunk begins and nobody else is at it."""
    await jobs.hold(tx, step.claim)
    run = await imports.read_import(tx, step.claim.tenant_id, step.import_id, locked=True)
    if run is None or run.state != ImportState.RUNNING or run.at_row != step.begins.number:
        raise OvertakenError
    return run


async def _accept(
    tx: Tx, keyring: Keyring, link: Link, step: ChunkStep, *, is_vouched: bool
) -> tuple[Counts, list[Reject]]:
    chunk = step.chunk
    command = AcceptFeedback(step.actor, chunk.intakes, step.moment, trace_id(), is_vouched)
    accepted = (await accept_feedback(tx, keyring, command)).value if chunk.intakes else []
    stored = [one.id for one in accepted if one.outcome is Outcome.NEW]
    linked = await link(tx, await keyring.keys_of(tx, step.claim.tenant_id), stored, step.moment) if stored else 0
    counts, rejects = _counted(chunk, accepted)
    linked = min(linked, counts.new)  # An earlier feedback may have been linked to one of these as well.
    return replace(counts, new=counts.new - linked, duplicate=counts.duplicate + linked), rejects


def _counted(chunk: Chunk, accepted: Sequence[Accepted]) -> tuple[Counts, list[Reject]]:
    outcomes = [one.outcome for one in accepted]
    repeated, refused = outcomes.count(Outcome.REPLAYED), outcomes.count(Outcome.CONTRADICTS)
    contradicting = [
        Reject(row.number, [RowFault("", "key_reused", {}, "")], row.cells)
        for row, outcome in zip(chunk.sources, outcomes, strict=True)
        if outcome is Outcome.CONTRADICTS
    ]
    rejects = [*chunk.rejects, *contradicting]
    rejects.sort(key=lambda reject: reject.number)
    new = outcomes.count(Outcome.NEW)
    return Counts(chunk.rows, new, repeated, len(chunk.rejects) + refused, repeated), rejects


async def _look(tx: Tx, keys: TenantKeys, chunk: Chunk) -> tuple[Counts, list[Reject]]:
    """What storing would do, as far as one can tell without it."""
    intakes = [masked.original for masked in chunk.intakes]
    known = await find_repeats(tx, [(keys, intake) for intake in intakes])
    repeated = sum(1 for intake in intakes if any((keys.tenant_id, key) in known for key in intake.known_by().values()))
    new = len(intakes) - repeated
    return Counts(chunk.rows, new, repeated, len(chunk.rejects), repeated), chunk.rejects


def _kept(run: ImportRun, rejects: Sequence[Reject]) -> Sequence[Reject]:
    """As many as there is room for. What a chunk holds is bounded, so the limit in bytes may be passed by one chunk."""
    if run.rejects_bytes >= REJECTS_BYTES_MAX:
        return []
    return rejects[: max(0, REJECTS_KEPT_MAX - run.rejects_kept)]
