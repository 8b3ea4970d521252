"""Let the app role put facts and jobs down for the tenants of its transaction only, in carriers, too."""

from shared.migrations.runner import granted_roles, run_script

revision = "ground_0010"
down_revision = "ground_0004"
branch_labels = None
depends_on = None

# The carrier role works for all tenants; a role that neither policy names sees nothing.
GUARD = """
ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON {table} FOR {verbs} TO {app}
    {clause} (tenant_id = ANY (nullif(current_setting('app.tenant_ids', true), '')::uuid[]));
CREATE POLICY carrier ON {table} TO {carrier} USING (true);
"""
# The inbox is asked which facts are new (ON CONFLICT … RETURNING), so its rows must be visible to who wrote them.
GUARDED = {"outbox": ("INSERT", "WITH CHECK"), "job": ("INSERT", "WITH CHECK"), "inbox": ("ALL", "USING")}


def upgrade() -> None:
    for table, (verbs, clause) in GUARDED.items():
        run_script(GUARD.format(table=table, verbs=verbs, clause=clause, **granted_roles()))
