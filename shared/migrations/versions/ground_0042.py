"""Let nobody work for a tenant that was deleted: what came in after its deletion would stay."""

from shared.migrations.runner import run_script

revision = "ground_0042"
down_revision = "ground_0041"
branch_labels = None
depends_on = None

FUNCTION = """
CREATE OR REPLACE FUNCTION tenant_is_known(p_id uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    SELECT EXISTS (SELECT 1 FROM public.credential WHERE id = p_id AND kind = 'tenant')
        AND NOT EXISTS (SELECT 1 FROM public.forgotten_tenant WHERE tenant_id = p_id)
$$;
"""


def upgrade() -> None:
    run_script(FUNCTION)
