"""Let merged customers count as one at the moment of the claim."""

from shared.migrations.runner import run_script

revision = "tracker_0150"
down_revision = "tracker_0063"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_script("""
        ALTER TABLE notice ADD COLUMN person_id uuid;
        ALTER TABLE notice ADD CONSTRAINT notice_tenant_id_about_event_round_person_id_key
            UNIQUE (tenant_id, about, event, round, person_id);
    """)
