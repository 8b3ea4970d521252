"""Let a service tell whether any key that holds lists an origin: a browser asks before a key is there to be read."""

from shared.migrations.runner import granted_roles, run_script

revision = "ground_0100"
down_revision = "ground_0051"
branch_labels = None
depends_on = None

LISTED = """
CREATE INDEX credential_origins_idx ON credential USING gin (origins) WHERE origins IS NOT NULL;
CREATE FUNCTION origin_is_listed(p_origin text) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    SELECT EXISTS (
        SELECT 1 FROM public.credential c
        WHERE c.origins @> ARRAY[p_origin] AND c.origins IS NOT NULL
            AND c.revoked_at IS NULL AND (c.expires_at IS NULL OR c.expires_at > now())
    )
$$;
REVOKE EXECUTE ON FUNCTION origin_is_listed(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION origin_is_listed(text) TO {app};
"""


def upgrade() -> None:
    run_script(LISTED.format(**granted_roles()))
