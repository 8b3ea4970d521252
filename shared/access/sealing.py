"""Seals the audit: chains committed lines by hash, tenant by tenant, and notes the heads outside the database."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import asyncpg

from shared.access.heads import Head, Heads
from shared.clock import Clock, now
from shared.database import Database
from shared.logs import get_log

POLL_S = 1.0
LINES_MAX = 2_000
THIN_S = 3600.0

_log = get_log("sealer")

_HORIZON = "SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint"
_SEAL = "SELECT * FROM audit_seal_lines($1, $2, $3, $4)"


@dataclass
class Sealer:
    """Runs beside the jobs lane of a service, as the carrier. Of several replicas one seals at a time.

    Each turn takes the lines between the last turn's horizon and its own, which is the oldest transaction still
    running. The first turn looks at all lines, also at those that a restored dump brought from another server.
    """

    carrier: Database
    heads: Heads
    clock: Clock = now
    name: str = "sealer"
    _from: int | None = None

    async def run(self) -> None:
        """Seals once a second until cancelled."""
        next_thinning = 0.0
        while True:
            if time.monotonic() >= next_thinning:
                await asyncio.to_thread(self.heads.thin, self.clock().date())
                next_thinning = time.monotonic() + THIN_S
            await self.seal()
            await asyncio.sleep(POLL_S)

    async def seal(self) -> int:
        """Seals what is ready, and notes the new heads; returns how many lines."""
        async with self.carrier.transaction() as tx:
            horizon = int(await tx.fetchval(_HORIZON))
        total = 0
        while True:
            sealed = await self._turn(horizon)
            total += sealed
            if sealed < LINES_MAX:
                break
        self._from = horizon
        return total

    async def _turn(self, horizon: int) -> int:
        async with self.carrier.transaction() as tx:
            rows = await tx.fetch(_SEAL, self._from or 0, horizon, self._from is None, LINES_MAX)
        if rows:
            await asyncio.to_thread(self._note, rows)
        return sum(row["lines"] for row in rows)

    def _note(self, rows: Sequence[asyncpg.Record]) -> None:
        moment = self.clock()
        heads = [Head(moment, UUID(str(row["head_tenant_id"])), row["head_seq"], row["head_hash"]) for row in rows]
        try:
            self.heads.note(heads)
        except OSError as error:  # The chain is in the database; only a cut at its end would go unseen.
            _log.warning("heads_not_noted", error=type(error).__name__)
