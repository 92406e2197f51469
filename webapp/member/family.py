"""家庭: my children, what comes next for them, their vaccinations, a pregnancy; and stopping gently."""

from collections.abc import Callable, Mapping
from typing import Any

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from marshmallow import Schema
from sqlalchemy.orm import Session

from services.family import commands, queries
from services.family.queries import ChildCard, PregnancyCard
from services.family.schemas import BirthIn, ChildIn, DoseIn, PregnancyIn
from services.shared import clock
from services.shared.refusals import NotFound
from webapp.member import blueprint
from webapp.web import edge, forms, guards, own_fields, people, toasts
from webapp.web.families import family_of
from webapp.web.forms import Form


@blueprint.get("/me/family")
@guards.member
def family() -> str:
    """Everybody, and what comes next."""
    return _page("family", family=family_of(_me(), "own", doses=True), form=Form())


@blueprint.get("/me/family/children/new")
@guards.member
def new_child() -> str:
    """A child, in fields."""
    return _child_form(Form({"sex": "unknown"}))


@blueprint.post("/me/family/children/new")
@guards.member
def add_child() -> ResponseReturnValue:
    """Keep it."""

    def perform(session: Session, data: Mapping[str, Any], told: dict[str, Any]) -> ResponseReturnValue:
        child = commands.add_child(session, data=data, **told)
        return _go(_("记下了"), "member.child", child_id=child.id)

    return _submit(ChildIn, perform, _child_form)


@blueprint.get("/me/family/children/<int:child_id>")
@guards.member
def child(child_id: int) -> str:
    """One child: age, milestones, vaccinations."""
    plan = queries.get_plan(edge.read())
    return _page("child", child=_child(child_id), plan=plan, form=Form(), answers=own_fields.filled("child", child_id))


@blueprint.get("/me/family/children/<int:child_id>/edit")
@guards.member
def edit_child(child_id: int) -> str:
    """What is known, in fields."""
    card = _child(child_id)
    names = ("name", "sex", "born_on", "calendar", "allergies")
    answered = own_fields.in_form(own_fields.filled("child", child_id))
    return _child_form(Form({name: getattr(card, name) or "" for name in names} | answered), card)


@blueprint.post("/me/family/children/<int:child_id>/edit")
@guards.member
def change_child(child_id: int) -> ResponseReturnValue:
    """Keep what was changed."""

    def perform(session: Session, data: Mapping[str, Any], told: dict[str, Any]) -> ResponseReturnValue:
        commands.change_child(session, child_id=child_id, data=data, **told)
        return _go(_("保存好了"), "member.child", child_id=child_id)

    return _submit(ChildIn, perform, lambda form: _child_form(form, _child(child_id)))


@blueprint.post("/me/family/children/<int:child_id>/remove")
@guards.member
def remove_child(child_id: int) -> ResponseReturnValue:
    """Forget this child."""
    return _do(commands.remove_child, _("删除了"), "member.family", child_id=child_id)


@blueprint.post("/me/family/children/<int:child_id>/stop")
@guards.member
def stop_child(child_id: int) -> ResponseReturnValue:
    """Say nothing of this child any more."""
    return _do(commands.stop_child, _("不再提醒了"), "member.family", child_id=child_id)


@blueprint.post("/me/family/children/<int:child_id>/resume")
@guards.member
def resume_child(child_id: int) -> ResponseReturnValue:
    """Speak of this child again."""
    return _do(commands.resume_child, _("恢复提醒了"), "member.family", child_id=child_id)


@blueprint.post("/me/family/children/<int:child_id>/doses/<code>")
@guards.member
def mark_dose(child_id: int, code: str) -> ResponseReturnValue:
    """What I say of a dose."""

    def perform(session: Session, data: Mapping[str, Any], told: dict[str, Any]) -> ResponseReturnValue:
        commands.mark_dose(session, child_id=child_id, code=code, data=data, **told)
        return _go(_("记下了"), "member.child", child_id=child_id)

    def again(form: Form) -> str:
        told = {
            "child": _child(child_id),
            "plan": queries.get_plan(edge.read()),
            "answers": own_fields.filled("child", child_id),
        }
        return _page("child", form=form, wrong=code, **told)

    return _submit(DoseIn, perform, again)


@blueprint.post("/me/family/children/<int:child_id>/due-doses")
@guards.member
def mark_due_doses(child_id: int) -> ResponseReturnValue:
    """Everything up to today was given: a one-year-old needs no twenty taps."""
    return _do(commands.mark_due_doses, _("记下了"), "member.child", child_id=child_id)


@blueprint.get("/me/family/pregnancies/new")
@guards.member
def new_pregnancy() -> str:
    """A due date, or the wish for one."""
    return _pregnancy_form(Form())


@blueprint.post("/me/family/pregnancies/new")
@guards.member
def add_pregnancy() -> ResponseReturnValue:
    """Keep it."""

    def perform(session: Session, data: Mapping[str, Any], told: dict[str, Any]) -> ResponseReturnValue:
        commands.add_pregnancy(session, data=data, **told)
        return _go(_("记下了"), "member.family")

    return _submit(PregnancyIn, perform, _pregnancy_form)


@blueprint.get("/me/family/pregnancies/<int:pregnancy_id>")
@guards.member
def pregnancy(pregnancy_id: int) -> str:
    """Another due date; the child is there; forgetting it."""
    card = _pregnancy(pregnancy_id)
    return _pregnancy_form(Form({"due_on": card.due_on or ""}), card)


@blueprint.post("/me/family/pregnancies/<int:pregnancy_id>")
@guards.member
def change_pregnancy(pregnancy_id: int) -> ResponseReturnValue:
    """Keep the due date."""

    def perform(session: Session, data: Mapping[str, Any], told: dict[str, Any]) -> ResponseReturnValue:
        commands.change_pregnancy(session, pregnancy_id=pregnancy_id, data=data, **told)
        return _go(_("保存好了"), "member.family")

    return _submit(PregnancyIn, perform, lambda form: _pregnancy_form(form, _pregnancy(pregnancy_id)))


@blueprint.post("/me/family/pregnancies/<int:pregnancy_id>/birth")
@guards.member
def note_birth(pregnancy_id: int) -> ResponseReturnValue:
    """The child is there."""

    def perform(session: Session, data: Mapping[str, Any], told: dict[str, Any]) -> ResponseReturnValue:
        child = commands.note_birth(session, pregnancy_id=pregnancy_id, data=data, **told)
        return _go(_("恭喜！"), "member.child", child_id=child.id)

    return _submit(BirthIn, perform, lambda form: _pregnancy_form(form, _pregnancy(pregnancy_id), birth=True))


@blueprint.post("/me/family/pregnancies/<int:pregnancy_id>/remove")
@guards.member
def remove_pregnancy(pregnancy_id: int) -> ResponseReturnValue:
    """Forget that there was one."""
    return _do(commands.remove_pregnancy, _("删除了"), "member.family", pregnancy_id=pregnancy_id)


@blueprint.post("/me/family/stop")
@guards.member
def stop_family() -> ResponseReturnValue:
    """Stop, gently: one tap, no reason asked."""
    return _do(commands.stop_gently, _("以后不再提醒了"), "member.family")


def _me() -> int:
    return people.member().id


def _child(child_id: int) -> ChildCard:
    found = next((each for each in family_of(_me(), "own", doses=True).children if each.id == child_id), None)
    if found is None:
        raise NotFound("child_not_found")
    return found


def _pregnancy(pregnancy_id: int) -> PregnancyCard:
    found = next((each for each in family_of(_me(), "own").pregnancies if each.id == pregnancy_id), None)
    if found is None:
        raise NotFound("pregnancy_not_found")
    return found


def _submit(schema: type[Schema], perform: Callable[..., ResponseReturnValue], again: Any) -> ResponseReturnValue:
    told = {"member_id": _me(), "actor": edge.actor(), "at": clock.now()}
    return forms.submit(schema, lambda session, data: perform(session, data, told), again)


def _do(command: Callable[..., object], said: str, endpoint: str, **whose: int) -> ResponseReturnValue:
    member_id, at, actor = _me(), clock.now(), edge.actor()

    def effect(session: Session) -> ResponseReturnValue:
        command(session, member_id, **whose, actor=actor, at=at)
        return _go(said, endpoint, **(whose if endpoint == "member.child" else {}))

    return edge.write(effect)


def _go(said: str, endpoint: str, **values: Any) -> ResponseReturnValue:
    toasts.say(said)
    return redirect(url_for(endpoint, **values), 303)


def _child_form(form: Form, card: ChildCard | None = None) -> str:
    family = family_of(_me(), "own")
    return _page("edit_child", form=form, child=card, family=family, own_fields=own_fields.asked("child"))


def _pregnancy_form(form: Form, card: PregnancyCard | None = None, *, birth: bool = False) -> str:
    return _page("pregnancy", form=form, pregnancy=card, birth=birth, family=family_of(_me(), "own"))


def _page(name: str, **values: Any) -> str:
    return render_template(f"member/family/{name}.html", **values)
