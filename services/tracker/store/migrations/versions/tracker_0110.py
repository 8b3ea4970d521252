"""Keep which feedback tells again what another told before."""

from shared.migrations.rights import protect
from shared.migrations.runner import run_script

revision = "tracker_0110"
down_revision = "tracker_0130"
branch_labels = None
depends_on = None

TABLE = """
CREATE TABLE told_before (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    original_id uuid NOT NULL,
    likeness double precision NOT NULL,
    is_linked boolean NOT NULL,
    told_at timestamptz NOT NULL,
    CONSTRAINT told_before_pkey PRIMARY KEY (tenant_id, id)
);
CREATE INDEX told_before_original_idx ON told_before (tenant_id, original_id) WHERE is_linked;
"""


def upgrade() -> None:
    run_script(TABLE)
    protect({"told_before": "SELECT, INSERT, UPDATE, DELETE"})
