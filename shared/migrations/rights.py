"""The statements that every tenant table gets. Migrations of the past call this: do not change it, add beside it."""

from shared.migrations.runner import granted_roles, run_script

_PROTECT = """
ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON {table} USING (tenant_id = ANY (nullif(current_setting('app.tenant_ids', true), '')::uuid[]));
GRANT {rights} ON {table} TO {app};
"""


def protect(rights_by_table: dict[str, str]) -> None:
    """Row-level security and the app role's rights for each tenant table. The owner is exempt, for backfills."""
    for table, rights in rights_by_table.items():
        run_script(_PROTECT.format(table=table, rights=rights, **granted_roles()))
