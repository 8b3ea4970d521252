"""Which tenant a person means who signs in: its short name, or its id."""

from uuid import UUID

from shared.database import Tx

FIRST_SLUG = "main"


async def tenant_by_slug(tx: Tx, slug: str) -> UUID | None:
    """The tenant with this short name, unless it is shut out."""
    found: UUID | None = await tx.fetchval("SELECT tenant_by_slug($1)", slug)
    return found
