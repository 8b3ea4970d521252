"""Remember whose feedback a verdict is on, so that it is found when the person is erased."""

from shared.migrations.runner import run_script

revision = "classifier_0002"
down_revision = "classifier_0001"
branch_labels = None
depends_on = "ground_0020"

# What was told on in the last days names its customer; older words have left this service already.
CUSTOMERS = """
ALTER TABLE verdict ADD COLUMN customer_id uuid;
UPDATE verdict SET customer_id = (o.body #>> '{data,feedback,customer_id}')::uuid
FROM outbox o WHERE o.tenant_id = verdict.tenant_id AND o.about = verdict.id;
CREATE INDEX verdict_customer_idx ON verdict (tenant_id, customer_id) WHERE customer_id IS NOT NULL;
"""


def upgrade() -> None:
    run_script(CUSTOMERS)
