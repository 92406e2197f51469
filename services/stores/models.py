"""Stores and settings."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON
from sqlalchemy.orm import Mapped, mapped_column

from services.shared.database import Model


class Store(Model):
    """One place of sale. `code` (A1) opens every order number; it never changes once orders carry it."""

    __tablename__ = "stores"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    address: Mapped[str] = mapped_column(default="")
    phone: Mapped[str] = mapped_column(default="")
    opens: Mapped[str] = mapped_column(default="09:00")
    closes: Mapped[str] = mapped_column(default="21:30")
    sort: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    archived_at: Mapped[datetime | None]


class SettingValue(Model):
    """A setting the owner changed; what is not here has its default (stores/settings.py)."""

    __tablename__ = "settings"

    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[Any] = mapped_column(JSON)
    changed_at: Mapped[datetime]
