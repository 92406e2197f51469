"""What follows a change of points or of a level: a word to the member (domain.md, *Roles*: a notice of each balance change)."""

from datetime import date, datetime

from sqlalchemy.orm import Session

from services.loyalty import texts
from services.loyalty.commands.growth import rise
from services.loyalty.events import PointsAdjusted, PointsExpired, TierChanged, TierKept, TierWarned
from services.loyalty.models import PointsEntry, Tier
from services.loyalty.notices import tell
from services.members.events import MemberJoined
from services.messaging.texts import Text
from services.messaging.texts import points as points_text
from services.shared import clock
from services.stores.queries import load_settings

POINTS, GROWTH = "/member/points", "/member/growth"


def tell_member(session: Session, event: PointsAdjusted) -> None:
    """Say, once, what was given or taken and why."""
    entry = session.get_one(PointsEntry, event.entry_id)
    tell(
        session,
        event.member_id,
        f"points:{event.entry_id}",
        lambda language: points_text(language, amount=event.amount, balance=event.balance, reason=entry.note),
        POINTS,
        at=entry.at,
    )


def tell_of_end(session: Session, event: PointsExpired) -> None:
    """Say what has reached its end."""
    tell(
        session,
        event.member_id,
        f"points-ended:{event.at}",
        lambda language: texts.points_ended(language, points=event.points, balance=event.balance),
        POINTS,
        at=datetime.fromisoformat(event.at),
    )


def start_on_ladder(session: Session, event: MemberJoined) -> None:
    """A ladder whose first level asks for nothing has its members from the first day."""
    rise(session, event.member_id, at=clock.now())


def tell_of_tier(session: Session, event: TierChanged) -> None:
    """Say which level it is now. The one that everybody has from the first day is no news."""
    before = session.get(Tier, event.before_id) if event.before_id else None
    after = session.get(Tier, event.after_id) if event.after_id else None
    if before is None and after is not None and not after.threshold:
        return

    def words(language: str) -> Text:
        if event.way == "up" and after is not None:
            figures = {name: getattr(after, name) for name in ("pays", "multiplier", "wallet_bonus", "early_days")}
            return texts.tier_up(language, name=after.name, benefits=texts.benefits(language, **figures))
        names = before.name if before else "", after.name if after else ""
        return texts.tier_down(language, before=names[0], name=names[1], removed=event.way == "removed")

    tell(
        session,
        event.member_id,
        f"tier:{event.at}:{event.after_id or 0}",
        words,
        GROWTH,
        at=datetime.fromisoformat(event.at),
    )


def tell_of_kept(session: Session, event: TierKept) -> None:
    """Say that the level holds for another year; not of one that asks for nothing."""
    tier, day = session.get_one(Tier, event.tier_id), date.fromisoformat(event.review_on)
    if tier.threshold:
        tell(
            session,
            event.member_id,
            f"tier-kept:{event.review_on}",
            lambda language: texts.tier_kept(language, name=tier.name, day=day),
            GROWTH,
            at=clock.now(),
        )


def tell_of_warning(session: Session, event: TierWarned) -> None:
    """Say what is missing to keep the level, and until when."""
    tier, day = session.get_one(Tier, event.tier_id), date.fromisoformat(event.until)
    by_points = load_settings(session)["tiers.basis"] == "points"

    tell(
        session,
        event.member_id,
        f"tier-warned:{event.until}",
        lambda language: texts.tier_warned(
            language, name=tier.name, missing=event.missing, by_points=by_points, day=day
        ),
        GROWTH,
        at=clock.now(),
    )
