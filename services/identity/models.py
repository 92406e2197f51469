"""Staff, their roles and stores, API tokens."""

from datetime import datetime

from sqlalchemy import JSON, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from services.shared.database import Model


class Role(Model):
    """A named set of permissions. `name` is one of the four built in (owner, manager, cashier, kitchen) or the shop's own."""

    __tablename__ = "roles"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    permissions: Mapped[list[str]]


class Staff(Model):
    """One person who works here. `all_stores` opens every store, else `StaffStore` rows name them."""

    __tablename__ = "staff"

    id: Mapped[int] = mapped_column(primary_key=True)
    username: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    password_hash: Mapped[str]
    role_id: Mapped[int] = mapped_column(ForeignKey("roles.id"))
    all_stores: Mapped[bool] = mapped_column(default=False)
    language: Mapped[str | None]
    created_at: Mapped[datetime]
    disabled_at: Mapped[datetime | None]


class StaffStore(Model):
    """A store in which a member of staff works."""

    __tablename__ = "staff_stores"

    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), primary_key=True)
    store_id: Mapped[int] = mapped_column(ForeignKey("stores.id"), primary_key=True)


class ApiToken(Model):
    """A bearer token, kept as a hash. `scopes` are permission names or `all`; `stores` are ids, None for every store.

    `made_by` answers for what it does; None where the machine's owner made it by command.
    """

    __tablename__ = "api_tokens"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    token_hash: Mapped[str] = mapped_column(unique=True)
    scopes: Mapped[list[str]]
    stores: Mapped[list[int] | None] = mapped_column(JSON(none_as_null=True))
    made_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    created_at: Mapped[datetime]
    last_used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
