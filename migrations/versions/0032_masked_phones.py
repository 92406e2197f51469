"""Who saw whole phones before: managers and programs go on, everybody else reveals one at a time, which is written down."""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

READ, PHONES, REVEAL = "members:read", "members:phones", "members:reveal"
A_MANAGERS = "members:archive"  # what tells a role of managers, whatever the shop calls it


def upgrade() -> None:
    """Roles that read members may reveal; those that also archive them, and tokens that read them, see whole phones as before."""
    roles = sa.table("roles", sa.column("id"), sa.column("permissions", sa.JSON))
    tokens = sa.table("api_tokens", sa.column("id"), sa.column("scopes", sa.JSON))
    connection = op.get_bind()
    for role_id, held in connection.execute(sa.select(roles.c.id, roles.c.permissions)).all():
        if READ in held:
            gained = {REVEAL, PHONES} if A_MANAGERS in held else {REVEAL}
            changed = sa.update(roles).where(roles.c.id == role_id).values(permissions=sorted({*held, *gained}))
            connection.execute(changed)
    for token_id, held in connection.execute(sa.select(tokens.c.id, tokens.c.scopes)).all():
        if READ in held:
            changed = sa.update(tokens).where(tokens.c.id == token_id).values(scopes=sorted({*held, PHONES}))
            connection.execute(changed)


def downgrade() -> None:
    """Migrations go forward; a copy of the books is the way back."""
    raise NotImplementedError
