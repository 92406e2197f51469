"""Categories, products, options, availability."""

import sqlalchemy as sa
from alembic import op

from migrations.columns import whole

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Categories, products, options, availability."""
    op.create_table(
        "categories",
        sa.Column("id", whole(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("sort", whole(), nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_categories")),
        sa.UniqueConstraint("name", name=op.f("uq_categories_name")),
    )
    op.create_table(
        "products",
        sa.Column("id", whole(), nullable=False),
        sa.Column("category_id", whole(), nullable=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("initials", sa.String(), nullable=False),
        sa.Column("description", sa.String(), nullable=False),
        sa.Column("price", whole(), nullable=False),
        sa.Column("sku", sa.String(), nullable=True),
        sa.Column("barcode", sa.String(), nullable=True),
        sa.Column("picture", sa.String(), nullable=False),
        sa.Column("sort", whole(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("price >= 0", name=op.f("ck_products_price")),
        sa.ForeignKeyConstraint(["category_id"], ["categories.id"], name=op.f("fk_products_category_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_products")),
        sa.UniqueConstraint("barcode", name=op.f("uq_products_barcode")),
        sa.UniqueConstraint("sku", name=op.f("uq_products_sku")),
    )
    op.create_index(op.f("ix_products_category_id"), "products", ["category_id"], unique=False)
    op.create_table(
        "product_options",
        sa.Column("id", whole(), nullable=False),
        sa.Column("product_id", whole(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("sort", whole(), nullable=False),
        sa.ForeignKeyConstraint(["product_id"], ["products.id"], name=op.f("fk_product_options_product_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_product_options")),
        sa.UniqueConstraint("product_id", "key", name=op.f("uq_product_options_product_id_key")),
    )
    op.create_table(
        "product_stores",
        sa.Column("product_id", whole(), nullable=False),
        sa.Column("store_id", whole(), nullable=False),
        sa.Column("available", sa.Boolean(), nullable=False),
        sa.Column("sold_out_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["product_id"], ["products.id"], name=op.f("fk_product_stores_product_id")),
        sa.ForeignKeyConstraint(["store_id"], ["stores.id"], name=op.f("fk_product_stores_store_id")),
        sa.PrimaryKeyConstraint("product_id", "store_id", name=op.f("pk_product_stores")),
    )
    op.create_table(
        "product_choices",
        sa.Column("id", whole(), nullable=False),
        sa.Column("option_id", whole(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("price_change", whole(), nullable=False),
        sa.Column("sort", whole(), nullable=False),
        sa.ForeignKeyConstraint(["option_id"], ["product_options.id"], name=op.f("fk_product_choices_option_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_product_choices")),
        sa.UniqueConstraint("option_id", "key", name=op.f("uq_product_choices_option_id_key")),
    )


def downgrade() -> None:
    """Migrations go forward; a copy of the books is the way back."""
    raise NotImplementedError
