"""Keep each tenant's country, by which a telephone number without a country's code is read."""

from shared.migrations.rights import protect
from shared.migrations.runner import run_script

revision = "collector_0020"
down_revision = "collector_0010"
branch_labels = None
depends_on = None

TABLE = """
CREATE TABLE tenant_home (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    version integer NOT NULL,
    country text NOT NULL,
    CONSTRAINT tenant_home_pkey PRIMARY KEY (tenant_id, id)
);
"""


def upgrade() -> None:
    run_script(TABLE)
    protect({"tenant_home": "SELECT, INSERT, UPDATE"})
