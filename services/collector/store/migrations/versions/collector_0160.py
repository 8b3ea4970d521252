"""Hold what looks like spam until a person has looked."""

from shared.migrations.rights import protect
from shared.migrations.runner import run_script

revision = "collector_0160"
down_revision = "collector_0130"
branch_labels = None
depends_on = None

TABLE = """
CREATE TABLE quarantine (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    state text NOT NULL,
    score double precision NOT NULL,
    signs jsonb NOT NULL,
    held_at timestamp with time zone NOT NULL,
    decided_by text,
    decided_at timestamp with time zone,
    CONSTRAINT quarantine_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT quarantine_tenant_id_id_fkey FOREIGN KEY (tenant_id, id) REFERENCES feedback (tenant_id, id)
);
CREATE INDEX quarantine_held_idx ON quarantine (tenant_id, state, held_at, id);
"""


def upgrade() -> None:
    run_script(TABLE)
    protect({"quarantine": "SELECT, INSERT, UPDATE"})
