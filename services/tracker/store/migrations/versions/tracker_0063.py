"""Let figures over time be counted from indexes alone."""

from shared.migrations.runner import run_script

revision = "tracker_0063"
down_revision = "tracker_0060"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_script("""
        CREATE INDEX customer_case_figures_idx ON customer_case (tenant_id, occurred_at)
            INCLUDE (urgency, category, product, language);
        CREATE INDEX customer_case_unanswered_idx ON customer_case (tenant_id, occurred_at)
            INCLUDE (urgency, product, language) WHERE state IN ('new', 'open', 'waiting');
        CREATE INDEX action_state_idx ON action (tenant_id, state);
        CREATE INDEX action_move_effect_idx ON action_move (tenant_id, moved_at, id)
            WHERE to_state IN ('verify', 'closed');
        CREATE INDEX notice_figures_idx ON notice (tenant_id, created_at) INCLUDE (state);
    """)
