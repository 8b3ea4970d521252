"""Remember which addresses mails come back from: nobody is written to there any more."""

from shared.migrations.rights import protect
from shared.migrations.runner import run_script

revision = "tracker_0130"
down_revision = "tracker_0140"
branch_labels = None
depends_on = None

TABLE = """
CREATE TABLE suppressed_address (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    status text NOT NULL,
    bounced_at timestamptz NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT suppressed_address_pkey PRIMARY KEY (tenant_id, id)
);
"""


def upgrade() -> None:
    run_script(TABLE)
    protect({"suppressed_address": "SELECT, INSERT, DELETE"})
