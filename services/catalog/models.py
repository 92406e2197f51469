"""Categories, products, options and availability."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Date, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from services.shared.database import Model


class Category(Model):
    """A shelf of the catalogue."""

    __tablename__ = "categories"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    sort: Mapped[int] = mapped_column(default=0)
    archived_at: Mapped[datetime | None]


class Product(Model):
    """Something with a price (fen). `picture` is an uploaded file's name or `drawn:<symbol>` of the drawn set.

    `pricing` is piece, weight (the price is per 500 g) or open (the cashier names it). `member_price` replaces the price for members;
    `takes_tier` and `takes_coupons` say whether tiers and coupons may lower it. `launches_on` is the day on which a new product is
    there for everyone; tiers with early access see it before.
    """

    __tablename__ = "products"
    __table_args__ = (CheckConstraint("price >= 0", name="price"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    category_id: Mapped[int | None] = mapped_column(ForeignKey("categories.id"), index=True)
    name: Mapped[str]
    initials: Mapped[str]
    description: Mapped[str] = mapped_column(default="")
    price: Mapped[int]
    pricing: Mapped[str] = mapped_column(default="piece")
    member_price: Mapped[int | None]
    takes_tier: Mapped[bool] = mapped_column(default=True)
    takes_coupons: Mapped[bool] = mapped_column(default=True)
    launches_on: Mapped[date | None] = mapped_column(Date)
    sku: Mapped[str | None] = mapped_column(unique=True)
    barcode: Mapped[str | None] = mapped_column(unique=True)
    picture: Mapped[str] = mapped_column(default="")
    sort: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    archived_at: Mapped[datetime | None]


class ProductOption(Model):
    """A question the product asks: `key` is its stable name in the API (`size`), `name` what people read."""

    __tablename__ = "product_options"
    __table_args__ = (UniqueConstraint("product_id", "key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    product_id: Mapped[int] = mapped_column(ForeignKey("products.id"))
    key: Mapped[str]
    name: Mapped[str]
    sort: Mapped[int] = mapped_column(default=0)


class ProductChoice(Model):
    """One answer: `price_change` (fen, may be negative) is added to the product's price."""

    __tablename__ = "product_choices"
    __table_args__ = (UniqueConstraint("option_id", "key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    option_id: Mapped[int] = mapped_column(ForeignKey("product_options.id"))
    key: Mapped[str]
    name: Mapped[str]
    price_change: Mapped[int] = mapped_column(default=0)
    sort: Mapped[int] = mapped_column(default=0)


class ProductStore(Model):
    """How a product stands at one store; without a row it is sold there and in stock."""

    __tablename__ = "product_stores"

    product_id: Mapped[int] = mapped_column(ForeignKey("products.id"), primary_key=True)
    store_id: Mapped[int] = mapped_column(ForeignKey("stores.id"), primary_key=True)
    available: Mapped[bool] = mapped_column(default=True)
    sold_out_at: Mapped[datetime | None]
