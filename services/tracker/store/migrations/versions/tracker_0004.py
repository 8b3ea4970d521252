"""Let a customer's notices be found when the customer is erased."""

from shared.migrations.runner import run_script

revision = "tracker_0004"
down_revision = "tracker_0003"
branch_labels = None
depends_on = "ground_0020"

NOTICES = """
CREATE INDEX notice_tenant_id_customer_id_idx ON notice (tenant_id, customer_id);
"""


def upgrade() -> None:
    run_script(NOTICES)
