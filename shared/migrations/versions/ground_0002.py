"""Let a worker ask whether a job is still its own, before an effect that no transaction can take back."""

from shared.migrations.runner import granted_roles, run_script

revision = "ground_0002"
down_revision = "ground_0001"
branch_labels = None
depends_on = None

FUNCTION = """
CREATE FUNCTION job_held(p_tenant_id uuid, p_id uuid, p_fence bigint) RETURNS boolean
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    WITH held AS MATERIALIZED (
        SELECT 1 FROM public.job
        WHERE tenant_id = p_tenant_id AND id = p_id AND fence = p_fence AND done_at IS NULL AND dead_at IS NULL
        FOR UPDATE
    ) SELECT EXISTS (SELECT 1 FROM held)
$$;
REVOKE EXECUTE ON FUNCTION job_held(uuid, uuid, bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION job_held(uuid, uuid, bigint) TO {app};
"""


def upgrade() -> None:
    run_script(FUNCTION.format(**granted_roles()))
