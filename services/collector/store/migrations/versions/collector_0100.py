"""Keep the fields of each channel beside the feedback, and what a company says in its widgets."""

from shared.migrations.rights import protect
from shared.migrations.runner import run_script

revision = "collector_0100"
down_revision = "collector_0150"
branch_labels = None
depends_on = None

TABLES = """
ALTER TABLE feedback ADD COLUMN details jsonb;

CREATE TABLE widget_setting (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    version integer NOT NULL,
    settings jsonb NOT NULL,
    changed_at timestamptz NOT NULL,
    CONSTRAINT widget_setting_pkey PRIMARY KEY (tenant_id, id)
);
CREATE TABLE consent_text (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    version text NOT NULL,
    texts jsonb NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT consent_text_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT consent_text_tenant_id_version_key UNIQUE (tenant_id, version)
);
"""


def upgrade() -> None:
    run_script(TABLES)
    protect({"widget_setting": "SELECT, INSERT, UPDATE", "consent_text": "SELECT, INSERT"})
