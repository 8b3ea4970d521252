"""Let credentials be of kinds: keys with limits, sessions of members, and the state of members and tenants."""

from shared.migrations.runner import granted_roles, run_script

revision = "ground_0003"
down_revision = "ground_0002"
branch_labels = None
depends_on = None

COLUMNS = """
ALTER TABLE credential
    ALTER COLUMN secret_sha256 DROP NOT NULL,
    ADD COLUMN kind text NOT NULL DEFAULT 'secret',
    ADD COLUMN version bigint NOT NULL DEFAULT 0,
    ADD COLUMN member_id uuid,
    ADD COLUMN channel text,
    ADD COLUMN origins text[],
    ADD COLUMN requests_per_minute integer;
UPDATE credential SET kind = 'operator' WHERE scopes = ARRAY['operator'];
UPDATE credential SET kind = 'peer' WHERE scopes = ARRAY['addresses:read'];
ALTER TABLE credential
    ADD CONSTRAINT credential_secret_check CHECK ((kind IN ('member', 'tenant')) = (secret_sha256 IS NULL));
"""

# A session may what its member may now; whoever was shut out, shuts out all their sessions, and a tenant all its keys.
FUNCTIONS = """
DROP FUNCTION credential_by_id(uuid);
CREATE FUNCTION credential_by_id(p_id uuid) RETURNS TABLE (
    id uuid, tenant_id uuid, kind text, label text, secret_sha256 bytea, scopes text[], member_id uuid,
    channel text, origins text[], requests_per_minute integer, expires_at timestamptz, revoked_at timestamptz,
    is_suspended boolean
)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    SELECT c.id, c.tenant_id, c.kind, c.label, c.secret_sha256,
        CASE WHEN c.member_id IS NULL THEN c.scopes ELSE coalesce(m.scopes, '{{}}') END,
        c.member_id, c.channel, c.origins, c.requests_per_minute, c.expires_at,
        CASE WHEN c.member_id IS NOT NULL AND m.id IS NULL THEN now() ELSE least(c.revoked_at, m.revoked_at) END,
        t.revoked_at IS NOT NULL
    FROM public.credential c
    LEFT JOIN public.credential m ON m.id = c.member_id AND m.kind = 'member' AND m.tenant_id = c.tenant_id
    LEFT JOIN public.credential t ON t.id = c.tenant_id AND t.kind = 'tenant'
    WHERE c.id = p_id AND c.secret_sha256 IS NOT NULL
$$;
CREATE FUNCTION tenant_is_known(p_id uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    SELECT EXISTS (SELECT 1 FROM public.credential WHERE id = p_id AND kind = 'tenant')
$$;
CREATE FUNCTION credential_put(
    p_id uuid, p_tenant_id uuid, p_version bigint, p_kind text, p_label text, p_secret_sha256 bytea, p_scopes text[],
    p_member_id uuid, p_channel text, p_origins text[], p_requests_per_minute integer,
    p_expires_at timestamptz, p_revoked_at timestamptz
) RETURNS boolean
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    WITH put AS (
        INSERT INTO public.credential AS c (
            id, tenant_id, version, kind, label, secret_sha256, scopes, member_id, channel, origins,
            requests_per_minute, expires_at, revoked_at
        )
        SELECT p_id, p_tenant_id, p_version, p_kind, p_label, p_secret_sha256, p_scopes, p_member_id, p_channel,
            p_origins, p_requests_per_minute, p_expires_at, p_revoked_at
        WHERE p_tenant_id = ANY (nullif(current_setting('app.tenant_ids', true), '')::uuid[])
            AND p_kind IN ('secret', 'publishable', 'session', 'member', 'tenant') AND NOT 'operator' = ANY (p_scopes)
        ON CONFLICT (id) DO UPDATE SET version = excluded.version, label = excluded.label,
            secret_sha256 = excluded.secret_sha256, scopes = excluded.scopes, channel = excluded.channel,
            origins = excluded.origins, requests_per_minute = excluded.requests_per_minute,
            expires_at = excluded.expires_at, revoked_at = excluded.revoked_at
        WHERE c.tenant_id = excluded.tenant_id AND c.kind = excluded.kind AND c.version < excluded.version
        RETURNING 1
    ) SELECT EXISTS (SELECT 1 FROM put)
$$;
REVOKE EXECUTE ON FUNCTION credential_by_id(uuid), tenant_is_known(uuid), credential_put(
    uuid, uuid, bigint, text, text, bytea, text[], uuid, text, text[], integer, timestamptz, timestamptz
) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION credential_by_id(uuid), tenant_is_known(uuid), credential_put(
    uuid, uuid, bigint, text, text, bytea, text[], uuid, text, text[], integer, timestamptz, timestamptz
) TO {app};
"""


def upgrade() -> None:
    run_script(COLUMNS)
    run_script(FUNCTIONS.format(**granted_roles()))
