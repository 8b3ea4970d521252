"""Keep what the customer of each case knows of how far it has come."""

from shared.migrations.runner import run_script

revision = "tracker_0140"
down_revision = "tracker_0150"
branch_labels = None
depends_on = None

# Cases from before are told of when they move next.
COLUMNS = """
ALTER TABLE customer_case ADD COLUMN stage text, ADD COLUMN stage_step integer NOT NULL DEFAULT 0;
"""


def upgrade() -> None:
    run_script(COLUMNS)
