"""The registry of trained models."""

from uuid import UUID

from services.classifier.store.tables import Model
from shared.access.keys import FIRST_TENANT_ID
from shared.database import Tx
from shared.ids import new_id

# The starter model belongs to the box, and the box's first tenant keeps its row.
KEEPER_ID = FIRST_TENANT_ID

_OF_CORPUS = "SELECT * FROM model WHERE tenant_id = $1 AND corpus = $2"


async def model_of_corpus(tx: Tx, corpus: str) -> Model | None:
    """The model that was trained from a corpus."""
    return await tx.row(Model, _OF_CORPUS, KEEPER_ID, corpus)


async def register(tx: Tx, version: str, corpus: str, examples: int) -> UUID | None:
    """Adds a model and returns its id; None when this corpus has one, for training it again changes nothing."""
    row = {"tenant_id": KEEPER_ID, "id": new_id(), "version": version, "corpus": corpus, "examples": examples}
    added = await tx.insert(Model, [row], tail="ON CONFLICT DO NOTHING RETURNING id")
    return added[0]["id"] if added else None
