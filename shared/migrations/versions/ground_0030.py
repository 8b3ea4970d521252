"""Keep the answers to requests that may come again, for seven days."""

from shared.migrations.rights import protect
from shared.migrations.runner import granted_roles, run_script

revision = "ground_0030"
down_revision = "ground_0020"
branch_labels = None
depends_on = None

TABLE = """
CREATE TABLE idempotency (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    request_mac bytea NOT NULL,
    status smallint,
    reply bytea,
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT idempotency_pkey PRIMARY KEY (tenant_id, id)
);
CREATE INDEX idempotency_created_idx ON idempotency (created_at);
"""

# The clean-up runs as the carrier, which sees no tenant's rows: it may ask for the old ones to go, and no more.
FUNCTION = """
CREATE FUNCTION idempotency_forget(p_days integer, p_rows_max integer) RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    WITH gone AS (
        DELETE FROM public.idempotency WHERE (tenant_id, id) IN (
            SELECT tenant_id, id FROM public.idempotency
            WHERE created_at < now() - make_interval(days => p_days) LIMIT p_rows_max
        ) RETURNING 1
    ) SELECT count(*) FROM gone
$$;
REVOKE EXECUTE ON FUNCTION idempotency_forget(integer, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION idempotency_forget(integer, integer) TO {carrier};
"""


def upgrade() -> None:
    run_script(TABLE)
    run_script(FUNCTION.format(**granted_roles()))
    protect({"idempotency": "SELECT, INSERT, UPDATE"})
