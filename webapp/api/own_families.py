"""/me/family, children, pregnancies: the member's own, whole."""

from collections.abc import Callable
from typing import Any

from flask import Response
from sqlalchemy.orm import Session

from services.family import commands
from services.family.schemas import BirthIn, ChildChange, ChildIn, DoseIn, FamilyOut, PregnancyIn
from services.shared import clock
from webapp.api import shape
from webapp.api.document import Blueprint
from webapp.web import edge, guards, people
from webapp.web.families import family_of

blueprint = Blueprint("api_own_families", __name__, description="家庭 Families")


@blueprint.get("/me/family")
@blueprint.response(200, FamilyOut)
@guards.api_member
def get_own_family() -> Response:
    """My family, with every child's plan of doses; also what I agree to no more, so that I can remove it."""
    return shape.one(FamilyOut, family_of(people.member().id, "own", doses=True))


@blueprint.post("/me/family-stops")
@blueprint.response(201, FamilyOut)
@guards.api_member
def stop_own_family() -> Response:
    """Stop, gently: every reminder of pregnancies and babies ends at once and for good."""
    return _own(commands.stop_gently)


@blueprint.post("/me/children")
@blueprint.response(201, FamilyOut)
@blueprint.takes(ChildIn)
@guards.api_member
def add_own_child() -> Response:
    """A child of mine; `children_consent` agrees as its guardian, `health_consent` to keeping allergies."""
    data = shape.body(ChildIn)
    return _own(lambda session, **told: commands.add_child(session, data=data, **told))


@blueprint.patch("/me/children/<int:child_id>")
@blueprint.response(200, FamilyOut)
@blueprint.takes(ChildChange, partial=True)
@guards.api_member
def change_own_child(child_id: int) -> Response:
    """Change some of what is known of my child."""
    data = shape.body(ChildChange, partial=True)
    return _own(lambda session, **told: commands.change_child(session, child_id=child_id, data=data, **told), 200)


@blueprint.delete("/me/children/<int:child_id>")
@blueprint.response(200, FamilyOut)
@guards.api_member
def remove_own_child(child_id: int) -> Response:
    """Forget my child, also where I agree to nothing any more."""
    return _own(lambda session, **told: commands.remove_child(session, child_id=child_id, **told), 200)


@blueprint.put("/me/children/<int:child_id>/quiet")
@blueprint.response(200, FamilyOut)
@guards.api_member
def stop_own_child(child_id: int) -> Response:
    """Say nothing of this child to me any more."""
    return _own(lambda session, **told: commands.stop_child(session, child_id=child_id, **told), 200)


@blueprint.delete("/me/children/<int:child_id>/quiet")
@blueprint.response(200, FamilyOut)
@guards.api_member
def resume_own_child(child_id: int) -> Response:
    """Speak of this child again."""
    return _own(lambda session, **told: commands.resume_child(session, child_id=child_id, **told), 200)


@blueprint.put("/me/children/<int:child_id>/doses/<code>")
@blueprint.response(200, FamilyOut)
@blueprint.takes(DoseIn)
@guards.api_member
def mark_own_dose(child_id: int, code: str) -> Response:
    """What I say of a dose: done, not_needed, or open again."""
    data = shape.body(DoseIn)
    return _own(
        lambda session, **told: commands.mark_dose(session, child_id=child_id, code=code, data=data, **told), 200
    )


@blueprint.post("/me/children/<int:child_id>/due-doses")
@blueprint.response(201, FamilyOut)
@guards.api_member
def mark_own_due_doses(child_id: int) -> Response:
    """Everything that could have been given by today was given; what I said before stays."""
    return _own(lambda session, **told: commands.mark_due_doses(session, child_id=child_id, **told))


@blueprint.post("/me/pregnancies")
@blueprint.response(201, FamilyOut)
@blueprint.takes(PregnancyIn)
@guards.api_member
def add_own_pregnancy() -> Response:
    """My pregnancy by its due date, or without one the wish for one; `health_consent` agrees to keeping it."""
    data = shape.body(PregnancyIn)
    return _own(lambda session, **told: commands.add_pregnancy(session, data=data, **told))


@blueprint.patch("/me/pregnancies/<int:pregnancy_id>")
@blueprint.response(200, FamilyOut)
@blueprint.takes(PregnancyIn)
@guards.api_member
def change_own_pregnancy(pregnancy_id: int) -> Response:
    """Another due date. 409 `pregnancy_ended`."""
    data = shape.body(PregnancyIn)
    return _own(
        lambda session, **told: commands.change_pregnancy(session, pregnancy_id=pregnancy_id, data=data, **told), 200
    )


@blueprint.delete("/me/pregnancies/<int:pregnancy_id>")
@blueprint.response(200, FamilyOut)
@guards.api_member
def remove_own_pregnancy(pregnancy_id: int) -> Response:
    """Forget that there was one."""
    return _own(lambda session, **told: commands.remove_pregnancy(session, pregnancy_id=pregnancy_id, **told), 200)


@blueprint.post("/me/pregnancies/<int:pregnancy_id>/births")
@blueprint.response(201, FamilyOut)
@blueprint.takes(BirthIn)
@guards.api_member
def note_own_birth(pregnancy_id: int) -> Response:
    """The child is there. 409 `pregnancy_ended`."""
    data = shape.body(BirthIn)
    return _own(lambda session, **told: commands.note_birth(session, pregnancy_id=pregnancy_id, data=data, **told))


def _own(write: Callable[..., object], status: int = 201) -> Response:
    member_id, at, actor = people.member().id, clock.now(), edge.actor()
    told: dict[str, Any] = {"member_id": member_id, "actor": actor, "at": at}

    def effect(session: Session) -> Response:
        write(session, **told)
        session.flush()
        return shape.one(FamilyOut, family_of(member_id, "own", doses=True, session=session), status)

    return edge.write(effect)
