"""What stands out in some weeks, with who it is about and whether somebody has looked at it."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.dealing import readers, rules
from services.dealing.models import DealingReview
from services.dealing.permissions import DEALING_READ
from services.dealing.readers import Span
from services.dealing.rules import Finding
from services.identity.queries import names_of_staff
from services.members.models import OwnCard
from services.members.permissions import MEMBERS_READ
from services.members.queries import MemberCard, get_cards
from services.shared.actors import Actor
from services.shared.days import day_bounds, monday
from services.signin.models import ShopDevice
from services.stores.queries import load_settings


@dataclass(frozen=True)
class Look:
    """That somebody looked at a finding and found it fine."""

    name: str
    at: datetime
    note: str


@dataclass(frozen=True)
class FindingView:
    """A finding with the names of who it is about. `member` is None where the reader may not know members, or none is concerned."""

    finding: Finding
    staff_name: str
    member: MemberCard | None
    look: Look | None


def list_findings(session: Session, day: date, weeks: int = 1, *, actor: Actor) -> list[FindingView]:
    """What stands out in the week of `day` and the ones before it (`weeks` in all), what nobody looked at first, then the newest.

    Raises Forbidden. A fixed number of queries, whatever there is.
    """
    actor.require(DEALING_READ)
    found = _judge(session, monday(day) - timedelta(weeks=weeks - 1), weeks * 7, actor)
    views = _views(session, found, actor)
    return sorted(views, key=lambda view: (view.look is None, view.finding.at, view.finding.key), reverse=True)


def find_finding(session: Session, key: str, *, actor: Actor) -> FindingView | None:
    """The finding of this name, worked out anew; None where there is none (any more), or not for this reader."""
    day = _day_of(key)
    if day is None:
        return None
    found = [each for each in _judge(session, monday(day), 7, actor) if each.key == key]
    return _views(session, found, actor)[0] if found else None


def _day_of(key: str) -> date | None:
    try:
        day = date.fromisoformat(key.split(".")[1])
    except (IndexError, ValueError):
        return None
    return day if 2000 <= day.year <= 2200 else None


def _judge(session: Session, first: date, days: int, actor: Actor) -> list[Finding]:
    settings = load_settings(session)
    since, until = day_bounds(first, settings.zone)[0], day_bounds(first + timedelta(days=days), settings.zone)[0]
    span, minutes = Span(since, until, actor=actor, zone=settings.zone), settings["dealing.minutes"]
    refunds, redeemed = readers.read_cash_refunds(session, span), readers.read_redemptions(session, span)
    bounds = settings["dealing.redemptions"], settings["dealing.unbought"]
    return [
        *rules.judge_sales(readers.read_sales(session, span), settings["dealing.sales"]),
        *rules.judge_adjustments(readers.read_adjustments(session, span), settings),
        *rules.judge_merges(readers.read_merges(session, span)),
        *rules.judge_cash(refunds, readers.read_cash_after(session, refunds, minutes, span), minutes),
        *rules.judge_redemptions(redeemed, *bounds),
        *rules.judge_phones(redeemed, readers.read_phones(session, redeemed), settings["dealing.one_phone"]),
        *_with_names(session, rules.judge_devices(redeemed, *bounds)),
        *rules.judge_discounts(
            readers.read_discounts(session, span),
            settings["dealing.discount_times"],
            settings["dealing.discount_least"],
        ),
    ]


def _with_names(session: Session, found: Iterable[Finding]) -> list[Finding]:
    """Findings about devices, with what people call them."""
    findings = list(found)
    ids = {each.figures["device"] for each in findings}
    names = (
        dict(session.execute(select(ShopDevice.id, ShopDevice.name).where(ShopDevice.id.in_(ids))).all()) if ids else {}
    )
    return [
        replace(each, figures={**each.figures, "device": names.get(each.figures["device"], "")}) for each in findings
    ]


def _views(session: Session, found: Iterable[Finding], actor: Actor) -> list[FindingView]:
    findings = list(found)
    keys = [each.key for each in findings]
    looks = session.scalars(select(DealingReview).where(DealingReview.key.in_(keys))).all() if keys else []
    people = {each.staff_id for each in findings} | {each.reviewed_by for each in looks if each.reviewed_by}
    names = names_of_staff(session, people)
    wanted = {each.member_id for each in findings if each.member_id} if actor.may(MEMBERS_READ) else set()
    cards = {card.id: card for card in get_cards(session, sorted(wanted))}
    seen = {each.key: Look(names.get(each.reviewed_by or 0, ""), each.reviewed_at, each.note) for each in looks}
    return [
        FindingView(each, names.get(each.staff_id, ""), cards.get(each.member_id or 0), seen.get(each.key))
        for each in findings
    ]


def find_own_card(session: Session, staff_id: int) -> MemberCard | None:
    """The member card of somebody who works here, where it is known."""
    own = session.get(OwnCard, staff_id)
    return next(iter(get_cards(session, [own.member_id])), None) if own else None
