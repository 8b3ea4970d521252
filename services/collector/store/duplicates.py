"""Bands, sketches and links of feedback that was told before."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.collector.domain.duplicates import COMPARED_BY_CHANCE_MAX, COMPARED_MAX, Likeness
from services.collector.store.duplicate_tables import DuplicateBand, DuplicateLink
from shared.database import Tx
from shared.ids import new_id

# Of a band that very many share, the oldest are enough: one of them is the original.
CANDIDATES_OF_BAND_MAX = 64

# Whoever links waits for who links: else two copies that come at once would not see each other. Nobody is erased
# meanwhile, so that no band outlives its text.
_ALONE = """
SELECT pg_advisory_xact_lock_shared(erasure_lock($1::uuid)),
    pg_advisory_xact_lock(hashtextextended('duplicates ' || $1::text, 0))
"""
_TEXTS = """
SELECT id, text FROM feedback
WHERE tenant_id = $1 AND id = ANY ($2) AND erased_at IS NULL AND text <> ''
"""
_NOT_COMPARED = """
SELECT f.id FROM feedback f LEFT JOIN duplicate_sketch s ON s.tenant_id = f.tenant_id AND s.id = f.id
WHERE f.tenant_id = $1 AND f.id > $2 AND s.id IS NULL AND f.erased_at IS NULL AND f.text <> ''
ORDER BY f.id LIMIT $3
"""
_COMPARED = "SELECT id FROM duplicate_sketch WHERE tenant_id = $1 AND id = ANY ($2)"
_CANDIDATES = """
SELECT feedback_id, candidate_id FROM (
    SELECT wanted.feedback_id, found.feedback_id AS candidate_id, count(*) AS shared,
        row_number() OVER (PARTITION BY wanted.feedback_id ORDER BY count(*) DESC, found.feedback_id) AS place
    FROM unnest($2::uuid[], $3::bigint[]) AS wanted (feedback_id, band)
    CROSS JOIN LATERAL (
        SELECT b.feedback_id FROM duplicate_band b WHERE b.tenant_id = $1 AND b.band = wanted.band
        ORDER BY b.feedback_id LIMIT $4
    ) AS found
    WHERE found.feedback_id <> wanted.feedback_id
    GROUP BY wanted.feedback_id, found.feedback_id
) AS ranked
WHERE place <= $6 OR (shared > 1 AND place <= $5)
"""
_LINKS = "SELECT * FROM duplicate_link WHERE tenant_id = $1 AND feedback_id = ANY ($2)"
_MOVE = """
UPDATE duplicate_link l SET original_id = m.original_id, likeness = m.likeness, kind = m.kind, made_at = $2
FROM unnest($3::uuid[], $4::uuid[], $5::float8[], $6::text[]) AS m (id, original_id, likeness, kind)
WHERE l.tenant_id = $1 AND l.id = m.id
"""
_OF_FEEDBACK = """
SELECT * FROM (
    SELECT * FROM duplicate_link WHERE tenant_id = $1 AND feedback_id = $2
    UNION
    SELECT * FROM duplicate_link WHERE tenant_id = $1 AND original_id = $2
) AS links WHERE $3::uuid IS NULL OR id > $3 ORDER BY id LIMIT $4
"""
_UNDO = """
UPDATE duplicate_link SET undone_at = $4, undone_by = $5
WHERE tenant_id = $1 AND id = $3 AND (feedback_id = $2 OR original_id = $2) AND undone_at IS NULL RETURNING *
"""
_ONE = """
SELECT * FROM duplicate_link WHERE tenant_id = $1 AND id = $3 AND (feedback_id = $2 OR original_id = $2)
"""
_FIGURES = """
SELECT count(*) FILTER (WHERE undone_at IS NULL AND kind = 'exact') AS exact,
    count(*) FILTER (WHERE undone_at IS NULL AND kind = 'near') AS near,
    count(*) FILTER (WHERE undone_at IS NOT NULL) AS undone
FROM duplicate_link WHERE tenant_id = $1
"""


@dataclass(frozen=True)
class DuplicateFigures:
    """How many links there are, and how many people took back."""

    exact: int
    near: int
    undone: int


async def work_alone(tx: Tx, tenant_id: UUID) -> None:
    """Until the transaction ends nobody else links this tenant's feedback, and nobody of it is erased."""
    await tx.execute(_ALONE, tenant_id)


async def read_texts(tx: Tx, tenant_id: UUID, feedback_ids: Sequence[UUID]) -> dict[UUID, str]:
    """The masked texts; an erased one is not there."""
    return {row["id"]: row["text"] for row in await tx.fetch(_TEXTS, tenant_id, list(feedback_ids))}


async def not_compared(tx: Tx, tenant_id: UUID, after: UUID, limit: int) -> list[UUID]:
    """Feedback after an id that nobody compared yet, the oldest first."""
    return [row["id"] for row in await tx.fetch(_NOT_COMPARED, tenant_id, after, limit)]


async def compared(tx: Tx, tenant_id: UUID, feedback_ids: Sequence[UUID]) -> set[UUID]:
    """Those that were compared already."""
    return {row["id"] for row in await tx.fetch(_COMPARED, tenant_id, list(feedback_ids))}


async def keep_bands(tx: Tx, tenant_id: UUID, bands: Mapping[UUID, Sequence[int]]) -> None:
    """Lets later feedback find these."""
    rows = [
        {"tenant_id": tenant_id, "band": band, "feedback_id": one}
        for band, one in sorted((band, one) for one, some in bands.items() for band in some)
    ]
    await tx.insert(DuplicateBand, rows, tail="ON CONFLICT DO NOTHING")
    await tx.execute(_KEEP_SKETCHES, tenant_id, *_flat(bands))


_KEEP_SKETCHES = """
INSERT INTO duplicate_sketch (tenant_id, id, bands)
SELECT $1, id, array_agg(band ORDER BY band) FROM unnest($2::uuid[], $3::bigint[]) AS of (id, band) GROUP BY id
ON CONFLICT DO NOTHING
"""


def _flat(bands: Mapping[UUID, Sequence[int]]) -> tuple[list[UUID], list[int]]:
    pairs = [(one, band) for one, some in bands.items() for band in some]
    return [one for one, _ in pairs], [band for _, band in pairs]


async def find_candidates(tx: Tx, tenant_id: UUID, bands: Mapping[UUID, Sequence[int]]) -> list[tuple[UUID, UUID]]:
    """Pairs that share a band: of each feedback those that share most."""
    limits = (CANDIDATES_OF_BAND_MAX, COMPARED_MAX, COMPARED_BY_CHANCE_MAX)
    rows = await tx.fetch(_CANDIDATES, tenant_id, *_flat(bands), *limits)
    return [(row["feedback_id"], row["candidate_id"]) for row in rows]


async def links_of(tx: Tx, tenant_id: UUID, feedback_ids: Sequence[UUID]) -> list[DuplicateLink]:
    """The links from these to their originals, undone ones too."""
    return await tx.rows(DuplicateLink, _LINKS, tenant_id, list(feedback_ids))


async def add_links(tx: Tx, tenant_id: UUID, found: Sequence[Likeness], moment: datetime) -> None:
    """Links feedback that had none."""
    rows = [
        {
            "tenant_id": tenant_id,
            "id": new_id(),
            "feedback_id": one.feedback_id,
            "original_id": one.original_id,
            "likeness": one.likeness,
            "kind": one.kind,
            "made_at": moment,
        }
        for one in found
    ]
    await tx.insert(DuplicateLink, rows)


async def move_links(tx: Tx, tenant_id: UUID, moved: Mapping[UUID, Likeness], moment: datetime) -> None:
    """Points links, by their ids, at an original that turned out to be older."""
    if moved:
        some = list(moved.values())
        cells = ([one.original_id for one in some], [one.likeness for one in some], [one.kind for one in some])
        await tx.execute(_MOVE, tenant_id, moment, list(moved), *cells)


async def list_links(tx: Tx, tenant_id: UUID, feedback_id: UUID, after: UUID | None, limit: int) -> list[DuplicateLink]:
    """The links from and to one feedback, the first made first."""
    return await tx.rows(DuplicateLink, _OF_FEEDBACK, tenant_id, feedback_id, after, limit)


async def read_link(tx: Tx, tenant_id: UUID, feedback_id: UUID, link_id: UUID) -> DuplicateLink | None:
    """One link from or to the feedback."""
    return await tx.row(DuplicateLink, _ONE, tenant_id, feedback_id, link_id)


async def undo_link(
    tx: Tx, tenant_id: UUID, feedback_id: UUID, link_id: UUID, at: tuple[datetime, str]
) -> DuplicateLink | None:
    """Takes a link back; None when there is none that holds. `at` is when, and by whom."""
    return await tx.row(DuplicateLink, _UNDO, tenant_id, feedback_id, link_id, *at)


async def count_links(tx: Tx, tenant_id: UUID) -> DuplicateFigures:
    """The tenant's links."""
    return DuplicateFigures(**dict(await tx.fetchrow(_FIGURES, tenant_id) or {}))
