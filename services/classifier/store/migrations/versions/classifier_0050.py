"""Keep what people say that a verdict should have been."""

from shared.migrations.rights import protect
from shared.migrations.runner import run_script

revision = "classifier_0050"
down_revision = "classifier_0002"
branch_labels = None
depends_on = "ground_0050"

TABLE = """
CREATE TABLE label (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    customer_id uuid,
    text text NOT NULL,
    language text NOT NULL,
    category text NOT NULL,
    urgency text NOT NULL,
    corrected_by uuid,
    corrected_at timestamptz NOT NULL,
    CONSTRAINT label_pkey PRIMARY KEY (tenant_id, id)
);
CREATE INDEX label_customer_idx ON label (tenant_id, customer_id) WHERE customer_id IS NOT NULL;
"""


def upgrade() -> None:
    run_script(TABLE)
    protect({"label": "SELECT, INSERT, UPDATE, DELETE"})
