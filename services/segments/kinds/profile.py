"""Who somebody is."""

from sqlalchemy import Select, select

from services.members.models import Consent, Member
from services.members.rules.purposes import MARKETING
from services.segments.kinds.kind import Among, Kind, Row, Scene, Test, Values, days_ago, days_ahead, facts
from services.segments.rules.parameters import IS, ONE_OF, Between, Chosen, Yes
from services.shared.words import N_

GENDERS = {"female": N_("女"), "male": N_("男"), "unknown": N_("未填")}


def agreed(kind: str, scene: Scene) -> Select[int]:
    """Who agrees to a purpose now: given, not taken back, not asked anew since."""
    rows = select(Consent.member_id).where(Consent.kind == kind, Consent.withdrawn_at.is_(None))
    floor = scene.floors.get(kind)
    return rows if floor is None else rows.where(Consent.text_id >= floor)


def _agrees(values: Values, scene: Scene) -> Test:
    return Among(agreed(MARKETING, scene), holds=values[IS])


KINDS = (
    Kind(
        "source", "profile", N_("怎么来的"), N_("来自%(which)s"), (Chosen("source", named=True),),
        lambda values, _scene: Row(Member.source.in_(values[ONE_OF]), profile=True),
    ),
    Kind(
        "store", "profile", N_("开卡门店"), N_("在%(which)s开的卡"), (Chosen("store"),),
        lambda values, _scene: Row(Member.store_id.in_(values[ONE_OF]), profile=True),
    ),
    Kind(
        "gender", "profile", N_("性别"), N_("性别：%(which)s"), (Chosen("gender", GENDERS),),
        lambda values, _scene: Row(Member.gender.in_(values[ONE_OF]), profile=True),
    ),
    Kind(
        "joined", "profile", N_("入会多久"), N_("入会%(range)s"), (Between("days"),),
        lambda values, scene: Row(days_ago(Member.joined_at, values, scene), profile=True),
    ),
    Kind(
        "birthday", "profile", N_("生日快到"), N_("离生日%(range)s"), (Between("days"),),
        lambda values, scene: Row(days_ahead(facts.c.birthday_on, values, scene)),
    ),
    Kind(
        "agrees", "profile", N_("同意收优惠消息"), N_("同意收优惠消息"), (Yes(N_("没同意收优惠消息")),), _agrees,
    ),
)  # fmt: skip
