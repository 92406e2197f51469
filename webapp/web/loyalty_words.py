"""Levels and earning rules as people say them: 「满 ¥2,000 升级甜品师：9 折、1.5 倍积分」, 「每周三，买曲奇，2 倍积分」."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext

from services.loyalty import texts
from services.loyalty.queries import Progress, multiplier_of_rule, rate_of
from services.loyalty.rules import multiplier_of, points_of
from services.loyalty.schemas import decimal
from services.shared.words import N_
from services.stores.settings import Settings
from webapp.web import i18n, shop

WEEKDAYS = (N_("周一"), N_("周二"), N_("周三"), N_("周四"), N_("周五"), N_("周六"), N_("周日"))
BIRTHDAYS: Mapping[str, str] = {
    "": N_("不看生日"),
    "day": N_("生日当天"),
    "week": N_("生日那一周"),
    "month": N_("生日那个月"),
}

_BASES = {
    "year": (N_("最近 12 个月的消费"), N_("近 12 个月消费 %(growth)s")),
    "lifetime": (N_("一直以来的消费"), N_("一共消费 %(growth)s")),
    "points": (N_("一共得到的积分"), N_("一共得到 %(growth)s")),
}


@dataclass(frozen=True)
class Thing:
    """A product with its price (fen) and shelf, as an example needs it."""

    id: int
    name: str
    price: int
    category_id: int | None


def yuan(fen: int) -> str:
    """`¥2,000`, `¥186.50`: money inside sentences, without idle zeroes."""
    sign, whole, rest = "−" if fen < 0 else "", abs(fen) // 100, abs(fen) % 100
    return f"{sign}¥{whole:,}" + (f".{rest:02d}" if rest else "")


def by_points() -> bool:
    """Whether the ladder of this shop counts points (else money)."""
    return bool(shop.settings()["tiers.basis"] == "points")


def growth_words(hundredths: int) -> str:
    """Growth as the ladder counts it: ¥186, or 186 积分."""
    if by_points():
        points = hundredths // 100
        return str(ngettext("%(points)s 积分", "%(points)s 积分", points, points=f"{points:,}"))
    return yuan(hundredths)


def threshold_words(threshold: int) -> str:
    """What a level asks for: 满 ¥2,000, 开卡就有."""
    return str(_("满 %(growth)s", growth=growth_words(threshold)) if threshold else _("开卡就有"))


def benefits_words(tier: Any, templates: Mapping[int, str]) -> str:
    """What a level brings, in one line; empty where it brings nothing."""
    figures = {name: getattr(tier, name) for name in ("pays", "multiplier", "wallet_bonus", "early_days")}
    found = [texts.benefits(i18n.choose(), **figures)]
    if tier.birthday_template_id in templates:
        found.append(_("生日送「%(name)s」", name=templates[tier.birthday_template_id]))
    monthly = [templates[each] for each in tier.monthly_template_ids if each in templates]
    if monthly:
        found.append(_("每月送「%(names)s」", names=_("」「").join(monthly)))
    return str(_("、")).join(str(each) for each in found if each)


def tier_words(tier: Any, templates: Mapping[int, str]) -> str:
    """A level in one sentence."""
    name, benefits = tier.name or _("这一级"), benefits_words(tier, templates)
    if tier.threshold:
        start = _("满 %(growth)s 升级%(name)s", growth=growth_words(tier.threshold), name=name)
    else:
        start = _("开卡就是%(name)s", name=name)
    return str(_("%(start)s：%(benefits)s", start=start, benefits=benefits) if benefits else start)


def missing_words(progress: Progress) -> str:
    """再消费 ¥186 升级甜品师; empty at the top."""
    if progress.following is None:
        return ""
    growth, name = growth_words(progress.missing), progress.following.name
    if by_points():
        return str(_("再得 %(growth)s 升级%(name)s", growth=growth, name=name))
    return str(_("再消费 %(growth)s 升级%(name)s", growth=growth, name=name))


def basis_words() -> str:
    """What the growth of the ladder is: 最近 12 个月的消费."""
    words, _so_far = _BASES[shop.settings()["tiers.basis"]]
    return str(_(words))


def growth_so_far(progress: Progress) -> str:
    """近 12 个月消费 ¥1,864."""
    _basis, words = _BASES[shop.settings()["tiers.basis"]]
    return str(_(words, growth=growth_words(progress.growth)))


def times_words(multiplier: int) -> str:
    """2 倍积分, 不得积分."""
    return str(_("%(times)s 倍积分", times=decimal(multiplier, 100)) if multiplier else _("不得积分"))


def rule_words(rule: Any, products: Mapping[int, str], categories: Mapping[int, str], tiers: Mapping[int, str]) -> str:
    """An earning rule in one sentence."""
    comma = str(_("、"))
    parts = [_period(rule.starts_on, rule.ends_on)]
    if rule.birthday:
        parts.append(str(_(BIRTHDAYS[rule.birthday])))
    if rule.weekdays:
        parts.append(str(_("每%(days)s", days=comma.join(str(_(WEEKDAYS[day])) for day in sorted(rule.weekdays)))))
    if rule.tiers:
        parts.append(str(_("%(tiers)s会员", tiers=comma.join(_named(rule.tiers, tiers)))))
    things = [*_named(rule.categories, categories), *_named(rule.products, products)]
    shown = comma.join(things[:4]) + (str(_("等 %(count)s 样", count=len(things))) if len(things) > 4 else "")
    parts.append(str(_("买%(things)s", things=shown) if things else _("买什么都算")))
    return str(_("，")).join([each for each in parts if each] + [times_words(rule.multiplier)])


def example_words(rule: Any, things: Sequence[Thing]) -> str:
    """What the rule does to one purchase: 比如 曲奇 ¥35，得 7 积分（平时 3）; empty where nothing can be bought by it."""
    settings, read = shop.settings(), multiplier_of_rule(rule)
    thing = _example(settings, [each for each in things if read.covers(each.id, each.category_id)])
    if thing is None:
        return ""
    most = settings["points.most_multiplier"] * 100
    times = multiplier_of(thing.id, thing.category_id, [read], most=most)
    rate = rate_of(settings)
    points, plain = points_of([thing.price], [times], rate), points_of([thing.price], [100], rate)
    return str(
        _(
            "比如%(name)s %(price)s，得 %(points)s 积分，平时是 %(plain)s",
            name=thing.name,
            price=yuan(thing.price),
            points=points,
            plain=plain,
        )
    )


def _example(settings: Settings, covered: Sequence[Thing]) -> Thing | None:
    """Something that earns already at single rate, so that the difference is seen; else whatever there is."""
    earning = [each for each in covered if each.price >= settings["points.step"]]
    return next(iter(earning or covered), None)


def _named(ids: Collection[int], names: Mapping[int, str]) -> list[str]:
    return [names[each] for each in ids if each in names]


def _period(start: date | None, end: date | None) -> str:
    if start and end:
        return str(_("%(start)s到%(end)s", start=i18n.date_words(start), end=i18n.date_words(end)))
    if start:
        return str(_("%(start)s起", start=i18n.date_words(start)))
    return str(_("到%(end)s为止", end=i18n.date_words(end))) if end else ""
