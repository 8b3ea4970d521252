"""Let the collector prove its master key at the start, on any wrapped key that is there."""

from shared.migrations.runner import granted_roles, run_script

revision = "collector_0010"
down_revision = "collector_0002"
branch_labels = None
depends_on = None

FUNCTION = """
CREATE FUNCTION any_tenant_key() RETURNS SETOF tenant_key
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    SELECT k FROM public.tenant_key k LIMIT 1
$$;
REVOKE EXECUTE ON FUNCTION any_tenant_key() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION any_tenant_key() TO {app};
"""


def upgrade() -> None:
    run_script(FUNCTION.format(**granted_roles()))
