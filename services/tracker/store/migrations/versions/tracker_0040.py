"""Keep the trace of a feedback with its case, so that the mail that answers it bears the same."""

from shared.migrations.runner import run_script

revision = "tracker_0040"
down_revision = "tracker_0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_script("ALTER TABLE customer_case ADD COLUMN trace_id text")
