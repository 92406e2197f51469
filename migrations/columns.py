"""Column types that migrations share."""

import sqlalchemy as sa


def whole() -> sa.types.TypeEngine[int]:
    """Whole numbers of 64 bits; SQLite counts its keys in plain INTEGER."""
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")
