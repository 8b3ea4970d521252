"""Let an erasure take product and source out of facts under way, too: they are free words of whoever sent them."""

from shared.migrations.runner import run_script

revision = "ground_0051"
down_revision = "ground_0050"
branch_labels = None
depends_on = None

FUNCTION = """
CREATE OR REPLACE FUNCTION without_words(p_body jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, public AS $$
    SELECT CASE WHEN p_body ? 'unreadable' THEN '{"unreadable": ""}'::jsonb
        ELSE jsonb_set(jsonb_set(jsonb_set(jsonb_set(jsonb_set(jsonb_set(jsonb_set(jsonb_set(p_body,
            '{data,text}', '""', false), '{data,feedback,text}', '""', false),
            '{data,product}', 'null', false), '{data,feedback,product}', 'null', false),
            '{data,source}', 'null', false), '{data,feedback,source}', 'null', false),
            '{data,terms}', '[]', false), '{data,urgency_terms}', '[]', false) END
$$;
"""


def upgrade() -> None:
    run_script(FUNCTION)
