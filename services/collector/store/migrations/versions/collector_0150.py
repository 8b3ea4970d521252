"""Products with the units in service, what more is known of customers, and persons that are merged."""

from shared.migrations.rights import protect
from shared.migrations.runner import run_script

revision = "collector_0150"
down_revision = "collector_0020"
branch_labels = None
depends_on = None

TABLES = """
CREATE TABLE product (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    model text NOT NULL,
    model_key text NOT NULL,
    category text,
    skus jsonb DEFAULT '[]' NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT product_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT product_tenant_id_model_key_key UNIQUE (tenant_id, model_key)
);
CREATE TABLE exposure (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    product_id uuid NOT NULL,
    lot text NOT NULL,
    month date NOT NULL,
    units_in_service integer NOT NULL,
    stated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT exposure_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT exposure_tenant_id_product_id_lot_month_key UNIQUE (tenant_id, product_id, lot, month),
    CONSTRAINT exposure_tenant_id_product_id_fkey FOREIGN KEY (tenant_id, product_id)
        REFERENCES product (tenant_id, id)
);
CREATE TABLE customer_merge (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    kept_id uuid NOT NULL,
    merged_id uuid NOT NULL,
    state text NOT NULL,
    decided_by text NOT NULL,
    decided_at timestamp with time zone NOT NULL,
    undone_by text,
    undone_at timestamp with time zone,
    CONSTRAINT customer_merge_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT customer_merge_tenant_id_kept_id_fkey FOREIGN KEY (tenant_id, kept_id)
        REFERENCES customer (tenant_id, id),
    CONSTRAINT customer_merge_tenant_id_merged_id_fkey FOREIGN KEY (tenant_id, merged_id)
        REFERENCES customer (tenant_id, id)
);
CREATE INDEX customer_merge_pair_idx ON customer_merge (tenant_id, merged_id, kept_id);
ALTER TABLE customer ADD COLUMN region text, ADD COLUMN reach_by text, ADD COLUMN merged_into uuid;
CREATE INDEX customer_merged_idx ON customer (tenant_id, merged_into) WHERE merged_into IS NOT NULL;
CREATE INDEX customer_newest_idx ON customer (tenant_id, created_at, id);
"""


def upgrade() -> None:
    run_script(TABLES)
    protect(
        {
            "product": "SELECT, INSERT, UPDATE",
            "exposure": "SELECT, INSERT, UPDATE",
            "customer_merge": "SELECT, INSERT, UPDATE",
        }
    )
