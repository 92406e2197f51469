"""/members/{id}/family, children, pregnancies (masked), /vaccination-plan. What members do with their own: own_families.py."""

from collections.abc import Callable

from flask import Response
from marshmallow import fields
from sqlalchemy.orm import Session

from services.family import commands, queries
from services.family.permissions import (
    CHILDREN_CHANGE,
    CHILDREN_CREATE,
    CHILDREN_REVEAL,
    VACCINATION_PLANS_CREATE,
)
from services.family.schemas import (
    BirthIn,
    ChildChange,
    ChildIn,
    DoseIn,
    FamilyOut,
    PregnancyIn,
    VaccinationPlanIn,
    VaccinationPlanOut,
)
from services.members.permissions import MEMBERS_READ
from services.members.queries import get_member
from services.shared import clock
from services.stores.permissions import SETTINGS_READ
from webapp.api import shape
from webapp.api.document import Blueprint
from webapp.web import edge, guards
from webapp.web.families import family_of

blueprint = Blueprint("api_families", __name__, description="家庭 Families")
Write = Callable[[Session], object]


class RevealedFamilyOut(FamilyOut):
    """A family with names, days and doses; `left`: so many more this hour."""

    left = fields.Integer()


@blueprint.get("/members/<int:member_id>/family")
@blueprint.response(200, FamilyOut)
@guards.api(MEMBERS_READ)
def get_family(member_id: int) -> Response:
    """A member's family, masked: stages, years and months of birth, the first character of a name. What nobody agreed to is missing."""
    return shape.one(FamilyOut, family_of(get_member(edge.read(), member_id).id, "masked"))


@blueprint.post("/members/<int:member_id>/family-reveals")
@blueprint.response(201, RevealedFamilyOut)
@blueprint.unkeyed
@guards.api(CHILDREN_REVEAL)
def reveal_family(member_id: int) -> Response:
    """The whole of it, for who sees it masked elsewhere: in the log, 20 an hour. What was shown is stored nowhere."""
    at, actor = clock.now(), edge.actor()
    left = edge.spend(commands.REVEALS, actor.scope, at=at)

    def effect(session: Session) -> Response:
        family = commands.reveal_family(session, member_id, actor=actor, at=at)
        told = FamilyOut().dump(family)
        return edge.json_answer({**told, "left": left}, 201)

    return edge.write(effect, keyed=False)


@blueprint.post("/members/<int:member_id>/family-stops")
@blueprint.response(201, FamilyOut)
@guards.api(CHILDREN_CREATE)
def stop_family(member_id: int) -> Response:
    """Stop, gently: every reminder of pregnancies and babies ends at once and for good."""
    at, actor = clock.now(), edge.actor()
    return _masked(member_id, lambda session: commands.stop_gently(session, member_id, actor=actor, at=at))


@blueprint.post("/members/<int:member_id>/children")
@blueprint.response(201, FamilyOut)
@blueprint.takes(ChildIn)
@guards.api(CHILDREN_CREATE)
def add_child(member_id: int) -> Response:
    """A child of this member; needs the guardian's consent, or `children_consent` notes it (allergies: `health_consent`)."""
    data, at, actor = shape.body(ChildIn), clock.now(), edge.actor()
    return _masked(member_id, lambda session: commands.add_child(session, member_id, data, actor=actor, at=at))


@blueprint.patch("/members/<int:member_id>/children/<int:child_id>")
@blueprint.response(200, FamilyOut)
@blueprint.takes(ChildChange, partial=True)
@guards.api(CHILDREN_CHANGE)
def change_child(member_id: int, child_id: int) -> Response:
    """Change some of what is known of a child."""
    data, at, actor = shape.body(ChildChange, partial=True), clock.now(), edge.actor()
    return _masked(
        member_id, lambda session: commands.change_child(session, member_id, child_id, data, actor=actor, at=at), 200
    )


@blueprint.delete("/members/<int:member_id>/children/<int:child_id>")
@blueprint.response(200, FamilyOut)
@guards.api(CHILDREN_CHANGE)
def remove_child(member_id: int, child_id: int) -> Response:
    """Forget a child; receipts stand."""
    at, actor = clock.now(), edge.actor()
    return _masked(
        member_id, lambda session: commands.remove_child(session, member_id, child_id, actor=actor, at=at), 200
    )


@blueprint.put("/members/<int:member_id>/children/<int:child_id>/quiet")
@blueprint.response(200, FamilyOut)
@guards.api(CHILDREN_CREATE)
def stop_child(member_id: int, child_id: int) -> Response:
    """Say nothing of this child any more."""
    at, actor = clock.now(), edge.actor()
    return _masked(
        member_id, lambda session: commands.stop_child(session, member_id, child_id, actor=actor, at=at), 200
    )


@blueprint.delete("/members/<int:member_id>/children/<int:child_id>/quiet")
@blueprint.response(200, FamilyOut)
@guards.api(CHILDREN_CREATE)
def resume_child(member_id: int, child_id: int) -> Response:
    """Speak of this child again."""
    at, actor = clock.now(), edge.actor()
    return _masked(
        member_id, lambda session: commands.resume_child(session, member_id, child_id, actor=actor, at=at), 200
    )


@blueprint.put("/members/<int:member_id>/children/<int:child_id>/doses/<code>")
@blueprint.response(200, FamilyOut)
@blueprint.takes(DoseIn)
@guards.api(CHILDREN_CREATE)
def mark_dose(member_id: int, child_id: int, code: str) -> Response:
    """What is said of a dose of the plan: done, not_needed, or open again."""
    data, at, actor = shape.body(DoseIn), clock.now(), edge.actor()

    def write(session: Session) -> None:
        commands.mark_dose(session, member_id, child_id, code, data, actor=actor, at=at)

    return _masked(member_id, write, 200)


@blueprint.post("/members/<int:member_id>/children/<int:child_id>/due-doses")
@blueprint.response(201, FamilyOut)
@guards.api(CHILDREN_CREATE)
def mark_due_doses(member_id: int, child_id: int) -> Response:
    """Everything that could have been given by today was given; what was said before stays."""
    at, actor = clock.now(), edge.actor()
    return _masked(member_id, lambda session: commands.mark_due_doses(session, member_id, child_id, actor=actor, at=at))


@blueprint.post("/members/<int:member_id>/pregnancies")
@blueprint.response(201, FamilyOut)
@blueprint.takes(PregnancyIn)
@guards.api(CHILDREN_CREATE)
def add_pregnancy(member_id: int) -> Response:
    """A pregnancy by its due date, or without one the wish for one; needs the consent about health, or `health_consent` notes it."""
    data, at, actor = shape.body(PregnancyIn), clock.now(), edge.actor()
    return _masked(member_id, lambda session: commands.add_pregnancy(session, member_id, data, actor=actor, at=at))


@blueprint.patch("/members/<int:member_id>/pregnancies/<int:pregnancy_id>")
@blueprint.response(200, FamilyOut)
@blueprint.takes(PregnancyIn)
@guards.api(CHILDREN_CHANGE)
def change_pregnancy(member_id: int, pregnancy_id: int) -> Response:
    """Another due date. 409 `pregnancy_ended`."""
    data, at, actor = shape.body(PregnancyIn), clock.now(), edge.actor()

    def write(session: Session) -> None:
        commands.change_pregnancy(session, member_id, pregnancy_id, data, actor=actor, at=at)

    return _masked(member_id, write, 200)


@blueprint.delete("/members/<int:member_id>/pregnancies/<int:pregnancy_id>")
@blueprint.response(200, FamilyOut)
@guards.api(CHILDREN_CHANGE)
def remove_pregnancy(member_id: int, pregnancy_id: int) -> Response:
    """Forget that there was one."""
    at, actor = clock.now(), edge.actor()

    def write(session: Session) -> None:
        commands.remove_pregnancy(session, member_id, pregnancy_id, actor=actor, at=at)

    return _masked(member_id, write, 200)


@blueprint.post("/members/<int:member_id>/pregnancies/<int:pregnancy_id>/births")
@blueprint.response(201, FamilyOut)
@blueprint.takes(BirthIn)
@guards.api(CHILDREN_CREATE)
def note_birth(member_id: int, pregnancy_id: int) -> Response:
    """The child is there: the pregnancy ends, and a child begins (born today, where no day is told). 409 `pregnancy_ended`."""
    data, at, actor = shape.body(BirthIn), clock.now(), edge.actor()

    def write(session: Session) -> None:
        commands.note_birth(session, member_id, pregnancy_id, data, actor=actor, at=at)

    return _masked(member_id, write)


def _masked(member_id: int, write: Write, status: int = 201) -> Response:
    def effect(session: Session) -> Response:
        write(session)
        session.flush()
        return shape.one(FamilyOut, family_of(member_id, "masked", session=session), status)

    return edge.write(effect)


# ------------------------------------------------------------------ the plan


@blueprint.get("/vaccination-plan")
@blueprint.response(200, VaccinationPlanOut)
@guards.api(SETTINGS_READ)
def get_vaccination_plan() -> Response:
    """The plan that holds now."""
    return shape.one(VaccinationPlanOut, queries.get_plan(edge.read()))


@blueprint.put("/vaccination-plan")
@blueprint.response(200, VaccinationPlanOut)
@blueprint.takes(VaccinationPlanIn)
@guards.api(VACCINATION_PLANS_CREATE)
def publish_vaccination_plan() -> Response:
    """Publish the next version; what was published never changes. 409 `plan_changed` where `over` is not the last."""
    data, at, actor = shape.body(VaccinationPlanIn), clock.now(), edge.actor()

    def effect(session: Session) -> Response:
        commands.publish_plan(session, data, actor=actor, at=at)
        return shape.one(VaccinationPlanOut, queries.get_plan(session))

    return edge.write(effect)
