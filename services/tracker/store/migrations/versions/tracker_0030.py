"""Number the versions of problems and actions, so that a change says which one it builds on."""

from shared.migrations.runner import run_script

revision = "tracker_0030"
down_revision = "tracker_0004"
branch_labels = None
depends_on = None

COLUMNS = """
ALTER TABLE problem ADD COLUMN version integer NOT NULL DEFAULT 1;
ALTER TABLE action ADD COLUMN version integer NOT NULL DEFAULT 1;
"""


def upgrade() -> None:
    run_script(COLUMNS)
