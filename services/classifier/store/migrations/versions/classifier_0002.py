"""Remember whose feedback a verdict is on, so that it is found when the person is erased."""

from shared.migrations.runner import backfill, run_script

revision = "classifier_0002"
down_revision = "classifier_0001"
branch_labels = None
depends_on = "ground_0020"

# What was told on in the last days names its customer; older words have left this service already.
CUSTOMERS = """
UPDATE verdict v SET customer_id = (
    SELECT (o.body #>> '{data,feedback,customer_id}')::uuid FROM outbox o
    WHERE o.tenant_id = v.tenant_id AND o.about = v.id LIMIT 1
)
"""
INDEX = """
CREATE INDEX verdict_customer_idx ON verdict (tenant_id, customer_id) WHERE customer_id IS NOT NULL;
"""


def upgrade() -> None:
    run_script("ALTER TABLE verdict ADD COLUMN customer_id uuid")
    backfill("verdict", CUSTOMERS)
    run_script(INDEX)
