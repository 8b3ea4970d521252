"""Make room for people: members, sessions, one-time links, and the counts of tries to sign in."""

from shared.migrations.rights import protect
from shared.migrations.runner import granted_roles, run_script

revision = "tracker_0010"
down_revision = "tracker_0040"
branch_labels = None
depends_on = None

TABLES = """
CREATE TABLE member (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    email text,
    name text NOT NULL,
    roles text[] NOT NULL,
    language text NOT NULL,
    time_zone text,
    password_hash text,
    oidc_issuer text,
    oidc_subject text,
    version bigint NOT NULL DEFAULT 1,
    invited_at timestamptz NOT NULL,
    joined_at timestamptz,
    disabled_at timestamptz,
    forgotten_at timestamptz,
    CONSTRAINT member_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT member_tenant_id_email_key UNIQUE (tenant_id, email),
    CONSTRAINT member_tenant_id_oidc_issuer_oidc_subject_key UNIQUE (tenant_id, oidc_issuer, oidc_subject)
);
CREATE INDEX member_tenant_id_invited_at_id_idx ON member (tenant_id, invited_at, id);

CREATE TABLE session (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    member_id uuid NOT NULL,
    secret_sha256 bytea NOT NULL,
    way text NOT NULL,
    version bigint NOT NULL DEFAULT 1,
    opened_at timestamptz NOT NULL,
    last_seen_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    ended_at timestamptz,
    CONSTRAINT session_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT session_tenant_id_member_id_fkey
        FOREIGN KEY (tenant_id, member_id)
        REFERENCES member (tenant_id, id)
);
CREATE INDEX session_tenant_id_member_id_idx ON session (tenant_id, member_id);
CREATE INDEX session_tenant_id_opened_at_id_idx ON session (tenant_id, opened_at, id);

CREATE TABLE one_time_link (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    purpose text NOT NULL,
    member_id uuid,
    email text,
    secret_sha256 bytea NOT NULL,
    made_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    CONSTRAINT one_time_link_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT one_time_link_tenant_id_member_id_fkey
        FOREIGN KEY (tenant_id, member_id)
        REFERENCES member (tenant_id, id)
);
CREATE INDEX one_time_link_tenant_id_member_id_idx ON one_time_link (tenant_id, member_id);

CREATE TABLE sign_in_count (
    who bytea NOT NULL,
    full_again_at timestamptz NOT NULL,
    CONSTRAINT sign_in_count_pkey PRIMARY KEY (who)
);
CREATE INDEX sign_in_count_full_again_at_idx ON sign_in_count (full_again_at);
"""

# One row is one bucket: the moment when it is full again. A try moves that moment on by a step, unless it would come to
# lie further off than a whole bucket takes. What is full again says nothing, so each call sweeps a few such rows away.
FUNCTIONS = """
CREATE FUNCTION sign_in_take(p_who bytea, p_at timestamptz, p_step interval, p_whole interval) RETURNS interval
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    DELETE FROM public.sign_in_count WHERE who IN (
        SELECT c.who FROM public.sign_in_count c WHERE c.full_again_at < p_at - p_whole AND c.who <> p_who
        LIMIT 20 FOR UPDATE SKIP LOCKED
    );
    WITH taken AS (
        INSERT INTO public.sign_in_count AS c (who, full_again_at) VALUES (p_who, p_at + p_step)
        ON CONFLICT (who) DO UPDATE SET full_again_at = greatest(c.full_again_at, p_at) + p_step
        WHERE greatest(c.full_again_at, p_at) + p_step <= p_at + p_whole
        RETURNING 1
    )
    SELECT CASE WHEN EXISTS (SELECT 1 FROM taken) THEN interval '0'
        ELSE coalesce(
            (SELECT c.full_again_at FROM public.sign_in_count c WHERE c.who = p_who) + p_step - p_whole - p_at, p_step
        ) END
$$;
CREATE FUNCTION sign_in_give_back(p_who bytea, p_step interval) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    UPDATE public.sign_in_count SET full_again_at = full_again_at - p_step WHERE who = p_who
$$;
REVOKE EXECUTE ON FUNCTION sign_in_take(bytea, timestamptz, interval, interval), sign_in_give_back(bytea, interval)
    FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sign_in_take(bytea, timestamptz, interval, interval), sign_in_give_back(bytea, interval)
    TO {app};
"""


def upgrade() -> None:
    run_script(TABLES)
    run_script(FUNCTIONS.format(**granted_roles()))
    protect(
        {
            "member": "SELECT, INSERT, UPDATE",
            "session": "SELECT, INSERT, UPDATE, DELETE",
            "one_time_link": "SELECT, INSERT, DELETE",
        }
    )
