"""Keep what customers attach to feedback, how far each feedback has come, and each tenant's time zone."""

from shared.migrations.rights import protect
from shared.migrations.runner import run_script

revision = "collector_0140"
down_revision = "collector_0100"
branch_labels = None
depends_on = None

TABLES = """
CREATE TABLE attachment (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    feedback_id uuid,
    client_event_id uuid,
    customer_id uuid,
    kind text NOT NULL,
    media_type text NOT NULL,
    declared_sha256 bytea NOT NULL,
    declared_bytes integer NOT NULL,
    sealed_name bytea NOT NULL,
    wrapped_key bytea NOT NULL,
    file_id uuid,
    preview_id uuid,
    sha256 bytea,
    size_bytes integer,
    width integer,
    height integer,
    asked_at timestamptz NOT NULL DEFAULT now(),
    stored_at timestamptz,
    CONSTRAINT attachment_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT attachment_tenant_id_feedback_id_fkey FOREIGN KEY (tenant_id, feedback_id)
        REFERENCES feedback (tenant_id, id)
);
CREATE UNIQUE INDEX attachment_feedback_idx ON attachment (tenant_id, feedback_id, declared_sha256)
    WHERE feedback_id IS NOT NULL;
CREATE UNIQUE INDEX attachment_event_idx ON attachment (tenant_id, client_event_id, declared_sha256)
    WHERE client_event_id IS NOT NULL;
CREATE INDEX attachment_tenant_id_customer_id_idx ON attachment (tenant_id, customer_id);
CREATE INDEX attachment_stored_idx ON attachment (tenant_id, file_id) INCLUDE (size_bytes) WHERE file_id IS NOT NULL;

CREATE TABLE progress (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    feedback_id uuid NOT NULL,
    step integer NOT NULL,
    stage text NOT NULL,
    at timestamptz NOT NULL,
    CONSTRAINT progress_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT progress_tenant_id_feedback_id_step_key UNIQUE (tenant_id, feedback_id, step),
    CONSTRAINT progress_tenant_id_feedback_id_fkey FOREIGN KEY (tenant_id, feedback_id)
        REFERENCES feedback (tenant_id, id)
);
ALTER TABLE tenant_home ADD COLUMN time_zone text;
"""


def upgrade() -> None:
    run_script(TABLES)
    protect({"attachment": "SELECT, INSERT, UPDATE, DELETE", "progress": "SELECT, INSERT, DELETE"})
