"""Whom somebody lives with. Only what the family agrees to, and nothing of which no more is to be said (domain.md, *Stop, gently*).

Stages and ages follow from dates when they are asked. Whoever asks must be allowed to see a family: a count could tell a day of birth.
"""

from collections.abc import Mapping
from datetime import date, timedelta

from sqlalchemy import ColumnElement, Select, and_, func, or_, select

from services.family.models import Child, Pregnancy
from services.family.permissions import CHILDREN_REVEAL
from services.family.rules import gestation
from services.family.rules.ages import add_months
from services.family.rules.milestones import WORDS as MILESTONES
from services.members.rules.purposes import CHILDREN, HEALTH
from services.segments.kinds.kind import Among, Kind, Row, Scene, Test, Values, days_ahead, facts, summed
from services.segments.kinds.profile import agreed
from services.segments.rules.parameters import AT_LEAST, AT_MOST, ONE_OF, Between, Chosen
from services.shared.words import N_

POSTPARTUM = "postpartum"
STAGES: Mapping[str, str] = {
    **{name: gestation.STAGES[name] for name in (gestation.PREPARING, gestation.EARLY, gestation.MID, gestation.LATE)},
    POSTPARTUM: N_("产后"),
}


def children(scene: Scene) -> Select[int]:
    """The members of children of whom something may be said."""
    return select(Child.member_id).where(Child.quiet_at.is_(None), Child.member_id.in_(agreed(CHILDREN, scene)))


def _born_by(today: date, months: int) -> date:
    """The last day on which somebody was born who is at least so many months old."""
    day = date(*_month_before(today, months), 1) + timedelta(days=40)
    while add_months(day, months) > today:
        day -= timedelta(days=1)
    return day


def _month_before(today: date, months: int) -> tuple[int, int]:
    count = today.year * 12 + today.month - 1 - months
    return count // 12, count % 12 + 1


def _age(values: Values, scene: Scene) -> Test:
    least, most = values.get(AT_LEAST, 0), values.get(AT_MOST)
    rows = children(scene).where(Child.born_on <= _born_by(scene.today, least))
    if most is not None:
        rows = rows.where(Child.born_on > _born_by(scene.today, most + 1))
    return Among(rows)


def _count(values: Values, scene: Scene) -> Test:
    return summed(children(scene), Child.member_id, func.count(), values)


def _stage(values: Values, scene: Scene) -> Test:
    told = [_due(name, scene) for name in sorted(set(values[ONE_OF]) - {POSTPARTUM})]
    carrying = select(Pregnancy.member_id).where(or_(*told), Pregnancy.member_id.in_(agreed(HEALTH, scene)))
    if POSTPARTUM not in values[ONE_OF]:
        return Among(carrying)
    newborn = children(scene).where(
        Child.born_on.between(scene.since(scene.settings["family.postpartum_days"] + 1), scene.today)
    )
    return Among(select(carrying.union_all(newborn).subquery().c.member_id)) if told else Among(newborn)


def _due(stage: str, scene: Scene) -> ColumnElement[bool]:
    """When a child is due at this stage; past that day nothing counts on."""
    if stage == gestation.PREPARING:
        return Pregnancy.state == stage
    middle, late = (scene.today + timedelta(days=gestation.TERM - day) for day in _begins(scene))
    due = {
        gestation.EARLY: Pregnancy.due_on > middle,
        gestation.MID: and_(Pregnancy.due_on <= middle, Pregnancy.due_on > late),
        gestation.LATE: and_(Pregnancy.due_on <= late, Pregnancy.due_on >= scene.today),
    }
    return and_(Pregnancy.state == "expecting", due[stage])


def _begins(scene: Scene) -> tuple[int, int]:
    return gestation.BEGINS[scene.settings["family.stages"]]


def _milestone(values: Values, scene: Scene) -> Test:
    return Row(and_(facts.c.milestone.in_(values[ONE_OF]), days_ahead(facts.c.milestone_on, values, scene)))


KINDS = (
    Kind(
        "stage", "family", N_("孕期阶段"), N_("正在%(which)s"), (Chosen("stage", STAGES),), _stage, CHILDREN_REVEAL,
    ),
    Kind(
        "child_age", "family", N_("孩子月龄"), N_("有孩子%(range)s大"), (Between("months"),), _age, CHILDREN_REVEAL,
    ),
    Kind(
        "children", "family", N_("几个孩子"), N_("孩子有%(range)s"), (Between("children"),), _count, CHILDREN_REVEAL,
    ),
    Kind(
        "milestone", "family", N_("孩子的下个日子"), N_("离孩子的%(which)s%(range)s"),
        (Chosen("milestone", MILESTONES), Between("days")), _milestone, CHILDREN_REVEAL,
    ),
)  # fmt: skip
