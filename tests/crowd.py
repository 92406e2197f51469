"""A crowd of random members in the tables, and the same people as an oracle knows them (tests/oracles/segments.py)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any

from sqlalchemy.orm import Session

from services.catalog.models import Category, Product
from services.coupons.models import Coupon, CouponTemplate
from services.family.models import Child, Pregnancy
from services.fields.models import Field, FieldValue
from services.loyalty.models import MemberTier, PointsAccount, PointsLot, Tier
from services.members.models import Consent, ConsentText, Member, MemberFacts
from services.messaging.models import Message, PushSubscription
from services.orders.models import Order, OrderLine
from services.segments.commands.facts import rebuild
from services.segments.models import MemberTag, Tag
from services.segments.queries import load_scene
from services.shared import database
from services.wallet.models import WalletAccount
from tests.cast import Cast
from tests.oracles import segments as oracle
from tests.oracles.segments import Line, Person, World

PEOPLE, PRODUCTS = 240, 6
SOURCES = ("walk_in", "friend", "online")
FIELDS = {"note": "text", "size": "money", "since": "date", "taste": "choice", "days": "choices", "vegan": "yes_no"}
CHOICES = [{"key": key, "zh": key, "en": "", "archived": False} for key in ("sweet", "salty", "sour")]
EDGES = (0, 1, 6, 7, 29, 30, 31, 59, 60, 61, 90, 364, 365, 366, 700)  # days back, at which something begins or ends


@dataclass(frozen=True)
class Crowd:
    """The people, and the ids that conditions may name."""

    people: list[Person]
    world: World
    ids: dict[str, list[str]]


def gather(shop: Cast, seed: int) -> Crowd:
    """Write everybody down."""
    dice = Random(seed)
    with database.transaction() as session:
        ids, world = _shelves(session, shop, dice)
        maker = _Maker(session, shop, dice, ids, world)
        people = [maker.person(number) for number in range(PEOPLE)]
    with database.transaction() as session:
        scene = load_scene(session, at=shop.at)
        assert rebuild(session, [person.id for person in people], scene) == []
        for person in people:
            facts = session.get_one(MemberFacts, person.id)
            person.milestone = (facts.milestone, facts.milestone_on) if facts.milestone and facts.milestone_on else None
            person.birthday_on = facts.birthday_on
    return Crowd([person for person in people if person.source != "gone"], world, ids)


def _shelves(session: Session, shop: Cast, dice: Random) -> tuple[dict[str, list[str]], World]:
    at = shop.at
    categories = [Category(name=name) for name in ("蛋糕", "面包")]
    session.add_all(categories)
    session.flush()
    products = [
        Product(
            name=f"p{n}", initials="p", price=100, category_id=dice.choice(categories).id, created_at=at,
            launches_on=(at - timedelta(days=dice.choice(EDGES))).date() if n % 2 else None,
        )
        for n in range(PRODUCTS)
    ]  # fmt: skip
    tiers = [Tier(name=f"t{n}", threshold=n, pays=1000, multiplier=100, early_days=0, monthly_template_ids=[], wallet_bonus=0,
                  created_at=at) for n in range(3)]  # fmt: skip
    tags = [Tag(name=f"g{n}", colour="brand", created_at=at, changed_at=at) for n in range(3)]
    templates = [
        CouponTemplate(
            name=f"c{n}", kind="cash", value=1, pays=0, threshold=0, scope={}, stack_group="x", exclusive=False, with_tier=True,
            with_points=True, transferable=False, claimable=False, welcome=False, created_at=at,
        )
        for n in range(2)
    ]  # fmt: skip
    fields = [
        Field(subject="member", kind=kind, key=key, label_zh=key, choices=CHOICES if "choice" in kind else [], position=n,
              created_at=at, changed_at=at)
        for n, (key, kind) in enumerate(FIELDS.items())
    ]  # fmt: skip
    asked_anew = ConsentText(kind="marketing", version="2", words="x", anew=True, published_at=at)
    session.add_all([*products, *tiers, *tags, *templates, *fields, asked_anew])
    session.flush()
    things: dict[str, Any] = {
        "product": products,
        "category": categories,
        "tier": tiers,
        "tag": tags,
        "template": templates,
    }
    ids = {name: [str(each.id) for each in some] for name, some in things.items()}
    ids |= {"store": [str(shop.east.id), str(shop.south.id)], "source": list(SOURCES)}
    ids["own field"] = [str(each.id) for each in fields]
    ids["text"] = [str(asked_anew.id)]
    return ids, World(at, {each.id: each.launches_on for each in products if each.launches_on})


class _Maker:
    def __init__(self, session: Session, shop: Cast, dice: Random, ids: dict[str, list[str]], world: World) -> None:
        self.session, self.shop, self.dice, self.ids, self.world = session, shop, dice, ids, world
        self.sequence = 0

    def id_of(self, name: str) -> int:
        return int(self.dice.choice(self.ids[name]))

    def back(self, most: int = 800) -> datetime:
        """Some moment before now; often at the edge of a day."""
        dice = self.dice
        days = dice.choice((*EDGES, dice.randrange(most)))
        midnight = self.shop.at.replace(hour=16, minute=0)
        moment = (
            midnight - timedelta(days=days) + dice.choice((timedelta(0), timedelta(seconds=-1), timedelta(hours=9)))
        )
        return min(moment, self.shop.at)

    def some(self, chance: float) -> bool:
        return self.dice.random() < chance

    def person(self, number: int) -> Person:
        dice, session = self.dice, self.session
        gone = number % 20 == 0
        member = Member(
            number=f"n{number}", name=f"m{number}", gender=dice.choice(("female", "male", "unknown")), source=dice.choice(SOURCES),
            store_id=self.id_of("store") if self.some(0.8) else None, joined_at=self.back(),
            archived_at=self.shop.at if gone else None,
        )  # fmt: skip
        if self.some(0.5):
            member.birthday_calendar = dice.choice(("solar", "lunar"))
            member.birthday_month, member.birthday_day = dice.randint(1, 12), dice.randint(1, 28)
        session.add(member)
        session.flush()
        session.add(MemberFacts(member_id=member.id, living=not gone))
        person = Person(
            member.id, "gone" if gone else member.source, member.store_id, member.gender, member.joined_at, None
        )
        self._consents(person)
        self._orders(person)
        self._family(person)
        self._holdings(person)
        self._messages(person)
        self._answers(person)
        session.flush()
        return person

    def _consents(self, person: Person) -> None:
        for kind in ("marketing", "children", "health"):
            withdrawn, text = self.some(0.2), self.some(0.7)
            if self.some(0.8):
                text_id = int(self.ids["text"][0]) if kind == "marketing" and text else None
                self.session.add(
                    Consent(
                        member_id=person.id, kind=kind, version="1", text_hash="", way="paper", given_at=self.shop.at,
                        text_id=text_id, withdrawn_at=self.shop.at if withdrawn else None,
                    )
                )  # fmt: skip
                if not withdrawn and (kind != "marketing" or text):
                    person.consents.add(kind)

    def _orders(self, person: Person) -> None:
        for _ in range(self.dice.choice((0, 0, 1, 2, 3, 5, 9))):
            self.sequence += 1
            at, paid, gone = self.back(), self.dice.choice((0, 1, 5000, 20_000, 50_000)), self.some(0.15)
            back = paid if gone else self.dice.choice((0, 0, paid // 2))
            order = Order(
                number=str(self.sequence), receipt_code=str(self.sequence), store_id=self.id_of("store"), completed_at=at,
                day=at.astimezone(oracle.ZONE).date(), sequence=self.sequence, member_id=person.id, origin="counter",
                state="refunded" if gone else "paid", list_total=paid, due=paid, paid=paid, change=0, refunded=back, flags=[],
            )  # fmt: skip
            self.session.add(order)
            self.session.flush()
            lines = [self._line(order, place, gone=gone) for place in range(self.dice.randint(0, 3))]
            person.orders.append(oracle.Order(at, paid - back, gone, lines))

    def _line(self, order: Order, place: int, *, gone: bool) -> Line:
        pieces, product = self.dice.randint(1, 4), self.id_of("product")
        back = pieces if gone else self.dice.choice((0, 0, 1))
        category = self.id_of("category") if self.some(0.9) else None
        line = OrderLine(
            order_id=order.id, position=place, product_id=product, name="x", options={}, quantity=pieces, list_price=1, amount=1,
            category_id=category, refunded_quantity=back,
        )  # fmt: skip
        self.session.add(line)
        return Line(product, category, pieces - back)

    def _family(self, person: Person) -> None:
        for _ in range(self.dice.choice((0, 0, 1, 2))):
            born, quiet = self.back(1500).astimezone(oracle.ZONE).date(), self.some(0.2)
            self.session.add(
                Child(member_id=person.id, born_on=born, quiet_at=self.shop.at if quiet else None, created_at=self.shop.at)
            )  # fmt: skip
            person.children.append((born, quiet))
        if self.some(0.4):
            state = self.dice.choice(("preparing", "expecting", "expecting", "expecting", "stopped", "born"))
            due = None if state == "preparing" else self.world.today + timedelta(days=self._due())
            self.session.add(Pregnancy(member_id=person.id, state=state, due_on=due, created_at=self.shop.at))
            person.pregnancies.append((state, due))

    def _due(self) -> int:
        """Days until it is due; often where a stage begins or ends."""
        return self.dice.choice((-30, -1, 0, 1, 83, 84, 85, 181, 182, 183, 280, self.dice.randrange(280)))

    def _holdings(self, person: Person) -> None:
        session, dice, at = self.session, self.dice, self.shop.at
        for tag in self.ids["tag"]:
            if self.some(0.3):
                session.add(MemberTag(member_id=person.id, tag_id=int(tag), actor_kind="staff", added_at=at))
                person.tags.add(int(tag))
        if self.some(0.7):
            person.tier = self.id_of("tier")
            session.add(MemberTier(member_id=person.id, tier_id=person.tier, since=at, review_on=at.date()))
        if self.some(0.7):
            person.points, person.wallet = dice.choice((-20, 0, 1, 500)), dice.choice((0, 1, 9900))
            session.add(PointsAccount(member_id=person.id, balance=person.points, sequence=0, mac=b""))
            bonus = person.wallet // 3
            session.add(
                WalletAccount(member_id=person.id, principal=person.wallet - bonus, bonus=bonus, sequence=0, mac=b"")
            )
        for _ in range(dice.choice((0, 1, 2))):
            left, ends = dice.choice((0, 5, 100)), dice.choice((None, *(self._ahead() for _ in range(4))))
            session.add(PointsLot(member_id=person.id, amount=100, left=left, expires_at=ends, created_at=at))
            person.lots.append((left, ends))
        for _ in range(dice.choice((0, 1, 2))):
            state, template = (
                dice.choice(("issued", "reserved", "redeemed", "revoked", "expired")),
                self.id_of("template"),
            )
            ends, used = dice.choice((None, self._ahead())), self.back() if state == "redeemed" else None
            session.add(
                Coupon(
                    template_id=template, member_id=person.id, code_hash=f"{person.id}:{dice.random()}", state=state, source="x",
                    expires_at=ends, issued_at=at, redeemed_at=used,
                )
            )  # fmt: skip
            person.coupons.append((template, state, ends, used))

    def _ahead(self) -> datetime:
        """The end of a day of the shop: yesterday, today or one to come."""
        midnight = self.shop.at.replace(hour=16, minute=0)
        return midnight + timedelta(days=self.dice.choice((-2, -1, 0, 1, 6, 7, 29, 30, 31)))

    def _messages(self, person: Person) -> None:
        for number in range(self.dice.choice((0, 1, 3))):
            category, at = self.dice.choice(("service", "care", "marketing")), self.back()
            read = self.dice.choice((None, at))
            self.session.add(
                Message(
                    member_id=person.id, key=str(number), category=category, title="", body="", path="", push_title="",
                    push_body="", created_at=at, read_at=read,
                )
            )  # fmt: skip
            person.messages.append((category, at, read))
        if self.some(0.5):
            person.pushed = True
            self.session.add(
                PushSubscription(
                    app="member", member_id=person.id, endpoint=str(person.id), p256dh="", auth="", created_at=self.shop.at,
                    seen_at=self.shop.at,
                )
            )  # fmt: skip

    def _answers(self, person: Person) -> None:
        for field_id, (key, kind) in zip(self.ids["own field"], FIELDS.items(), strict=True):
            if self.some(0.3):
                continue
            value = self._value(kind)
            person.answers[key] = value
            for position, each in enumerate(value if isinstance(value, list) else [value]):
                row: dict[str, Any] = {"subject_id": person.id, "field_id": int(field_id), "position": position}
                column = {"text": "words", "choice": "words", "choices": "words", "date": "day"}.get(kind, "number")
                self.session.add(FieldValue(**row, **{column: int(each) if kind == "yes_no" else each}))

    def _value(self, kind: str) -> Any:
        dice = self.dice
        keys = [each["key"] for each in CHOICES]
        return {
            "text": dice.choice(("Hello 100%", "hell_o", "再见")), "money": dice.choice((0, 100, 5000)),
            "date": (self.back() + timedelta(days=dice.choice((0, 40)))).date(), "choice": dice.choice(keys),
            "choices": dice.sample(keys, dice.randint(1, 2)), "yes_no": dice.choice((True, False)),
        }[kind]  # fmt: skip
