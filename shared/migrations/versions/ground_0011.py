"""Let a database know whose it is."""

from shared.migrations.runner import granted_roles, run_script

revision = "ground_0011"
down_revision = "ground_0030"
branch_labels = None
depends_on = None

INSTANCE = """
CREATE TABLE instance (
    id uuid NOT NULL,
    is_only boolean NOT NULL DEFAULT true CHECK (is_only),
    made_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT instance_pkey PRIMARY KEY (id),
    CONSTRAINT instance_is_only_key UNIQUE (is_only)
);
GRANT SELECT, INSERT ON instance TO {carrier};
"""


def upgrade() -> None:
    run_script(INSTANCE.format(**granted_roles()))
