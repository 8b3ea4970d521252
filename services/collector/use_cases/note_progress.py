"""Takes in how far feedback has come, so that a receipt can tell."""

from collections.abc import Sequence

from services.collector.store.progress import add_steps
from shared.contracts.envelope import Envelope
from shared.contracts.events import CaseProgressed
from shared.database import Tx


async def note_progress(tx: Tx, facts: Sequence[Envelope]) -> None:
    """Reaction to CaseProgressed. Whose deed it was, the tracker's audit says."""
    await add_steps(tx, [(fact.tenant_id, CaseProgressed.model_validate(fact.data)) for fact in facts])
