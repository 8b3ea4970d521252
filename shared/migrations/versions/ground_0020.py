"""Let what is on its way be forgotten: who was erased, whose words a row carries, and where it lies in the stream."""

from shared.migrations.rights import protect
from shared.migrations.runner import backfill, granted_roles, run_script

revision = "ground_0020"
down_revision = "ground_0010"
branch_labels = None
depends_on = None

TABLES = """
CREATE TABLE erased (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT erased_pkey PRIMARY KEY (tenant_id, id)
);
ALTER TABLE outbox ADD COLUMN about uuid, ADD COLUMN stream_seq bigint, ADD COLUMN erased_at timestamptz;
CREATE INDEX outbox_about_idx ON outbox (tenant_id, about) WHERE about IS NOT NULL;
CREATE INDEX outbox_erased_idx ON outbox (stream_seq) WHERE erased_at IS NOT NULL AND stream_seq IS NOT NULL;
"""

ABOUT = """
UPDATE outbox SET about = coalesce(body #>> '{data,feedback_id}', body #>> '{data,feedback,feedback_id}')::uuid
"""

# The app role may neither read nor change what carriers hold; these do it for the tenants of its transaction alone.
FUNCTIONS = """
CREATE FUNCTION without_words(p_body jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, public AS $$
    SELECT CASE WHEN p_body ? 'unreadable' THEN '{"unreadable": ""}'::jsonb
        ELSE jsonb_set(jsonb_set(p_body, '{data,text}', '""', false), '{data,feedback,text}', '""', false) END
$$;
CREATE FUNCTION subjects_in(p_body jsonb) RETURNS text[]
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, public AS $$
    SELECT ARRAY[
        p_body #>> '{data,customer_id}', p_body #>> '{data,feedback_id}',
        p_body #>> '{data,feedback,customer_id}', p_body #>> '{data,feedback,feedback_id}'
    ]
$$;
CREATE FUNCTION erasure_lock(p_tenant_id uuid) RETURNS bigint
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, public AS $$
    SELECT hashtextextended('erasure ' || p_tenant_id::text, 0)
$$;
CREATE FUNCTION forget_carried(p_ids uuid[]) RETURNS integer
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    WITH mine AS MATERIALIZED (
        SELECT unnest(nullif(current_setting('app.tenant_ids', true), '')::uuid[]) AS tenant_id
    ), sent AS (
        UPDATE public.outbox o SET body = public.without_words(o.body), erased_at = now()
        FROM mine WHERE o.tenant_id = mine.tenant_id AND o.about = ANY (p_ids) AND o.erased_at IS NULL
        RETURNING 1
    ), dead AS (
        UPDATE public.dead_letter d SET body = public.without_words(d.body)
        WHERE (d.tenant_id IN (SELECT tenant_id FROM mine) AND public.subjects_in(d.body) && p_ids::text[])
            OR (d.tenant_id IS NULL AND EXISTS (
                SELECT 1 FROM unnest(p_ids) AS wanted (id) WHERE position(wanted.id::text IN d.body::text) > 0
            ))
        RETURNING 1
    ) SELECT ((SELECT count(*) FROM sent) + (SELECT count(*) FROM dead))::integer
$$;
CREATE FUNCTION dead_letter_of_erased() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
    IF NEW.tenant_id IS NOT NULL THEN
        PERFORM pg_advisory_xact_lock_shared(public.erasure_lock(NEW.tenant_id));
        IF EXISTS (
            SELECT 1 FROM public.erased e
            WHERE e.tenant_id = NEW.tenant_id AND e.id::text = ANY (public.subjects_in(NEW.body))
        ) THEN
            NEW.body := public.without_words(NEW.body);
        END IF;
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER dead_letter_of_erased BEFORE INSERT OR UPDATE OF body ON dead_letter
    FOR EACH ROW EXECUTE FUNCTION dead_letter_of_erased();
REVOKE EXECUTE ON FUNCTION without_words(jsonb), subjects_in(jsonb), erasure_lock(uuid), forget_carried(uuid[]),
    dead_letter_of_erased() FROM PUBLIC;
"""

RIGHTS = """
GRANT EXECUTE ON FUNCTION erasure_lock(uuid), forget_carried(uuid[]) TO {app};
"""


def upgrade() -> None:
    run_script(TABLES)
    backfill("outbox", ABOUT)
    run_script(FUNCTIONS)
    run_script(RIGHTS.format(**granted_roles()))
    protect({"erased": "SELECT, INSERT"})
