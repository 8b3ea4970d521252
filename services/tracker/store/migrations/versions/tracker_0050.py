"""Give each tenant a country, by which a telephone number without a country's code is read."""

from shared.migrations.runner import run_script

revision = "tracker_0050"
down_revision = "tracker_0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_script("ALTER TABLE tenant ADD COLUMN country text NOT NULL DEFAULT 'CN'")
