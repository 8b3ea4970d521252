"""Make the collector's tables: people, their addresses and agreements, and what they said."""

from shared.migrations.rights import protect
from shared.migrations.runner import granted_roles, run_script

revision = "collector_0001"
down_revision = None
branch_labels = ("collector",)
depends_on = "ground_0001"

TABLES = """
CREATE TABLE tenant_key (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    wrapped_data_key bytea NOT NULL,
    wrapped_index_key bytea NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT tenant_key_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT tenant_key_tenant_id_key UNIQUE (tenant_id)
);

CREATE TABLE customer (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    language text NOT NULL,
    is_language_given boolean NOT NULL,
    sealed_profile bytea,
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT customer_pkey PRIMARY KEY (tenant_id, id)
);

CREATE TABLE person_key (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    wrapped_key bytea NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT person_key_pkey PRIMARY KEY (tenant_id, id)
);

CREATE TABLE identity (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    kind text NOT NULL,
    blind_index bytea NOT NULL,
    customer_id uuid NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT identity_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT identity_tenant_id_kind_blind_index_key UNIQUE (tenant_id, kind, blind_index)
);
CREATE INDEX identity_tenant_id_customer_id_idx ON identity (tenant_id, customer_id);

CREATE TABLE address (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    customer_id uuid NOT NULL,
    kind text NOT NULL,
    address_id uuid NOT NULL,
    sealed bytea NOT NULL,
    verified_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT address_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT address_tenant_id_customer_id_address_id_key UNIQUE (tenant_id, customer_id, address_id),
    CONSTRAINT address_tenant_id_customer_id_fkey
        FOREIGN KEY (tenant_id, customer_id)
        REFERENCES customer (tenant_id, id)
);

CREATE TABLE feedback (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    customer_id uuid,
    channel text NOT NULL,
    source text,
    external_id text,
    client_event_id uuid,
    receipt_code text NOT NULL,
    body_mac bytea NOT NULL,
    text text NOT NULL,
    language text NOT NULL,
    rating double precision,
    rating_given jsonb,
    product jsonb,
    occurred_at timestamptz NOT NULL,
    received_at timestamptz NOT NULL,
    CONSTRAINT feedback_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT feedback_tenant_id_customer_id_fkey
        FOREIGN KEY (tenant_id, customer_id)
        REFERENCES customer (tenant_id, id)
);
CREATE UNIQUE INDEX feedback_client_event_idx ON feedback (tenant_id, client_event_id)
    WHERE client_event_id IS NOT NULL;
CREATE UNIQUE INDEX feedback_external_idx ON feedback (tenant_id, source, external_id)
    WHERE external_id IS NOT NULL;
CREATE INDEX feedback_tenant_id_customer_id_idx ON feedback (tenant_id, customer_id);

CREATE TABLE consent (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    customer_id uuid NOT NULL,
    feedback_id uuid NOT NULL,
    purpose text NOT NULL,
    is_granted boolean NOT NULL,
    text_version text NOT NULL,
    locale text NOT NULL,
    stated_by text NOT NULL,
    given_at timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT consent_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT consent_tenant_id_customer_id_fkey
        FOREIGN KEY (tenant_id, customer_id)
        REFERENCES customer (tenant_id, id)
);
CREATE INDEX consent_newest_idx ON consent (tenant_id, customer_id, purpose, recorded_at);

CREATE TABLE public_code (
    code text NOT NULL,
    tenant_id uuid NOT NULL,
    feedback_id uuid NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT public_code_pkey PRIMARY KEY (code)
);
CREATE FUNCTION public_code(p_code text) RETURNS public_code
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    SELECT c FROM public.public_code c WHERE c.code = p_code
$$;
REVOKE EXECUTE ON FUNCTION public_code(text) FROM PUBLIC;
"""

CODE_RIGHTS = """
GRANT INSERT ON public_code TO {app};
GRANT EXECUTE ON FUNCTION public_code(text) TO {app};
GRANT SELECT, INSERT, UPDATE, DELETE ON public_code TO {carrier};
"""


def upgrade() -> None:
    run_script(TABLES)
    run_script(CODE_RIGHTS.format(**granted_roles()))
    protect(
        {
            "tenant_key": "SELECT, INSERT",
            "customer": "SELECT, INSERT, UPDATE",
            "person_key": "SELECT, INSERT, DELETE",
            "identity": "SELECT, INSERT, DELETE",
            "address": "SELECT, INSERT, UPDATE, DELETE",
            "feedback": "SELECT, INSERT, UPDATE",
            "consent": "SELECT, INSERT",
        }
    )
