"""What stands out, judged from rows that `readers` brings. Pure. Amounts are fen, days the shop's, bounds the owner's settings."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from services.shared.days import monday
from services.shared.words import N_

HOUR = timedelta(hours=1)
NEARLY_ALL = 80  # per cent of a member's sales that one cashier made

# Each kind: what it is called, and the sentence that explains one finding.
WORDS: Mapping[str, tuple[str, str]] = {
    "own_card": (
        N_("给自己的会员卡收款"),
        N_("%(staff)s 一周里自己收款、记在自己的会员卡 %(member)s 上 %(count)s 次，看看是不是客人的单"),
    ),
    "same_name": (N_("会员和收银员同名"), N_("%(staff)s 一周里给会员 %(member)s 收了 %(count)s 次款，两人同名，可能就是本人")),
    "one_member": (
        N_("很多单记在一位会员名下"),
        N_("%(staff)s 一周里把 %(count)s 单记在 %(member)s 名下，这位会员几乎只在他收款时出现"),
    ),
    "points": (N_("手工调了很多积分"), N_("%(staff)s 给 %(member)s 手工调了 %(count)s 积分，原因写的是「%(reason)s」")),
    "wallet": (N_("手工调了储值"), N_("%(staff)s 给 %(member)s 手工调了储值 %(amount)s，原因写的是「%(reason)s」")),
    "merge": (N_("合并了两张会员卡"), N_("%(staff)s 把另一张卡并进了 %(member)s，储值带过去 %(amount)s")),
    "adjustments": (N_("手工调整很频繁"), N_("%(staff)s 一周里手工调了 %(count)s 次积分或储值")),
    "taken_out": (
        N_("现金退款后取出现金"),
        N_("%(staff)s 退了 %(amount)s 现金，%(minutes)s 分钟后从钱箱取出 %(other)s"),
    ),
    "sold_again": (
        N_("现金退款后又收一笔更小的"),
        N_("%(staff)s 退了 %(amount)s 现金，%(minutes)s 分钟后又收了一笔 %(other)s 的现金，没有会员"),
    ),
    "redemptions": (N_("一小时核销了很多人的券"), N_("%(staff)s 在一小时里给 %(count)s 位会员核销了券")),
    "one_device": (
        N_("一台设备给很多人核销了券"),
        N_("%(device)s 这台设备上，一小时里给 %(count)s 位会员核销了券，经了 %(people)s 个人的手，最多的是 %(staff)s"),
    ),
    "one_phone": (
        N_("一台手机登录了好几位会员，都核销了券"),
        N_("同一台手机上登录过的 %(count)s 位会员，一周里都核销了券，可能是同一个人；核销最多的是 %(staff)s"),
    ),
    "unbought": (N_("没消费就核销的券很多"), N_("%(staff)s 在一小时里给 %(count)s 位会员核销了券，都没有消费")),
    "discounts": (
        N_("手工优惠比同事多"),
        N_("%(staff)s 一周里手工优惠了 %(amount)s，占他收款的 %(share)s%%，同事平均是 %(usual)s%%"),
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Finding:
    """One thing to look at. `subject` makes it one of its kind on its `day` (the Monday, where a week was looked at)."""

    kind: str
    day: date
    subject: str
    at: datetime
    staff_id: int
    store_id: int | None = None
    member_id: int | None = None
    order_id: int | None = None
    figures: Mapping[str, Any] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """Its name, the same whenever it is worked out."""
        return f"{self.kind}.{self.day.isoformat()}.{self.subject}"


@dataclass(frozen=True)
class Sales:
    """Sales that one cashier made to one member on a day."""

    day: date
    staff_id: int
    member_id: int
    same_name: bool
    count: int
    last_at: datetime
    own_card: bool = False


@dataclass(frozen=True)
class Act:
    """Something that one person did: an adjustment (`what` points or wallet), a merge, a redemption (`order_id` None: without a sale), cash
    that went back, out of the drawer, or came in again. `device_id`: the shop's device it was done on."""

    what: str
    id: int
    day: date
    at: datetime
    staff_id: int
    store_id: int | None = None
    member_id: int | None = None
    order_id: int | None = None
    amount: int = 0
    reason: str = ""
    device_id: int | None = None


@dataclass(frozen=True)
class Discounts:
    """What a cashier sold on a day by the list, and gave away by hand."""

    day: date
    staff_id: int
    listed: int
    given: int


def judge_sales(rows: Iterable[Sales], most: int) -> Iterator[Finding]:
    """A cashier's own card; members of the same name as their cashier; members with `most` sales in a week, nearly all of one cashier."""
    pairs, everybody = defaultdict[tuple[date, int, int], list[Sales]](list), Counter[tuple[date, int]]()
    for row in rows:
        week = monday(row.day)
        pairs[week, row.staff_id, row.member_id].append(row)
        everybody[week, row.member_id] += row.count
    for (week, staff_id, member_id), own in pairs.items():
        count = sum(row.count for row in own)
        nearly_all = count * 100 >= everybody[week, member_id] * NEARLY_ALL
        told = {"own_card": own[0].own_card, "same_name": own[0].same_name, "one_member": count >= most and nearly_all}
        kind = next((each for each, stands_out in told.items() if stands_out), "")
        if kind:
            last = max(row.last_at for row in own)
            yield Finding(
                kind, week, f"{staff_id}-{member_id}", last, staff_id, member_id=member_id, figures={"count": count}
            )


def judge_adjustments(acts: Sequence[Act], settings: Mapping[str, Any]) -> Iterator[Finding]:
    """Single adjustments beyond the bounds, and people who adjust again and again."""
    weekly = defaultdict[tuple[date, int], list[Act]](list)
    for act in acts:
        weekly[monday(act.day), act.staff_id].append(act)
        if abs(act.amount) >= settings[f"dealing.{act.what}"]:
            figures = {"reason": act.reason} | (
                {"count": act.amount} if act.what == "points" else {"amount": act.amount}
            )
            yield Finding(
                act.what, act.day, str(act.id), act.at, act.staff_id, act.store_id, act.member_id, None, figures
            )
    for (week, staff_id), own in weekly.items():
        if len(own) >= settings["dealing.adjustments"]:
            yield Finding(
                "adjustments", week, str(staff_id), max(act.at for act in own), staff_id, figures={"count": len(own)}
            )


def judge_merges(acts: Iterable[Act]) -> Iterator[Finding]:
    """Every card that became part of another: what was on it is somebody's."""
    for act in acts:
        yield Finding(
            "merge", act.day, str(act.id), act.at, act.staff_id, member_id=act.member_id, figures={"amount": act.amount}
        )


def judge_cash(refunds: Iterable[Act], others: Sequence[Act], minutes: int) -> Iterator[Finding]:
    """Cash that went back to a customer, and within `minutes` out of the drawer or in again as a smaller sale by the same person."""
    for refund in refunds:
        for other in others:
            waited = other.at - refund.at
            same = (other.staff_id, other.store_id) == (refund.staff_id, refund.store_id)
            if not same or not timedelta(0) < waited <= timedelta(minutes=minutes):
                continue
            if other.what == "sold_again" and other.amount >= refund.amount:
                continue
            figures = {"amount": refund.amount, "other": other.amount, "minutes": max(1, round(waited.seconds / 60))}
            yield Finding(
                other.what, refund.day, f"{refund.id}-{other.id}", other.at, refund.staff_id, refund.store_id, refund.member_id,
                refund.order_id, figures,
            )  # fmt: skip


def judge_redemptions(acts: Iterable[Act], most: int, unbought: int) -> Iterator[Finding]:
    """The busiest hour of each person's day: coupons of more than `most` members, or of `unbought` without any sale."""
    daily = defaultdict[tuple[date, int], list[Act]](list)
    for act in acts:
        daily[act.day, act.staff_id].append(act)
    for (day, staff_id), own in daily.items():
        alone = [act for act in own if act.order_id is None]
        for kind, some, bound in (("unbought", alone, unbought), ("redemptions", own, most)):
            count, at, store_id = _busiest_hour(some)
            if count > bound:
                yield Finding(kind, day, str(staff_id), at or own[0].at, staff_id, store_id, figures={"count": count})
                break


def judge_devices(acts: Iterable[Act], most: int, unbought: int) -> Iterator[Finding]:
    """The busiest hour of each device of the shop, where several people worked on it: who changes the face splits no count."""
    daily = defaultdict[tuple[date, int], list[Act]](list)
    for act in acts:
        if act.device_id is not None:
            daily[act.day, act.device_id].append(act)
    for (day, device_id), own in daily.items():
        hands = Counter(act.staff_id for act in own)
        alone = [act for act in own if act.order_id is None]
        for some, bound in ((alone, unbought), (own, most)):
            count, at, store_id = _busiest_hour(some)
            if len(hands) > 1 and count > bound:
                figures = {"count": count, "device": device_id, "people": len(hands)}
                staff_id = hands.most_common(1)[0][0]
                yield Finding("one_device", day, str(device_id), at or own[0].at, staff_id, store_id, figures=figures)
                break


def judge_phones(acts: Iterable[Act], phones: Iterable[tuple[str, int]], most: int) -> Iterator[Finding]:
    """Customers' phones on which `most` members were signed in who all redeemed coupons in one week. `phones`: what one is known by, and
    a member who was in on it."""
    weekly = defaultdict[date, dict[int, list[Act]]](dict)
    for act in acts:
        weekly[monday(act.day)].setdefault(act.member_id or 0, []).append(act)
    members = defaultdict[str, set[int]](set)
    for phone, member_id in phones:
        members[phone].add(member_id)
    for week, redeemed in weekly.items():
        for phone, known in members.items():
            own = [act for member_id in known & redeemed.keys() for act in redeemed[member_id]]
            count = len({act.member_id for act in own})
            if count >= most:
                staff_id = Counter(act.staff_id for act in own).most_common(1)[0][0]
                last = max(act.at for act in own)
                yield Finding("one_phone", week, phone[:12], last, staff_id, figures={"count": count})


def _busiest_hour(acts: Sequence[Act]) -> tuple[int, datetime | None, int | None]:
    """Of how many members coupons were redeemed within one hour, at most; when it ended, and where."""
    ordered = sorted(acts, key=lambda act: act.at)
    best: tuple[int, datetime | None, int | None] = (0, None, None)
    first, within = 0, Counter[int | None]()
    for act in ordered:
        within[act.member_id] += 1
        while act.at - ordered[first].at > HOUR:
            within[ordered[first].member_id] -= 1
            first += 1
        count = sum(1 for times in within.values() if times > 0)
        best = max(best, (count, act.at, act.store_id), key=lambda found: found[0])
    return best


def judge_discounts(rows: Iterable[Discounts], times: int, least: int) -> Iterator[Finding]:
    """Who gave away by hand, in a week, `times` the share of all colleagues together, and at least `least` fen."""
    weeks = defaultdict[date, dict[int, list[int]]](dict)
    last: dict[tuple[date, int], date] = {}
    for row in rows:
        sums = weeks[monday(row.day)].setdefault(row.staff_id, [0, 0])
        sums[0] += row.listed
        sums[1] += row.given
        last[monday(row.day), row.staff_id] = max(row.day, last.get((monday(row.day), row.staff_id), row.day))
    for week, people in weeks.items():
        listed, given = (sum(sums[place] for sums in people.values()) for place in (0, 1))
        for staff_id, (own_listed, own_given) in people.items():
            rest, theirs = listed - own_listed, given - own_given
            if own_given < least or not rest or own_given * rest < times * theirs * own_listed:
                continue
            figures = {"amount": own_given, "share": own_given * 100 // own_listed, "usual": theirs * 100 // rest}
            yield Finding("discounts", week, str(staff_id), _noon(last[week, staff_id]), staff_id, figures=figures)


def _noon(day: date) -> datetime:
    """A moment of that day for the order of a list."""
    return datetime(day.year, day.month, day.day, 4, tzinfo=UTC)
