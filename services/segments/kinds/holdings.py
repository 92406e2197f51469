"""What somebody holds: level, points, stored value, coupons. Read where it lives, so it is never behind."""

from datetime import timedelta
from typing import Any

from sqlalchemy import func, select

from services.coupons.models import Coupon
from services.coupons.permissions import COUPONS_READ
from services.loyalty.models import MemberTier, PointsAccount, PointsLot
from services.loyalty.permissions import POINTS_READ
from services.segments.kinds.kind import Among, Kind, Scene, Test, Values, held, summed, weak
from services.segments.rules.parameters import DAYS, ONE_OF, Between, Chosen, Period
from services.shared.days import day_bounds
from services.shared.words import N_
from services.wallet.models import WalletAccount
from services.wallet.permissions import WALLET_READ


def _expiring(values: Values, scene: Scene) -> Test:
    end = day_bounds(scene.today + timedelta(days=values[DAYS]), scene.settings.zone)[1]
    rows = select(PointsLot.member_id).where(
        PointsLot.left > 0, PointsLot.expires_at > scene.at, PointsLot.expires_at <= end
    )
    return summed(rows, PointsLot.member_id, func.sum(PointsLot.left), values)


def _usable(values: Values, scene: Scene) -> Test:
    """Not one that is past its end, though no job has said so yet: few are, so their template leads to them, not the end."""
    rows = _coupons(values).where(Coupon.state.in_(("issued", "reserved")))
    return Among(rows.where(weak(Coupon.expires_at.is_(None) | (Coupon.expires_at > scene.at))))


def _used(values: Values, scene: Scene) -> Test:
    rows = _coupons(values).where(Coupon.state == "redeemed")
    if DAYS in values:
        rows = rows.where(Coupon.redeemed_at >= scene.day_began(values[DAYS] - 1))
    return Among(rows)


def _coupons(values: Values) -> Any:
    return select(Coupon.member_id).where(Coupon.member_id.is_not(None), Coupon.template_id.in_(values[ONE_OF]))


KINDS = (
    Kind(
        "tier", "holdings", N_("等级"), N_("等级是%(which)s"), (Chosen("tier"),),
        lambda values, _scene: Among(select(MemberTier.member_id).where(MemberTier.tier_id.in_(values[ONE_OF]))), POINTS_READ,
    ),
    Kind(
        "points", "holdings", N_("积分"), N_("积分有%(range)s"), (Between("points"),),
        lambda values, _scene: held(select(PointsAccount.member_id), PointsAccount.balance, values), POINTS_READ,
    ),
    Kind(
        "points_expiring", "holdings", N_("快过期的积分"), N_("%(days)s 天内过期的积分有%(range)s"), (Period(), Between("points")),
        _expiring, POINTS_READ,
    ),
    Kind(
        "wallet", "holdings", N_("储值余额"), N_("储值余额%(range)s"), (Between("money"),),
        lambda values, _scene: held(
            select(WalletAccount.member_id), WalletAccount.principal + WalletAccount.bonus, values
        ), WALLET_READ,
    ),
    Kind("coupon", "holdings", N_("有券没用"), N_("手里有%(which)s"), (Chosen("template"),), _usable, COUPONS_READ),
    Kind(
        "coupon_used", "holdings", N_("用过券"), N_("用过%(which)s"),
        (Chosen("template"), Period(required=False, words=N_("最近一次在 %(days)s 天内"))), _used, COUPONS_READ,
    ),
)  # fmt: skip
