"""Make the classifier's tables: its models and its verdicts."""

from shared.migrations.rights import protect
from shared.migrations.runner import run_script

revision = "classifier_0001"
down_revision = None
branch_labels = ("classifier",)
depends_on = "ground_0001"

TABLES = """
CREATE TABLE model (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    version text NOT NULL,
    corpus text NOT NULL,
    examples integer NOT NULL,
    trained_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT model_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT model_tenant_id_corpus_key UNIQUE (tenant_id, corpus)
);

CREATE TABLE verdict (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    category text NOT NULL,
    urgency text NOT NULL,
    confidence double precision NOT NULL,
    urgency_confidence double precision NOT NULL,
    language text NOT NULL,
    model_version text NOT NULL,
    decided_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT verdict_pkey PRIMARY KEY (tenant_id, id)
);
"""


def upgrade() -> None:
    run_script(TABLES)
    protect({"model": "SELECT, INSERT", "verdict": "SELECT, INSERT"})
