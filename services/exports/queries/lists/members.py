"""Members, with what they hold, their tags and the shop's own fields. Children stand in no table that leaves the shop."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import Select
from sqlalchemy.orm import Session

from services.exports.queries.lists.answers import own_answers, told_phone
from services.exports.queries.lists.listing import Listing, Row
from services.exports.rules import CHOICE, MONEY, NUMBER, OWN, TIME, Asked, Column
from services.exports.schemas import MembersFilter
from services.loyalty import queries as loyalty
from services.loyalty.permissions import POINTS_READ
from services.members.models import Member, MemberFacts
from services.members.permissions import MEMBERS_READ
from services.members.queries import Filter, MemberCard, get_cards, search_members, select_matching
from services.members.rules.birthdays import Birthday
from services.segments import queries as segments
from services.segments.permissions import SEGMENTS_READ
from services.segments.queries.plans import meets, one_by_one
from services.segments.rules.trees import Condition, Node, permissions_of
from services.shared.actors import SYSTEM
from services.shared.conditions import Tree
from services.shared.days import day_bounds, local_day
from services.shared.words import N_
from services.stores.queries import list_stores
from services.wallet import queries as wallet
from services.wallet.permissions import WALLET_READ

FOUND = 30  # what a search on the screen finds
PHONE, BIRTHDAY = "phone", "birthday"  # what is whole only for who asks for it

COLUMNS = (
    Column("number", N_("会员编号")),
    Column("name", N_("姓名")),
    Column(PHONE, N_("手机号")),
    Column("gender", N_("性别"), CHOICE, usual=False),
    Column(BIRTHDAY, N_("生日"), usual=False),
    Column("calendar", N_("生日历法"), CHOICE, usual=False),
    Column("tier", N_("等级"), permission=POINTS_READ),
    Column("points", N_("积分"), NUMBER, POINTS_READ),
    Column("principal", N_("储值本金"), MONEY, WALLET_READ),
    Column("bonus", N_("储值赠送金"), MONEY, WALLET_READ),
    Column("orders", N_("消费次数"), NUMBER),
    Column("spent", N_("累计消费"), MONEY),
    Column("first_order_at", N_("第一次消费"), TIME, usual=False),
    Column("last_order_at", N_("最近消费"), TIME),
    Column("tags", N_("标签")),
    Column("source", N_("来源"), CHOICE),
    Column("store", N_("门店")),
    Column("joined_at", N_("入会时间"), TIME),
    Column("wechat_id", N_("微信号"), usual=False),
    Column("note", N_("备注"), usual=False),
    Column("state", N_("状态"), CHOICE, usual=False),
)


def _select(session: Session, asked: Asked) -> Select[Any]:
    where = _tree(asked)
    query = select_matching(where).with_only_columns(Member.id)
    node = _node(session, asked)
    if node is not None:  # walked once from the newest to the oldest: each member is asked once
        scene = segments.load_scene(session, at=asked.at)
        query = query.where(MemberFacts.living, meets(node, scene, one_by_one))
    if asked.get("q"):
        found = search_members(session, asked.filters["q"], FOUND, where=where, asker=asked.actor)
        query = query.where(Member.id.in_([card.id for card in found]))
    return query


def _tree(asked: Asked) -> Tree:
    month_begins = day_bounds(local_day(asked.at, asked.zone).replace(day=1), asked.zone)[0]
    chosen = Filter(asked.get("state") or "all", asked.get("source") or "", asked.get("store"))
    return chosen.tree(at=asked.at, month_begins=month_begins)


def _node(session: Session, asked: Asked) -> Node | None:
    """The segment or tag that the list is narrowed to. Raises NotFound."""
    if asked.get("segment"):
        return segments.get_segment(session, asked.filters["segment"], actor=asked.actor).node
    if asked.get("tag"):
        tag = segments.get_tag(session, asked.filters["tag"], actor=asked.actor)
        return Condition(segments.load_catalogue(session)["tag"], {"one_of": [tag.id]})
    return None


def _needs(session: Session, asked: Asked) -> Collection[str]:
    if asked.get("segment"):
        asked.actor.require(SEGMENTS_READ)
        node = _node(session, asked)
        return {SEGMENTS_READ} if node is None else {SEGMENTS_READ, *permissions_of(node)}
    _node(session, asked)
    return ()


def _read(session: Session, ids: Sequence[int], asked: Asked, columns: Collection[str]) -> list[Row]:
    cards = get_cards(session, ids)
    more: dict[int, dict[str, Any]] = {each: {} for each in ids}
    for name, load in _MORE.items():
        if name in columns:
            for member_id, value in load(session, ids, asked).items():
                more[member_id][name] = value
    if {"principal", "bonus"} & set(columns):
        for member_id, balance in wallet.list_balances(session, ids).items():
            more[member_id] |= {"principal": balance.principal, "bonus": balance.bonus}
    if any(each.startswith(OWN) for each in columns):
        for member_id, answers in own_answers(session, "member", ids, asked).items():
            more[member_id] |= answers
    stores = {store.id: store.name for store in list_stores(session, actor=SYSTEM, archived=True)}
    return [_card(card, stores, asked) | more[card.id] for card in cards]


def _card(card: MemberCard, stores: Mapping[int, str], asked: Asked) -> dict[str, Any]:
    birthday = card.birthday
    return {
        "number": card.number, "name": card.name, PHONE: told_phone(card.phone, whole=asked.whole), "gender": card.gender,
        BIRTHDAY: _birthday(birthday, whole=asked.whole), "calendar": _calendar(birthday), "orders": card.orders,
        "spent": card.spent, "first_order_at": card.first_order_at, "last_order_at": card.last_order_at, "source": card.source,
        "store": stores.get(card.store_id or 0, ""), "joined_at": card.joined_at, "wechat_id": card.wechat_id, "note": card.note,
        "state": "archived" if card.archived else "living",
    }  # fmt: skip


def _birthday(birthday: Birthday | None, *, whole: bool) -> str:
    if birthday is None:
        return ""
    day = f"{birthday.month:02d}-{birthday.day:02d}"
    return f"{birthday.year}-{day}" if whole and birthday.year else day


def _calendar(birthday: Birthday | None) -> str:
    return "" if birthday is None else "lunar_leap" if birthday.leap else birthday.calendar


def _tags(session: Session, ids: Sequence[int], asked: Asked) -> dict[int, str]:
    worn = segments.list_worn(session, ids, actor=asked.actor)
    return {member_id: "、".join(each.tag.name for each in tags) for member_id, tags in worn.items()}


_MORE: Mapping[str, Any] = {
    "tier": lambda session, ids, _asked: loyalty.list_tier_names(session, ids),
    "points": lambda session, ids, _asked: loyalty.list_balances(session, ids),
    "tags": _tags,
}


MEMBERS = Listing(
    "members", N_("会员"), MEMBERS_READ, COLUMNS, MembersFilter, (Member.id,), _select, _read, own="member", needs=_needs
)  # fmt: skip
