"""Let lists begin anywhere without reading all that comes before."""

from shared.migrations.runner import run_script

revision = "tracker_0003"
down_revision = "tracker_0002"
branch_labels = None
depends_on = None

INDEXES = """
CREATE INDEX customer_case_newest_idx ON customer_case (tenant_id, opened_at, id);
CREATE INDEX problem_newest_idx ON problem (tenant_id, created_at, id);
CREATE INDEX action_newest_idx ON action (tenant_id, created_at, id);
CREATE INDEX notice_newest_idx ON notice (tenant_id, created_at, id);
"""


def upgrade() -> None:
    run_script(INDEXES)
