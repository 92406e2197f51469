"""Managers and cashiers of shops that exist may do what the money core brought."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

CASHIER = (
    "coupons:read", "coupons:redeem", "invoices:create", "invoices:read", "orders:claim", "proofs:create", "tills:close",
    "tills:enter", "tills:open", "tills:read", "wallet:read", "wallet:top_up",
)  # fmt: skip
MANAGER = (
    *CASHIER, "coupon_templates:change", "coupons:issue", "coupons:revoke", "coupons:undo", "discounts:create",
    "earning_rules:change", "invoices:settle", "liability:read", "orders:reassign", "orders:review", "proofs:override",
    "refunds:create", "tills:audit", "wallet:pay_out",
)  # fmt: skip


def upgrade() -> None:
    """Managers and cashiers of shops that exist may do what the money core brought."""
    roles = sa.table("roles", sa.column("name", sa.String), sa.column("permissions", sa.JSON))
    connection = op.get_bind()
    for name, gained in (("cashier", CASHIER), ("manager", MANAGER)):
        held = connection.execute(sa.select(roles.c.permissions).where(roles.c.name == name)).scalar()
        if held is not None:
            allowed = sorted({*held, *gained})
            connection.execute(sa.update(roles).where(roles.c.name == name).values(permissions=allowed))


def downgrade() -> None:
    """Migrations go forward; a copy of the books is the way back."""
    raise NotImplementedError
