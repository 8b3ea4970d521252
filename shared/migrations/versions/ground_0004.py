"""Let a deleted tenant be forgotten: all its rows, in whatever table, and nothing of it comes back."""

from shared.migrations.runner import granted_roles, run_script

revision = "ground_0004"
down_revision = "ground_0003"
branch_labels = None
depends_on = None

TABLES = """
CREATE TABLE forgotten_tenant (
    tenant_id uuid NOT NULL,
    forgotten_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT forgotten_tenant_pkey PRIMARY KEY (tenant_id)
);
GRANT SELECT ON forgotten_tenant TO {app}, {carrier};
"""

# The catalogue says which tables there are, so that one made later is not left out. Two facts stay until they are
# used up: that the tenant was deleted, on its way to the others, and the job that is at work here.
FUNCTIONS = """
CREATE FUNCTION forget_tenant(p_tenant_id uuid, p_rows_max integer) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
    r record;
    spared text;
    deleted bigint;
    total bigint := 0;
BEGIN
    IF NOT EXISTS (
        SELECT 1 FROM public.credential WHERE id = p_tenant_id AND kind = 'tenant' AND revoked_at IS NOT NULL
            AND p_tenant_id = ANY (nullif(current_setting('app.tenant_ids', true), '')::uuid[])
    ) THEN
        RAISE insufficient_privilege USING MESSAGE = 'only a tenant that is shut out can be forgotten';
    END IF;
    INSERT INTO public.forgotten_tenant (tenant_id) VALUES (p_tenant_id) ON CONFLICT DO NOTHING;
    FOR r IN
        SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') AND NOT c.relispartition
            AND c.relname <> 'forgotten_tenant'
            AND EXISTS (SELECT 1 FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'tenant_id')
    LOOP
        spared := CASE r.relname
            WHEN 'outbox' THEN 'AND (sent_at IS NOT NULL OR body->>''type'' <> ''TenantChanged'')'
            WHEN 'job' THEN 'AND (done_at IS NOT NULL OR locked_until IS NULL)'
            WHEN 'credential' THEN 'AND kind <> ''tenant'''
            ELSE ''
        END;
        BEGIN
            EXECUTE format(
                'DELETE FROM public.%I WHERE ctid = ANY (ARRAY('
                'SELECT ctid FROM public.%I WHERE tenant_id = $1 %s LIMIT $2))', r.relname, r.relname, spared
            ) USING p_tenant_id, p_rows_max;
            GET DIAGNOSTICS deleted = ROW_COUNT;
            total := total + deleted;
        EXCEPTION WHEN foreign_key_violation THEN
            total := total + 1;  -- What refers to it goes first; the caller asks again.
        END;
    END LOOP;
    RETURN total;
END
$$;
REVOKE EXECUTE ON FUNCTION forget_tenant(uuid, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION forget_tenant(uuid, integer) TO {app};
"""


def upgrade() -> None:
    run_script(TABLES.format(**granted_roles()))
    run_script(FUNCTIONS.format(**granted_roles()))
