"""What members hold and what follows from their sales, as rows: facts, products, levels, points, stored value, coupons."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import Any

from services.coupons.models import Coupon, CouponEvent
from services.demo.bulk.opening import Opened
from services.demo.bulk.people import Parent, Rows
from services.demo.bulk.plan import Bought, Plan, Sale, drawn
from services.demo.bulk.rows import moment
from services.family.queries.families import habits_of
from services.family.rules.milestones import Occurrence, next_milestone
from services.loyalty.books import POINTS
from services.loyalty.models import MemberTier, PointsAccount, PointsEntry, PointsLot, PointsLotMove
from services.members.models import MemberFacts
from services.members.rules import birthdays
from services.members.rules.birthdays import Birthday
from services.segments.models import MemberProduct
from services.segments.rules.figures import Bought as Order
from services.segments.rules.figures import Taken, counted, figures_of
from services.shared import ids, ledger, runtime
from services.shared.bulk import Sheet, sheet
from services.shared.ledger import Ledger
from services.stores.settings import Settings
from services.wallet.books import WALLET
from services.wallet.models import WalletAccount, WalletEntry, WalletLot, WalletLotMove

FIGURES = (
    "orders spent first_order_at last_order_at visits rhythm weekday hour weekends favourite_product_id favourite_category_id orders_year "
    "spent_year birthday_on milestone milestone_on"
)
FACTS = sheet(MemberFacts, f"member_id living {FIGURES}")
PRODUCTS = sheet(MemberProduct, "member_id product_id category_id pieces first_on last_on")
TIERS = sheet(MemberTier, "member_id tier_id since review_on")
_ENTRY = "member_id sequence kind key order_id note actor_kind actor_id at mac"
POINTS_ACCOUNTS = sheet(PointsAccount, "member_id balance sequence mac")
POINTS_ENTRIES = sheet(PointsEntry, f"{_ENTRY} amount balance_after")
POINTS_LOTS = sheet(PointsLot, "id member_id amount left expires_at created_at")
POINTS_MOVES = sheet(PointsLotMove, "entry_key lot_id amount")
WALLETS = sheet(WalletAccount, "member_id principal bonus sequence mac")
WALLET_ENTRIES = sheet(WalletEntry, f"{_ENTRY} store_id principal bonus principal_after bonus_after")
WALLET_LOTS = sheet(WalletLot, "id member_id principal bonus principal_left bonus_left created_at")
WALLET_MOVES = sheet(WalletLotMove, "entry_key lot_id principal bonus")
COUPONS = sheet(
    Coupon,
    "id template_id member_id code_hash code_sealed state source expires_at issued_at redeemed_at store_id saved",
)
COUPON_EVENTS = sheet(CouponEvent, "coupon_id kind member_id store_id note actor_kind at")
SHEETS = (
    FACTS, PRODUCTS, TIERS, POINTS_ACCOUNTS, POINTS_ENTRIES, POINTS_LOTS, POINTS_MOVES, WALLETS, WALLET_ENTRIES, WALLET_LOTS,
    WALLET_MOVES, COUPONS, COUPON_EVENTS,
)  # fmt: skip


@dataclass(frozen=True)
class Holdings:
    """What the members of a plan hold."""

    plan: Plan
    bought: Bought
    shop: Opened
    settings: Settings
    today: date

    def add(self, rows: Rows, number: int, birthday: Birthday | None, parent: Parent) -> None:
        """Everything that one member holds."""
        spent = self._facts(rows, number, birthday, parent)
        member_id, bits = number + 1, drawn(self.plan.seed + 5, number)
        level = max((growth, tier) for growth, tier in self.shop.levels if growth <= spent)[1]
        since = self.plan.joined_at(number)
        rows[TIERS].append((member_id, level, moment(since), (self.today + timedelta(days=1 + bits % 365)).isoformat()))
        if bits & 3 < 3:
            self._give_points(rows, number, 10 + (bits >> 8) % 2000, expires=bits >> 20 & 3 == 0)
        if bits >> 2 & 7 == 0:
            self._fill_wallet(rows, number, 1000 * (1 + (bits >> 24) % 100), 100 * ((bits >> 32) % 50))
        for place in range((0, 0, 0, 1, 1, 2)[(bits >> 40) % 6]):
            self._give_coupon(rows, number, place, drawn(bits, place))

    def _facts(self, rows: Rows, number: int, birthday: Birthday | None, parent: Parent) -> int:
        sales = [self.plan.sale(each) for each in self.bought.of(number)]
        taken = self._taken(rows, number, sales)
        orders = [Order(sale.at, sale.day, 0 if sale.gone else self._total(sale), sale.gone) for sale in sales]
        found = figures_of(orders, taken, self.today, self.plan.zone) | counted(orders)
        coming = min((self._milestone(born) for born in sorted(parent.born)), key=lambda each: each.day, default=None)
        found |= {
            "birthday_on": self._kept(birthday) if birthday else None,
            "milestone": coming.kind if coming else None,
            "milestone_on": coming.day.isoformat() if coming else None,
        }
        for name in ("first_order_at", "last_order_at"):
            found[name] = moment(found[name]) if found[name] else None
        rows[FACTS].append((number + 1, True, *(found[name] for name in FIGURES.split())))
        return int(found["spent"])

    def _taken(self, rows: Rows, number: int, sales: Sequence[Sale]) -> list[Taken]:
        """What is left of each product; their rows."""
        found: dict[int, tuple[int, date, date]] = {}
        for sale in sales:
            for place, pieces in () if sale.gone else sale.lines:
                before, first, _ = found.get(place, (0, sale.day, sale.day))
                found[place] = (before + pieces, first, sale.day)
        taken = []
        for place, (pieces, first, last) in found.items():
            goods = self.shop.goods[place]
            taken.append(Taken(goods.id, goods.category_id or 0, pieces, last))
            row = (number + 1, goods.id, goods.category_id or 0, pieces, first.isoformat(), last.isoformat())
            rows[PRODUCTS].append(row)
        return taken

    def _total(self, sale: Sale) -> int:
        return sum(self.shop.goods[place].price * pieces for place, pieces in sale.lines)

    def _milestone(self, born: date) -> Occurrence:
        return _milestone(born, self.today, habits_of(self.settings))

    def _kept(self, birthday: Birthday) -> str:
        return birthdays.coming(birthday, self.today, late_leap_day=self.settings.late_leap_day).isoformat()

    def _give_points(self, rows: Rows, number: int, amount: int, *, expires: bool) -> None:
        member_id, at = number + 1, moment(self.plan.joined_at(number))
        end = moment(self.plan.at + timedelta(days=1 + number % 300)) if expires else None
        account, entry = self._entry(POINTS, number, (amount,))
        rows[POINTS_ACCOUNTS].append(_row(POINTS_ACCOUNTS, account))
        rows[POINTS_ENTRIES].append(_row(POINTS_ENTRIES, entry | {"at": at}))
        rows[POINTS_LOTS].append((member_id, member_id, amount, amount, end, at))
        rows[POINTS_MOVES].append((entry["key"], member_id, amount))

    def _fill_wallet(self, rows: Rows, number: int, principal: int, bonus: int) -> None:
        member_id, at = number + 1, moment(self.plan.joined_at(number))
        account, entry = self._entry(WALLET, number, (principal, bonus))
        rows[WALLETS].append(_row(WALLETS, account))
        rows[WALLET_ENTRIES].append(_row(WALLET_ENTRIES, entry | {"at": at}))
        rows[WALLET_LOTS].append((member_id, member_id, principal, bonus, principal, bonus, at))
        rows[WALLET_MOVES].append((entry["key"], member_id, principal, bonus))

    def _entry(self, book: Ledger, number: int, amounts: tuple[int, ...]) -> tuple[dict[str, Any], dict[str, Any]]:
        fields = {
            "kind": "adjust", "key": f"bulk:{number + 1}", "order_id": None, "note": "", "actor_kind": "system", "actor_id": None,
            "store_id": None, "at": self.plan.joined_at(number),
        }  # fmt: skip
        return ledger.begun(book, number + 1, amounts, fields)

    def _give_coupon(self, rows: Rows, number: int, place: int, bits: int) -> None:
        member_id, coupon_id, code = number + 1, 2 * number + 1 + place, ids.short_code()
        issued = self.plan.at - timedelta(days=(bits >> 8) % 300, hours=2)
        at, store_id = moment(issued), self.shop.stores[number % len(self.shop.stores)][0]
        used = moment(issued + timedelta(hours=1)) if bits & 1 else None
        keys = runtime.keys()
        rows[COUPONS].append(
            (coupon_id, self.shop.templates[bits % len(self.shop.templates)], member_id, keys.hash(code),
             keys.encrypt(code.encode(), "coupon"), "redeemed" if used else "issued", "campaign", moment(issued + timedelta(days=400)),
             at, used, store_id if used else None, 1000 if used else 0)
        )  # fmt: skip
        rows[COUPON_EVENTS].append((coupon_id, "issue", member_id, None, "", "system", at))
        if used:
            rows[COUPON_EVENTS].append((coupon_id, "redeem", member_id, store_id, "", "system", used))


def _row(to: Sheet, values: dict[str, Any]) -> tuple[Any, ...]:
    return tuple(values[name] for name in to.columns)


@cache
def _milestone(born: date, today: date, habits: Any) -> Occurrence:
    return next_milestone(born, today, habits, None)
