"""Count the words that a model saw in a text among the text's own, so that they are forgotten with it."""

from shared.migrations.runner import run_script

revision = "ground_0050"
down_revision = "ground_0044"
branch_labels = None
depends_on = None

FUNCTION = """
CREATE OR REPLACE FUNCTION without_words(p_body jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, public AS $$
    SELECT CASE WHEN p_body ? 'unreadable' THEN '{"unreadable": ""}'::jsonb
        ELSE jsonb_set(jsonb_set(jsonb_set(jsonb_set(p_body,
            '{data,text}', '""', false), '{data,feedback,text}', '""', false),
            '{data,terms}', '[]', false), '{data,urgency_terms}', '[]', false) END
$$;
"""


def upgrade() -> None:
    run_script(FUNCTION)
