"""Make room for what is hidden in a feedback, for erasing a person, and for consents that come without a feedback."""

from shared.migrations.runner import granted_roles, run_script

revision = "collector_0002"
down_revision = "collector_0001"
branch_labels = None
depends_on = "ground_0020"

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

ERASED = """
ALTER TABLE customer ADD COLUMN erased_at timestamptz;
ALTER TABLE feedback ADD COLUMN erased_at timestamptz;
CREATE TABLE erasure (
    id uuid NOT NULL,
    tenant_id uuid NOT NULL,
    kind text NOT NULL,
    subject_id uuid NOT NULL,
    marks jsonb NOT NULL,
    reason text NOT NULL,
    erased_at timestamptz NOT NULL,
    CONSTRAINT erasure_pkey PRIMARY KEY (id),
    CONSTRAINT erasure_tenant_id_subject_id_key UNIQUE (tenant_id, subject_id)
);
"""

CONSENTS = """
ALTER TABLE consent ALTER COLUMN feedback_id DROP NOT NULL;
CREATE INDEX address_tenant_id_address_id_idx ON address (tenant_id, address_id);
"""

# Consents are only added; erasing a person takes the words out of theirs.
RIGHTS = """
GRANT UPDATE (text_version, locale, stated_by) ON consent TO {app};
GRANT INSERT ON erasure TO {app};
GRANT SELECT, INSERT, UPDATE, DELETE ON erasure TO {carrier};
"""


def upgrade() -> None:
    run_script(MASKED)
    run_script(ERASED)
    run_script(CONSENTS)
    run_script(RIGHTS.format(**granted_roles()))
