"""Let a tenant's deletion hold from its own transaction on, before the job that deletes its rows has begun."""

from shared.migrations.runner import granted_roles, run_script

revision = "ground_0043"
down_revision = "ground_0042"
branch_labels = None
depends_on = None

FUNCTION = """
CREATE FUNCTION note_forgotten(p_tenant_id uuid) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    INSERT INTO public.forgotten_tenant (tenant_id)
    SELECT id FROM public.credential
    WHERE id = p_tenant_id AND kind = 'tenant' AND revoked_at IS NOT NULL
        AND p_tenant_id = ANY (nullif(current_setting('app.tenant_ids', true), '')::uuid[])
    ON CONFLICT DO NOTHING
$$;
REVOKE EXECUTE ON FUNCTION note_forgotten(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION note_forgotten(uuid) TO {app};
"""


def upgrade() -> None:
    run_script(FUNCTION.format(**granted_roles()))
