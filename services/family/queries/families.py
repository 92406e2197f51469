"""The families of members as somebody may see them, in three queries for any number of members."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.family.models import Child, DoseRecord, Pregnancy
from services.family.queries.plans import get_plan
from services.family.rules import gestation, vaccinations
from services.family.rules.ages import Age, age
from services.family.rules.gestation import Gestation
from services.family.rules.milestones import Habits, Occurrence, next_milestone
from services.family.rules.vaccinations import Planned, Record
from services.fields.queries import tell_values
from services.members.queries import list_who_hold
from services.members.rules.purposes import CHILDREN, HEALTH
from services.shared.actors import Actor
from services.shared.refusals import NotFound
from services.stores.settings import Settings

Eyes = Literal["own", "whole", "masked"]
HIGHEST_ID = 2**63 - 1


@dataclass(frozen=True)
class ChildCard:
    """A child. `masked`: only the first character of the name, year and month of birth and the age in months are told."""

    id: int
    member_id: int
    name: str
    sex: str
    born_month: str
    born_on: date | None
    calendar: str | None
    allergies: str
    quiet: bool
    age: Age | None
    coming: Occurrence | None
    doses: list[Planned] = field(default_factory=list)
    answers: Mapping[str, Any] = field(default_factory=dict)
    masked: bool = False

    @property
    def shown_name(self) -> str:
        """The name as far as it is told; empty where there is none."""
        return f"{self.name[:1]}*" if self.masked and self.name else self.name

    @property
    def next_dose(self) -> Planned | None:
        """The dose that comes next."""
        return vaccinations.next_dose(self.doses)


@dataclass(frozen=True)
class PregnancyCard:
    """A pregnancy. Where it is `masked` only its stage is told."""

    id: int
    member_id: int
    stage: str
    due_on: date | None
    gestation: Gestation | None
    masked: bool = False

    @property
    def open(self) -> bool:
        """Whether it goes on, or nobody has said yet how it ended."""
        return self.stage not in {gestation.BORN, gestation.STOPPED}


@dataclass(frozen=True)
class FamilyCard:
    """Children and pregnancies of one member, as far as they agree to it; `postpartum` while the youngest child is that young."""

    children_consent: bool
    health_consent: bool
    children: list[ChildCard]
    pregnancies: list[PregnancyCard]
    postpartum: bool = False

    @property
    def expecting(self) -> PregnancyCard | None:
        """The pregnancy that goes on."""
        return next((each for each in self.pregnancies if each.open), None)

    @property
    def coming(self) -> tuple[ChildCard, Occurrence] | None:
        """The milestone or birthday that comes next in this family, and whose it is."""
        ahead = [(each, each.coming) for each in self.children if each.coming]
        return min(ahead, key=lambda pair: pair[1].day, default=None)

    @property
    def empty(self) -> bool:
        """Whether there is nothing to show."""
        return not self.children and not self.pregnancies


def habits_of(settings: Settings) -> Habits:
    """How milestones are counted in this shop."""
    return Habits(
        settings["family.full_moon"],
        settings["family.hundred_days"],
        settings["family.first_birthday"],
        settings.late_leap_day,
    )


def load_family(
    session: Session,
    member_id: int,
    settings: Settings,
    today: date,
    *,
    eyes: Eyes,
    doses: bool = False,
    actor: Actor | None = None,
) -> FamilyCard:
    """One member's family; what they do not agree to is missing, but for their own eyes. `doses`: with every child's plan; `actor`: with
    the answers to own fields that this one may see."""
    return load_families(session, [member_id], settings, today, eyes=eyes, doses=doses, actor=actor)[member_id]


def load_families(
    session: Session,
    member_ids: Collection[int],
    settings: Settings,
    today: date,
    *,
    eyes: Eyes,
    doses: bool = False,
    actor: Actor | None = None,
) -> Mapping[int, FamilyCard]:
    """The same of many members at once."""
    ids = list(member_ids)
    kinds = {kind: list_who_hold(session, ids, kind) for kind in (CHILDREN, HEALTH)}
    children = session.scalars(select(Child).where(Child.member_id.in_(ids)).order_by(Child.born_on, Child.id)).all()
    pregnancies = session.scalars(select(Pregnancy).where(Pregnancy.member_id.in_(ids)).order_by(Pregnancy.id.desc()))
    records = _records(session, [child.id for child in children]) if doses else {}
    plan = get_plan(session) if doses and children else None
    told = tell_values(session, "child", [child.id for child in children], actor=actor) if actor and children else {}
    found = {each: FamilyCard(each in kinds[CHILDREN], each in kinds[HEALTH], [], []) for each in ids}
    young: set[int] = set()
    for child in children:
        family = found[child.member_id]
        if eyes != "own" and not family.children_consent:
            continue
        young |= {child.member_id} if _is_newborn(child, settings, today) else set()
        card = _child(child, settings, today, health=family.health_consent or eyes == "own")
        if plan is not None:
            planned = vaccinations.plan_of(
                plan.doses, child.born_on, child.sex, records.get(child.id, {}), today, optional=plan.with_optional
            )
            card = replace(card, doses=planned)
        card = replace(card, answers=told.get(child.id, {}))
        family.children.append(_masked(card, today) if eyes == "masked" else card)
    for row in pregnancies:
        family = found[row.member_id]
        if eyes == "own" or family.health_consent:
            family.pregnancies.append(_pregnancy(row, settings, today, masked=eyes == "masked"))
    return {each: replace(family, postpartum=each in young) for each, family in found.items()}


def find_coming(
    session: Session, member_id: int, settings: Settings, today: date
) -> tuple[ChildCard, Occurrence] | None:
    """What comes next in a family, and whose it is, while its guardian agrees; one query where there are no children."""
    children = session.scalars(select(Child).where(Child.member_id == member_id, Child.quiet_at.is_(None))).all()
    if not children or not list_who_hold(session, [member_id], CHILDREN):
        return None
    cards = [_child(child, settings, today, health=False) for child in children]
    return FamilyCard(True, False, cards, []).coming


def get_child(session: Session, child_id: int, *, member_id: int) -> Child:
    """A child of this member. Raises NotFound."""
    child = session.get(Child, child_id) if 0 < child_id <= HIGHEST_ID else None
    if child is None or child.member_id != member_id:
        raise NotFound("child_not_found")
    return child


def get_pregnancy(session: Session, pregnancy_id: int, *, member_id: int) -> Pregnancy:
    """A pregnancy of this member. Raises NotFound."""
    row = session.get(Pregnancy, pregnancy_id) if 0 < pregnancy_id <= HIGHEST_ID else None
    if row is None or row.member_id != member_id:
        raise NotFound("pregnancy_not_found")
    return row


def list_to_ask(session: Session, today: date, *, limit: int) -> list[Pregnancy]:
    """Pregnancies whose due date is over and of which nobody was asked yet whether the child is there."""
    query = select(Pregnancy).where(
        Pregnancy.state == "expecting", Pregnancy.due_on < today, Pregnancy.asked_at.is_(None)
    )
    return list(session.scalars(query.order_by(Pregnancy.id).limit(limit)))


def _records(session: Session, child_ids: list[int]) -> dict[int, dict[str, Record]]:
    found: dict[int, dict[str, Record]] = {}
    for row in session.scalars(select(DoseRecord).where(DoseRecord.child_id.in_(child_ids))):
        found.setdefault(row.child_id, {})[row.code] = Record(row.state, row.given_on)
    return found


def _child(child: Child, settings: Settings, today: date, *, health: bool) -> ChildCard:
    born, quiet = child.born_on, child.quiet_at is not None
    return ChildCard(
        id=child.id,
        member_id=child.member_id,
        name=child.name,
        sex=child.sex,
        born_month=f"{born:%Y-%m}",
        born_on=born,
        calendar=child.calendar,
        allergies=child.allergies if health else "",
        quiet=quiet,
        age=None if quiet else age(born, today),
        coming=None if quiet else next_milestone(born, today, habits_of(settings), child.calendar),
    )


def _masked(card: ChildCard, today: date) -> ChildCard:
    """Nothing from which the day of birth could be counted back: months are counted from the first of the month of birth."""
    rough = age(card.born_on.replace(day=1), today) if card.age and card.born_on else None
    rough = replace(rough, days_over=0, days=0) if rough else None
    return replace(card, masked=True, born_on=None, calendar=None, age=rough, coming=None, doses=[], answers={})


def _pregnancy(row: Pregnancy, settings: Settings, today: date, *, masked: bool) -> PregnancyCard:
    stage = gestation.stage(row.state, row.due_on, today, settings["family.stages"])
    if masked:
        return PregnancyCard(row.id, row.member_id, stage, None, None, masked=True)
    expecting = row.state == "expecting" and row.due_on is not None
    far = gestation.gestation(row.due_on, today) if expecting and row.due_on else None
    return PregnancyCard(row.id, row.member_id, stage, row.due_on, far)


def _is_newborn(child: Child, settings: Settings, today: date) -> bool:
    return child.quiet_at is None and 0 <= (today - child.born_on).days <= settings["family.postpartum_days"]
