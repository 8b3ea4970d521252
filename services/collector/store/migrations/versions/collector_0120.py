"""Make room for imports: how far each came, and what its chunks leave behind until it ends."""

from shared.migrations.rights import protect
from shared.migrations.runner import granted_roles, run_script

revision = "collector_0120"
down_revision = "collector_0140"
branch_labels = None
depends_on = None

TABLES = """
CREATE TABLE import_run (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    state text NOT NULL,
    begun_by text NOT NULL,
    is_dry boolean NOT NULL DEFAULT false,
    is_vouched boolean NOT NULL,
    wrapped_key bytea,
    sealed_plan bytea,
    file_id uuid,
    rows_file_id uuid,
    size_bytes bigint NOT NULL,
    at_byte bigint NOT NULL DEFAULT 0,
    at_row bigint NOT NULL DEFAULT 0,
    slice integer NOT NULL DEFAULT 0,
    rows_read bigint NOT NULL DEFAULT 0,
    new_rows bigint NOT NULL DEFAULT 0,
    duplicate_rows bigint NOT NULL DEFAULT 0,
    invalid_rows bigint NOT NULL DEFAULT 0,
    repeated_rows bigint NOT NULL DEFAULT 0,
    rejects_kept bigint NOT NULL DEFAULT 0,
    rejects_bytes bigint NOT NULL DEFAULT 0,
    dry_counts jsonb,
    fault text,
    busy_s double precision NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL DEFAULT now(),
    changed_at timestamptz NOT NULL DEFAULT now(),
    started_at timestamptz,
    finished_at timestamptz,
    CONSTRAINT import_run_pkey PRIMARY KEY (tenant_id, id)
);
CREATE INDEX import_run_newest_idx ON import_run (tenant_id, created_at, id);

CREATE TABLE import_chunk (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    import_id uuid NOT NULL,
    at_row bigint NOT NULL,
    digests bytea,
    sealed_rejects bytea,
    CONSTRAINT import_chunk_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT import_chunk_tenant_id_import_id_fkey
        FOREIGN KEY (tenant_id, import_id)
        REFERENCES import_run (tenant_id, id)
);
CREATE INDEX import_chunk_tenant_id_import_id_idx ON import_chunk (tenant_id, import_id, at_row);
"""

# A job belongs to no request, so nobody has asked yet whether its tenant is let in.
FUNCTION = """
CREATE FUNCTION tenant_is_shut(p_id uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    SELECT EXISTS (SELECT 1 FROM public.credential WHERE id = p_id AND kind = 'tenant' AND revoked_at IS NOT NULL)
        OR EXISTS (SELECT 1 FROM public.forgotten_tenant WHERE tenant_id = p_id)
$$;
REVOKE EXECUTE ON FUNCTION tenant_is_shut(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION tenant_is_shut(uuid) TO {app};
"""


def upgrade() -> None:
    run_script(TABLES)
    run_script(FUNCTION.format(**granted_roles()))
    protect(
        {
            "import_run": "SELECT, INSERT, UPDATE, DELETE",
            "import_chunk": "SELECT, INSERT, UPDATE, DELETE",
        }
    )
