"""Read mailboxes: which, how far, what was left aside there, and what customers answered to mails of ours."""

from shared.migrations.rights import protect
from shared.migrations.runner import run_script

revision = "collector_0130"
down_revision = "collector_0120"
branch_labels = None
depends_on = None

TABLES = """
CREATE TABLE mailbox (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    name text NOT NULL,
    host text NOT NULL,
    port integer NOT NULL,
    security text NOT NULL,
    username text NOT NULL,
    sealed_password bytea NOT NULL,
    folder text NOT NULL,
    after_reading text NOT NULL,
    move_to text,
    interval_s integer NOT NULL,
    since date,
    is_active boolean NOT NULL DEFAULT true,
    version integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(),
    uid_validity bigint,
    last_uid bigint NOT NULL DEFAULT 0,
    read_at timestamptz,
    failed_at timestamptz,
    failures integer NOT NULL DEFAULT 0,
    fault text,
    feedback_count bigint NOT NULL DEFAULT 0,
    reply_count bigint NOT NULL DEFAULT 0,
    bounce_count bigint NOT NULL DEFAULT 0,
    refused_count bigint NOT NULL DEFAULT 0,
    set_aside_count bigint NOT NULL DEFAULT 0,
    known_count bigint NOT NULL DEFAULT 0,
    CONSTRAINT mailbox_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT mailbox_tenant_id_name_key UNIQUE (tenant_id, name)
);
CREATE TABLE mail_left (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    mailbox_id uuid NOT NULL,
    uid_validity bigint NOT NULL,
    uid bigint NOT NULL,
    outcome text NOT NULL,
    reason text NOT NULL,
    size_bytes bigint NOT NULL,
    at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT mail_left_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT mail_left_tenant_id_mailbox_id_uid_validity_uid_key UNIQUE (tenant_id, mailbox_id, uid_validity, uid)
);
CREATE TABLE customer_reply (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    feedback_id uuid NOT NULL,
    customer_id uuid,
    external_mac bytea NOT NULL,
    text text NOT NULL,
    masked_spans jsonb,
    sealed_original bytea,
    wrapped_key bytea,
    language text NOT NULL,
    occurred_at timestamptz NOT NULL,
    received_at timestamptz NOT NULL,
    erased_at timestamptz,
    CONSTRAINT customer_reply_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT customer_reply_tenant_id_external_mac_key UNIQUE (tenant_id, external_mac)
);
CREATE INDEX customer_reply_tenant_id_feedback_id_idx ON customer_reply (tenant_id, feedback_id);
CREATE INDEX customer_reply_tenant_id_customer_id_idx ON customer_reply (tenant_id, customer_id);
"""


def upgrade() -> None:
    run_script(TABLES)
    protect(
        {
            "mailbox": "SELECT, INSERT, UPDATE, DELETE",
            "mail_left": "SELECT, INSERT, DELETE",
            "customer_reply": "SELECT, INSERT, UPDATE",
        }
    )
