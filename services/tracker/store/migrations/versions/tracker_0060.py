"""Let people work on a case: who has it, until when it rests, what the model saw in it, and what happened to it."""

from shared.migrations.rights import protect
from shared.migrations.runner import backfill, run_script

revision = "tracker_0060"
down_revision = "tracker_0050"
branch_labels = None
depends_on = "ground_0050"

COLUMNS = """
ALTER TABLE customer_case
    ADD COLUMN version integer NOT NULL DEFAULT 1,
    ADD COLUMN assignee_id uuid,
    ADD COLUMN snoozed_until timestamptz,
    ADD COLUMN tags text[] NOT NULL DEFAULT '{}',
    ADD COLUMN close_reason text,
    ADD COLUMN ranked jsonb NOT NULL DEFAULT '[]',
    ADD COLUMN terms jsonb NOT NULL DEFAULT '[]',
    ADD COLUMN urgency_terms jsonb NOT NULL DEFAULT '[]',
    ADD COLUMN margin double precision NOT NULL DEFAULT 0,
    ADD COLUMN model_category text,
    ADD COLUMN model_urgency text,
    ADD COLUMN reviewed_at timestamptz,
    ADD COLUMN changed_at timestamptz NOT NULL DEFAULT now(),
    ADD COLUMN erased_at timestamptz;
ALTER TABLE tenant
    ADD COLUMN is_demo boolean NOT NULL DEFAULT false,
    ADD COLUMN brand text;
"""

# Nobody had changed a verdict before. Of an older one, the runner-up is unknown: the least lead that it can have had.
VERDICTS = """
UPDATE customer_case SET model_category = category, model_urgency = urgency, changed_at = opened_at,
    margin = greatest(0, 2 * confidence - 1), erased_at = (
        SELECT min(e.at) FROM erased e
        WHERE e.tenant_id = customer_case.tenant_id AND e.id IN (customer_case.customer_id, customer_case.feedback_id)
    )
"""

FILLED = """
ALTER TABLE customer_case
    ALTER COLUMN model_category SET NOT NULL,
    ALTER COLUMN model_urgency SET NOT NULL;
CREATE INDEX customer_case_review_idx ON customer_case (tenant_id, margin, id)
    WHERE reviewed_at IS NULL AND state IN ('new', 'open');
CREATE TABLE case_event (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    case_id uuid NOT NULL,
    kind text NOT NULL,
    detail jsonb NOT NULL,
    by text NOT NULL,
    member_id uuid,
    at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT case_event_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT case_event_tenant_id_case_id_fkey
        FOREIGN KEY (tenant_id, case_id)
        REFERENCES customer_case (tenant_id, id)
);
CREATE INDEX case_event_tenant_id_case_id_at_idx ON case_event (tenant_id, case_id, at, id);
"""


def upgrade() -> None:
    run_script(COLUMNS)
    backfill("customer_case", VERDICTS)
    run_script(FILLED)
    protect({"case_event": "SELECT, INSERT, UPDATE"})
