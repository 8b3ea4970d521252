"""Make the tracker's tables: cases, problems, actions and their moves, and the ledger of notices."""

from shared.migrations.rights import protect
from shared.migrations.runner import run_script

revision = "tracker_0001"
down_revision = None
branch_labels = ("tracker",)
depends_on = "ground_0001"

TABLES = """
CREATE TABLE customer_case (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    feedback_id uuid NOT NULL,
    customer_id uuid,
    state text NOT NULL,
    text text NOT NULL,
    language text NOT NULL,
    category text NOT NULL,
    urgency text NOT NULL,
    confidence double precision NOT NULL,
    model_version text NOT NULL,
    channel text NOT NULL,
    source text,
    product text,
    rating double precision,
    occurred_at timestamptz NOT NULL,
    received_at timestamptz NOT NULL,
    opened_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT customer_case_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT customer_case_tenant_id_feedback_id_key UNIQUE (tenant_id, feedback_id)
);
CREATE INDEX customer_case_tenant_id_customer_id_idx ON customer_case (tenant_id, customer_id);

CREATE TABLE problem (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    title text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT problem_pkey PRIMARY KEY (tenant_id, id)
);

CREATE TABLE problem_case (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    problem_id uuid NOT NULL,
    case_id uuid NOT NULL,
    joined_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT problem_case_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT problem_case_tenant_id_problem_id_case_id_key UNIQUE (tenant_id, problem_id, case_id),
    CONSTRAINT problem_case_tenant_id_problem_id_fkey
        FOREIGN KEY (tenant_id, problem_id)
        REFERENCES problem (tenant_id, id),
    CONSTRAINT problem_case_tenant_id_case_id_fkey
        FOREIGN KEY (tenant_id, case_id)
        REFERENCES customer_case (tenant_id, id)
);
CREATE INDEX problem_case_tenant_id_case_id_idx ON problem_case (tenant_id, case_id);

CREATE TABLE action (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    problem_id uuid NOT NULL,
    kind text NOT NULL,
    title text NOT NULL,
    answers jsonb NOT NULL,
    state text NOT NULL,
    round integer NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT action_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT action_tenant_id_problem_id_fkey
        FOREIGN KEY (tenant_id, problem_id)
        REFERENCES problem (tenant_id, id)
);
CREATE INDEX action_tenant_id_problem_id_idx ON action (tenant_id, problem_id);

CREATE TABLE action_move (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    action_id uuid NOT NULL,
    from_state text NOT NULL,
    to_state text NOT NULL,
    note text,
    moved_by text NOT NULL,
    moved_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT action_move_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT action_move_tenant_id_action_id_fkey
        FOREIGN KEY (tenant_id, action_id)
        REFERENCES action (tenant_id, id)
);
CREATE INDEX action_move_tenant_id_action_id_idx ON action_move (tenant_id, action_id);

CREATE TABLE notice (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    about uuid NOT NULL,
    event text NOT NULL,
    round integer NOT NULL,
    customer_id uuid NOT NULL,
    address_id uuid,
    channel text,
    state text NOT NULL,
    reason text,
    language text,
    subject text,
    text text,
    tries integer NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL DEFAULT now(),
    claimed_at timestamptz,
    ended_at timestamptz,
    CONSTRAINT notice_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT notice_tenant_id_about_event_round_customer_id_key UNIQUE (tenant_id, about, event, round, customer_id),
    CONSTRAINT notice_tenant_id_about_event_round_address_id_key UNIQUE (tenant_id, about, event, round, address_id)
);
"""


def upgrade() -> None:
    run_script(TABLES)
    protect(
        {
            "customer_case": "SELECT, INSERT, UPDATE",
            "problem": "SELECT, INSERT, UPDATE",
            "problem_case": "SELECT, INSERT, DELETE",
            "action": "SELECT, INSERT, UPDATE",
            "action_move": "SELECT, INSERT",
            "notice": "SELECT, INSERT, UPDATE",
        }
    )
