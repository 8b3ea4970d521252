"""Seal the audit: what was before and after and why, and a chain of hashes that only the owner can write."""

from shared.migrations.runner import granted_roles, run_script

revision = "ground_0040"
down_revision = "ground_0011"
branch_labels = None
depends_on = None

TABLES = """
ALTER TABLE audit ADD COLUMN before jsonb, ADD COLUMN after jsonb, ADD COLUMN why text,
    ADD COLUMN xid bigint NOT NULL DEFAULT (pg_current_xact_id()::text::bigint);
CREATE INDEX audit_xid_idx ON audit (xid);
CREATE INDEX audit_object_idx ON audit (tenant_id, object_id, id) WHERE object_id IS NOT NULL;

CREATE TABLE audit_seal (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    seq bigint NOT NULL,
    previous bytea NOT NULL,
    hash bytea NOT NULL,
    sealed_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT audit_seal_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT audit_seal_tenant_id_seq_key UNIQUE (tenant_id, seq)
);
"""

CANONICAL = """
CREATE FUNCTION audit_canonical(p_line audit) RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, public AS $$
    SELECT jsonb_build_array(
        'huiyin-audit-1', p_line.tenant_id, p_line.id,
        to_char(p_line.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
        p_line.actor, p_line.verb, p_line.object_kind, p_line.object_id,
        p_line.detail, p_line.before, p_line.after, p_line.why, p_line.xid
    )::text
$$;
REVOKE EXECUTE ON FUNCTION audit_canonical(audit) FROM PUBLIC;
"""

# One sealer at a time in a database; whoever comes second waits and finds nothing to do. Lines are taken in the order
# of their transactions, and only those that began before the oldest one still running: none can come before them now.
# `p_foreign` also takes lines whose transaction this server has not reached: a restored dump brought them.
SEAL = """
CREATE FUNCTION audit_seal_lines(p_from bigint, p_before bigint, p_foreign boolean, p_limit integer)
RETURNS TABLE (head_tenant_id uuid, head_seq bigint, head_hash bytea, lines bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
    line record;
    link bytea;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('audit_seal'));
    FOR line IN
        SELECT taken.* FROM (
            SELECT a.tenant_id, a.id, a.xid, public.audit_canonical(a) AS canonical FROM public.audit a
            WHERE (a.xid >= p_from
                    AND a.xid < least(p_before, pg_snapshot_xmin(pg_current_snapshot())::text::bigint)
                OR p_foreign AND a.xid >= pg_snapshot_xmax(pg_current_snapshot())::text::bigint)
                AND NOT EXISTS (
                    SELECT 1 FROM public.audit_seal s WHERE s.tenant_id = a.tenant_id AND s.id = a.id)
            ORDER BY a.xid, a.id LIMIT p_limit
        ) AS taken ORDER BY taken.tenant_id, taken.xid, taken.id
    LOOP
        IF line.tenant_id IS DISTINCT FROM head_tenant_id THEN
            IF head_tenant_id IS NOT NULL THEN
                RETURN NEXT;
            END IF;
            head_tenant_id := line.tenant_id;
            lines := 0;
            SELECT s.seq, s.hash INTO head_seq, head_hash FROM public.audit_seal s
                WHERE s.tenant_id = head_tenant_id ORDER BY s.seq DESC LIMIT 1;
            head_seq := coalesce(head_seq, 0);
            head_hash := coalesce(head_hash, decode(repeat('00', 32), 'hex'));
        END IF;
        link := sha256(head_hash || convert_to(line.canonical, 'UTF8'));
        INSERT INTO public.audit_seal (tenant_id, id, seq, previous, hash)
            VALUES (head_tenant_id, line.id, head_seq + 1, head_hash, link);
        head_seq := head_seq + 1;
        head_hash := link;
        lines := lines + 1;
    END LOOP;
    IF head_tenant_id IS NOT NULL THEN
        RETURN NEXT;
    END IF;
END
$$;
REVOKE EXECUTE ON FUNCTION audit_seal_lines(bigint, bigint, boolean, integer) FROM PUBLIC;
"""

# The app role states neither the time of a line nor its transaction, so it cannot slip one in before others.
RIGHTS = """
REVOKE INSERT ON audit FROM {app};
GRANT INSERT (tenant_id, id, actor, verb, object_kind, object_id, detail, before, after, why) ON audit TO {app};
ALTER TABLE audit_seal ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON audit_seal
    USING (tenant_id = ANY (nullif(current_setting('app.tenant_ids', true), '')::uuid[]));
GRANT EXECUTE ON FUNCTION audit_seal_lines(bigint, bigint, boolean, integer) TO {carrier};
"""


def upgrade() -> None:
    for script in (TABLES, CANONICAL, SEAL):
        run_script(script)
    run_script(RIGHTS.format(**granted_roles()))
