"""Make the tables of tenants and of keys, and let the first tenant be."""

from shared.access.keys import FIRST_TENANT_ID
from shared.migrations.rights import protect
from shared.migrations.runner import granted_roles, run_script

revision = "tracker_0002"
down_revision = "tracker_0001"
branch_labels = None
depends_on = "ground_0003"

TABLES = """
CREATE TABLE tenant (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    slug text NOT NULL,
    name text NOT NULL,
    time_zone text NOT NULL,
    languages text[] NOT NULL,
    state text NOT NULL,
    version integer NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    changed_at timestamptz NOT NULL,
    CONSTRAINT tenant_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT tenant_slug_key UNIQUE (slug),
    CONSTRAINT tenant_is_its_own_check CHECK (tenant_id = id)
);

CREATE TABLE api_key (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    version integer NOT NULL,
    kind text NOT NULL,
    label text NOT NULL,
    secret_sha256 bytea NOT NULL,
    scopes text[] NOT NULL,
    channel text,
    origins text[],
    requests_per_minute integer,
    replaces uuid,
    made_by text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz,
    revoked_at timestamptz,
    last_used_at timestamptz,
    CONSTRAINT api_key_pkey PRIMARY KEY (tenant_id, id)
);
"""

FIRST_TENANT = """
INSERT INTO tenant (tenant_id, id, slug, name, time_zone, languages, state, version, changed_at)
VALUES ('{first}', '{first}', 'main', 'Huiyin', 'Asia/Shanghai', '{{zh,en}}', 'active', 1, now());
"""

# Who signs in names a tenant before there is one whose rows could be seen.
FUNCTIONS = """
CREATE FUNCTION tenant_by_slug(p_slug text) RETURNS uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    SELECT id FROM public.tenant WHERE slug = p_slug AND state = 'active'
$$;
REVOKE EXECUTE ON FUNCTION tenant_by_slug(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION tenant_by_slug(text) TO {app};
"""


def upgrade() -> None:
    run_script(TABLES)
    run_script(FIRST_TENANT.format(first=FIRST_TENANT_ID))
    run_script(FUNCTIONS.format(**granted_roles()))
    protect({"tenant": "SELECT, INSERT, UPDATE", "api_key": "SELECT, INSERT, UPDATE"})
