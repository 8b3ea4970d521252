"""Make room for what is hidden in a feedback, for its sealed original, and for erasing a person."""

from shared.migrations.runner import run_script

revision = "collector_0002"
down_revision = "collector_0001"
branch_labels = None
depends_on = None

MASKED = """
ALTER TABLE feedback
    ADD COLUMN external_mac bytea,
    ADD COLUMN masked_spans jsonb,
    ADD COLUMN sealed_original bytea,
    ADD COLUMN wrapped_key bytea;
-- What came before the masking is still known by its source and id as they are.
DROP INDEX feedback_external_idx;
CREATE UNIQUE INDEX feedback_external_idx ON feedback (tenant_id, source, external_id)
    WHERE external_id IS NOT NULL AND external_mac IS NULL;
CREATE UNIQUE INDEX feedback_external_mac_idx ON feedback (tenant_id, external_mac) WHERE external_mac IS NOT NULL;
"""


def upgrade() -> None:
    run_script(MASKED)
