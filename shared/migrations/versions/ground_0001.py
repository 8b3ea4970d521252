"""Lay the ground: carriers, credentials, audit, and the rights of the three roles."""

from shared.migrations.runner import granted_roles, run_script

revision = "ground_0001"
down_revision = None
branch_labels = ("ground",)
depends_on = None

TABLES = """
CREATE TABLE outbox (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    seq bigint GENERATED ALWAYS AS IDENTITY,
    subject text NOT NULL,
    body jsonb NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    sent_at timestamptz,
    CONSTRAINT outbox_pkey PRIMARY KEY (tenant_id, id)
);
CREATE INDEX outbox_unsent_idx ON outbox (seq) WHERE sent_at IS NULL;
CREATE INDEX outbox_sent_idx ON outbox (sent_at) WHERE sent_at IS NOT NULL;

CREATE TABLE inbox (
    consumer text NOT NULL,
    msg_id uuid NOT NULL,
    tenant_id uuid NOT NULL,
    received_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT inbox_pkey PRIMARY KEY (consumer, msg_id)
);
CREATE INDEX inbox_received_idx ON inbox (received_at);

CREATE TABLE dead_letter (
    consumer text NOT NULL,
    msg_id uuid NOT NULL,
    tenant_id uuid,
    subject text NOT NULL,
    body jsonb NOT NULL,
    tries integer NOT NULL,
    error text NOT NULL,
    first_at timestamptz NOT NULL DEFAULT now(),
    last_at timestamptz NOT NULL DEFAULT now(),
    dead_at timestamptz,
    CONSTRAINT dead_letter_pkey PRIMARY KEY (consumer, msg_id)
);

CREATE TABLE job (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    kind text NOT NULL,
    dedupe_key text NOT NULL,
    args jsonb NOT NULL,
    run_at timestamptz NOT NULL DEFAULT now(),
    tries integer NOT NULL DEFAULT 0,
    fence bigint NOT NULL DEFAULT 0,
    locked_until timestamptz,
    error text,
    created_at timestamptz NOT NULL DEFAULT now(),
    done_at timestamptz,
    dead_at timestamptz,
    CONSTRAINT job_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT job_tenant_id_kind_dedupe_key_key UNIQUE (tenant_id, kind, dedupe_key)
);
CREATE INDEX job_waiting_idx ON job (run_at) WHERE done_at IS NULL AND dead_at IS NULL;

CREATE TABLE stream_mark (
    stream text NOT NULL,
    made_at timestamptz NOT NULL DEFAULT now(),
    last_seq bigint NOT NULL,
    CONSTRAINT stream_mark_pkey PRIMARY KEY (stream)
);

CREATE TABLE credential (
    id uuid NOT NULL,
    tenant_id uuid NOT NULL,
    label text NOT NULL,
    secret_sha256 bytea NOT NULL,
    scopes text[] NOT NULL,
    expires_at timestamptz,
    revoked_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT credential_pkey PRIMARY KEY (id)
);

CREATE TABLE audit (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    at timestamptz NOT NULL DEFAULT now(),
    actor text NOT NULL,
    verb text NOT NULL,
    object_kind text NOT NULL,
    object_id uuid,
    detail jsonb NOT NULL,
    CONSTRAINT audit_pkey PRIMARY KEY (tenant_id, id)
);
"""

# What the app role must do inside its own transaction, without the right to read or change a carrier's table.
FUNCTIONS = """
CREATE FUNCTION job_done(p_tenant_id uuid, p_id uuid, p_fence bigint) RETURNS boolean
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    WITH ended AS (
        UPDATE public.job SET done_at = now(), locked_until = NULL, error = NULL
        WHERE tenant_id = p_tenant_id AND id = p_id AND fence = p_fence AND done_at IS NULL AND dead_at IS NULL
        RETURNING 1
    ) SELECT EXISTS (SELECT 1 FROM ended)
$$;
CREATE FUNCTION credential_by_id(p_id uuid) RETURNS credential
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    SELECT c FROM public.credential c WHERE c.id = p_id
$$;
REVOKE EXECUTE ON FUNCTION job_done(uuid, uuid, bigint), credential_by_id(uuid) FROM PUBLIC;
"""

RIGHTS = """
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO {app}, {carrier};
GRANT INSERT ON outbox, job, audit TO {app};
GRANT INSERT ON inbox TO {app};
GRANT SELECT (consumer, msg_id) ON inbox TO {app};
GRANT EXECUTE ON FUNCTION job_done(uuid, uuid, bigint), credential_by_id(uuid) TO {app};
GRANT SELECT, INSERT, UPDATE, DELETE ON outbox, inbox, dead_letter, job, stream_mark, credential TO {carrier};
ALTER TABLE audit ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON audit USING (tenant_id = ANY (nullif(current_setting('app.tenant_ids', true), '')::uuid[]));
GRANT SELECT ON audit TO {app};
"""


def upgrade() -> None:
    run_script(TABLES)
    run_script(FUNCTIONS)
    run_script(RIGHTS.format(**granted_roles()))
