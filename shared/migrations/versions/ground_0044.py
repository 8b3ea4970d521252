"""Let the carrier end credentials and nothing else of one: what somebody may is not its to change."""

from shared.migrations.runner import granted_roles, run_script

revision = "ground_0044"
down_revision = "ground_0043"
branch_labels = None
depends_on = None

RIGHTS = """
REVOKE UPDATE ON credential FROM {carrier};
GRANT UPDATE (revoked_at) ON credential TO {carrier};
"""


def upgrade() -> None:
    run_script(RIGHTS.format(**granted_roles()))
