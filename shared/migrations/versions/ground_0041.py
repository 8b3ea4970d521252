"""Let a dead letter be tried again, in one transaction with the audit line that says who wanted it."""

from shared.migrations.runner import granted_roles, run_script

revision = "ground_0041"
down_revision = "ground_0040"
branch_labels = None
depends_on = None

# The inbox row that set the fact aside goes, and the fact lies in this service's outbox under a row id of its own: a
# pack with the old id could fall into the stream's window of duplicates. Whoever else hears the fact knows it already.
FUNCTION = """
CREATE FUNCTION dead_letter_replay(p_consumer text, p_msg_id uuid, p_row_id uuid, p_fact jsonb) RETURNS boolean
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    WITH taken AS (
        DELETE FROM public.dead_letter
        WHERE consumer = p_consumer AND msg_id = p_msg_id AND dead_at IS NOT NULL
            AND coalesce(tenant_id, (p_fact->>'tenant_id')::uuid)
                = ANY (nullif(current_setting('app.tenant_ids', true), '')::uuid[])
        RETURNING subject
    ), let_in AS (
        DELETE FROM public.inbox
        WHERE consumer = p_consumer AND msg_id = (p_fact->>'id')::uuid AND EXISTS (SELECT 1 FROM taken)
    ), put AS (
        INSERT INTO public.outbox (tenant_id, id, subject, body)
        SELECT (p_fact->>'tenant_id')::uuid, p_row_id, taken.subject, p_fact FROM taken RETURNING 1
    ) SELECT EXISTS (SELECT 1 FROM put)
$$;
REVOKE EXECUTE ON FUNCTION dead_letter_replay(text, uuid, uuid, jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dead_letter_replay(text, uuid, uuid, jsonb) TO {app};
"""


def upgrade() -> None:
    run_script(FUNCTION.format(**granted_roles()))
