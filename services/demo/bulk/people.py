"""Members as rows: who they are, what finds them, what they agreed to, their children, tags, answers and messages."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property, lru_cache
from typing import Any

from services.demo.bulk.opening import Opened
from services.demo.bulk.plan import Plan, drawn
from services.demo.bulk.rows import moment
from services.family.models import Child, Pregnancy
from services.fields.models import FieldValue
from services.members.models import Consent, Member, MemberSearchTerm
from services.members.queries.consents import TextCard
from services.members.rules import names
from services.members.rules.birthdays import Birthday
from services.members.rules.purposes import CHILDREN, HEALTH, MARKETING, MEMBERSHIP
from services.messaging.models import Message, PushSubscription
from services.segments.models import MemberTag
from services.shared import ids
from services.shared.bulk import Sheet, sheet

MEMBERS = sheet(
    Member,
    "id number phone name gender birthday_calendar birthday_month birthday_day birthday_year birthday_leap wechat_id source store_id note "
    "joined_at",
)
TERMS = sheet(MemberSearchTerm, "term member_id")
CONSENTS = sheet(Consent, "member_id kind version text_hash way given_at")
CHILDREN_ROWS = sheet(Child, "member_id name sex born_on allergies created_at")
PREGNANCIES = sheet(Pregnancy, "member_id state due_on created_at")
WORN = sheet(MemberTag, "member_id tag_id actor_kind added_at")
ANSWERS = sheet(FieldValue, "subject_id field_id position words number day")
MESSAGES = sheet(Message, "member_id key category title body path push_title push_body created_at read_at")
DEVICES = sheet(PushSubscription, "app member_id endpoint p256dh auth name created_at seen_at failures")
SHEETS = (MEMBERS, TERMS, CONSENTS, CHILDREN_ROWS, PREGNANCIES, WORN, ANSWERS, MESSAGES, DEVICES)

SURNAMES = (
    "王李张刘陈杨黄赵周吴徐孙朱马胡郭林何高梁郑罗宋谢唐韩曹许邓萧冯曾程蔡彭潘袁于董余苏叶吕魏蒋田杜丁沈姜范江傅钟卢汪戴崔任陆"
    "廖姚方金邱夏谭韦贾邹石熊孟秦阎薛侯雷白龙段郝孔邵史毛常万顾赖武康贺严尹钱施牛洪龚单"
)
GIVEN = (
    "子梓欣怡涵宇轩浩然一诺可佳雨桐思琪梦瑶语嫣若曦诗晨静雅婷雪慧敏丽娟芳燕玲红梅兰英秀珍萍霞云凤玉洁颖倩茜薇媛琳璐莹菲蕾芸蓉"
    "露岚筠柔竹馨瑜婉宁悦伟强磊军勇杰涛明超刚平辉鹏飞龙俊峰建国志文博海天星辰阳春秋安和清远长生"
)
GENDERS = ("female", "female", "female", "male", "unknown")
SOURCES = ("walk_in", "walk_in", "walk_in", "online", "friend", "campaign")
CATEGORIES = ("service", "care", "marketing")
WORDS = ("sweet", "salty", "sour", "bitter")
Rows = dict[Sheet, list[tuple[Any, ...]]]


@dataclass(frozen=True)
class Parent:
    """What of somebody's family is known: days of birth of the children, and when another one is due."""

    born: tuple[date, ...] = ()
    due_on: date | None = None


@dataclass(frozen=True)
class People:
    """The members of a plan; the row of a member is their number, counted from 1."""

    plan: Plan
    shop: Opened
    texts: Mapping[str, TextCard]
    today: date

    @cached_property
    def agreed(self) -> dict[str, tuple[str, str, str, str]]:
        """A consent to each purpose: kind, version, hash of the words, and how it was given."""
        return {kind: (kind, text.version, text.hash, "registration_page") for kind, text in self.texts.items()}

    def add(self, rows: Rows, number: int) -> Birthday | None:
        """Everything of one member that does not follow from what they bought; the birthday."""
        member_id, bits = number + 1, drawn(self.plan.seed + 1, number)
        joined_at = self.plan.joined_at(number)
        at = moment(joined_at)
        name, phone = self.name(bits), f"+86{13_000_000_000 + number * 7_654_321 % 10**9}"
        body = f"1{number * 7_654_321 % 10**8:08d}"
        card_number = body + ids.luhn_digit(body)
        birthday = self.birthday(number)
        columns = tuple(birthday.columns().values()) if birthday else (None, None, None, None, False)
        rows[MEMBERS].append(
            (member_id, card_number, phone, name, GENDERS[bits % 5], *columns, "", SOURCES[bits % 6],
             self.shop.stores[number % len(self.shop.stores)][0], "", at)
        )  # fmt: skip
        rows[TERMS] += [(term, member_id) for term in names.search_terms(name, phone, card_number)]
        self._family(rows, number, at)
        self._agree(rows, member_id, MEMBERSHIP, at)
        if bits >> 8 & 7 < 5:
            self._agree(rows, member_id, MARKETING, at)
        if bits >> 12 & 3 == 0:
            tags = {self.shop.tags[bits >> 14 & 7], self.shop.tags[bits >> 17 & 7]}
            rows[WORN] += [(member_id, tag, "staff", at) for tag in sorted(tags)]
        self._answer(rows, number)
        self._write_to(rows, number, bits)
        return birthday

    def name(self, bits: int) -> str:
        """A surname with one or two more characters; some gave none."""
        if bits & 31 == 0:
            return ""
        given = GIVEN[(bits >> 20) % len(GIVEN)] + (GIVEN[(bits >> 30) % len(GIVEN)] if bits >> 5 & 3 else "")
        return SURNAMES[((bits >> 40 & 255) * (bits >> 48 & 255) * len(SURNAMES)) >> 16] + given

    def birthday(self, number: int) -> Birthday | None:
        """Three of four told one, some by the lunar calendar, some without the year."""
        bits = drawn(self.plan.seed + 2, number)
        if bits & 3 == 0:
            return None
        calendar = "lunar" if bits >> 2 & 7 == 0 else "solar"
        year = 1960 + (bits >> 20) % 45 if bits >> 5 & 1 else None
        return Birthday(calendar, 1 + (bits >> 8) % 12, 1 + (bits >> 12) % 28, year, False)

    def parent(self, number: int) -> Parent:
        """One of six has children, one of forty expects one."""
        bits = drawn(self.plan.seed + 3, number)
        born = tuple(
            self.today - timedelta(days=(bits >> 20 + 12 * each) % 4000) for each in range((0, 0, 0, 0, 1, 2)[bits % 6])
        )
        return Parent(born, self.today + timedelta(days=(bits >> 50) % 280) if bits >> 10 & 1023 < 26 else None)

    def _family(self, rows: Rows, number: int, at: str) -> None:
        member_id, parent = number + 1, self.parent(number)
        for born in sorted(parent.born):
            sex = "girl" if born.day % 2 else "boy"
            rows[CHILDREN_ROWS].append((member_id, "", sex, born.isoformat(), "", at))
        if parent.born:
            self._agree(rows, member_id, CHILDREN, at)
        if parent.due_on:
            rows[PREGNANCIES].append((member_id, "expecting", parent.due_on.isoformat(), at))
            self._agree(rows, member_id, HEALTH, at)

    def _agree(self, rows: Rows, member_id: int, kind: str, at: str) -> None:
        rows[CONSENTS].append((member_id, *self.agreed[kind], at))

    def _answer(self, rows: Rows, number: int) -> None:
        """One of five own fields, each with its own odds."""
        bits = drawn(self.plan.seed + 4, number)
        for place, (field_id, kind) in enumerate(self.shop.fields):
            answer = drawn(bits, place)
            if answer % 5:
                continue
            value = (answer >> 8) % 1000
            match kind:
                case "number" | "money":
                    told: tuple[Any, ...] = (None, value * 1000, None)
                case "yes_no":
                    told = (None, value & 1, None)
                case "date":
                    told = (None, None, (self.today - timedelta(days=value)).isoformat())
                case "choice":
                    told = (WORDS[value & 3], None, None)
                case _:
                    told = (f"答 {value}", None, None)
            rows[ANSWERS].append((number + 1, field_id, 0, *told))

    def _write_to(self, rows: Rows, number: int, bits: int) -> None:
        member_id, at = number + 1, self.plan.at
        if bits >> 24 & 3 == 0:
            sent = at - timedelta(days=(bits >> 26) % 120, hours=1)
            read = moment(sent + timedelta(minutes=30)) if bits >> 34 & 1 else None
            category = CATEGORIES[(bits >> 35) % 3]
            words = ("店里有新消息", "打开看看", "/member/", "店里有新消息", "打开看看")
            rows[MESSAGES].append((member_id, "bulk", category, *words, moment(sent), read))
        if bits >> 38 & 7 == 0:
            used = moment(at - timedelta(days=(bits >> 41) % 60))
            rows[DEVICES].append(
                ("member", member_id, f"https://push.invalid/{member_id}", "", "", "手机", _opened(at), used, 0)
            )


@lru_cache
def _opened(at: datetime) -> str:
    return moment(at - timedelta(days=90))
