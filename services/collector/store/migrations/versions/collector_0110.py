"""Keep what finds a statement told before, and links from it to the first time: links, never deletions."""

from shared.migrations.rights import protect
from shared.migrations.runner import run_script

revision = "collector_0110"
down_revision = "collector_0160"
branch_labels = None
depends_on = None

TABLES = """
CREATE TABLE duplicate_band (
    tenant_id uuid NOT NULL,
    band bigint NOT NULL,
    feedback_id uuid NOT NULL,
    CONSTRAINT duplicate_band_pkey PRIMARY KEY (tenant_id, band, feedback_id)
);
CREATE TABLE duplicate_sketch (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    bands bigint[] NOT NULL,
    compared_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT duplicate_sketch_pkey PRIMARY KEY (tenant_id, id)
);
CREATE TABLE duplicate_link (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    feedback_id uuid NOT NULL,
    original_id uuid NOT NULL,
    likeness double precision NOT NULL,
    kind text NOT NULL,
    made_at timestamptz NOT NULL,
    undone_at timestamptz,
    undone_by text,
    CONSTRAINT duplicate_link_pkey PRIMARY KEY (tenant_id, id)
);
CREATE UNIQUE INDEX duplicate_link_feedback_idx ON duplicate_link (tenant_id, feedback_id) WHERE undone_at IS NULL;
CREATE INDEX duplicate_link_undone_idx ON duplicate_link (tenant_id, feedback_id, original_id);
CREATE INDEX duplicate_link_original_idx ON duplicate_link (tenant_id, original_id);
"""

# What came before is compared once, by a job for each company.
EARLIER = """
INSERT INTO job (tenant_id, id, kind, dedupe_key, args)
SELECT tenant_id, gen_random_uuid(), 'link_duplicates', 'all', '{"trace_ids": []}' FROM tenant_key
"""


def upgrade() -> None:
    run_script(TABLES)
    run_script(EARLIER)
    protect(
        {
            "duplicate_band": "SELECT, INSERT, DELETE",
            "duplicate_sketch": "SELECT, INSERT, DELETE",
            "duplicate_link": "SELECT, INSERT, UPDATE, DELETE",
        }
    )
