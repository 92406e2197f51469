"""家庭 of a member, as staff see it: masked; the whole of it on record; told, changed, stopped gently."""

from collections.abc import Callable, Mapping
from typing import Any

from flask import make_response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from marshmallow import Schema
from sqlalchemy.orm import Session

from services.family import commands, permissions, queries
from services.family.queries import ChildCard, FamilyCard, PregnancyCard
from services.family.schemas import BirthIn, ChildIn, PregnancyIn, ToldDoseIn
from services.members.permissions import MEMBERS_READ
from services.members.queries import get_member
from services.shared import clock
from services.shared.refusals import NotFound, TooMany
from webapp.staff import blueprint, members
from webapp.web import edge, forms, guards, own_fields, toasts
from webapp.web.families import family_of
from webapp.web.forms import Form


@blueprint.get("/members/<int:member_id>/family")
@guards.staff(MEMBERS_READ)
def member_family(member_id: int) -> str:
    """Stages and ages, names cut: what the counter needs."""
    return _page("family", member_id)


@blueprint.post("/members/<int:member_id>/family/reveal")
@guards.staff(permissions.CHILDREN_REVEAL)
def reveal_family(member_id: int) -> ResponseReturnValue:
    """The whole family this once, or the `child` to change. Not keyed: what was shown is stored nowhere."""
    at, actor, found = clock.now(), edge.actor(), list[FamilyCard]()

    def effect(session: Session) -> ResponseReturnValue:
        found.append(commands.reveal_family(session, member_id, actor=actor, at=at))
        return "", 204

    try:
        left = edge.spend(commands.REVEALS, actor.scope, at=at)
        edge.write(effect, keyed=False)
    except TooMany as refusal:
        return forms.refused({}, refusal, lambda form: _page("family", member_id, too_many=form.refusal))
    child = next((each for each in found[0].children if str(each.id) == request.form.get("child")), None)
    answers = {each.id: own_fields.filled("child", each.id) for each in found[0].children}
    whole: dict[str, Any] = {"family": found[0], "revealed": True, "left": left, "answers": answers}
    response = make_response(_whole_child(member_id, child, whole) if child else _page("family", member_id, **whole))
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.get("/members/<int:member_id>/family/children/new")
@guards.staff(permissions.CHILDREN_CREATE)
def new_child(member_id: int) -> str:
    """A child, in fields."""
    return _page("child", member_id, form=Form({"sex": "unknown"}))


@blueprint.post("/members/<int:member_id>/family/children/new")
@guards.staff(permissions.CHILDREN_CREATE)
def add_child(member_id: int) -> ResponseReturnValue:
    """Keep it."""
    return _submit(ChildIn, member_id, commands.add_child, _("记下了"), "child")


@blueprint.post("/members/<int:member_id>/family/children/<int:child_id>")
@guards.staff(permissions.CHILDREN_CHANGE)
def change_child(member_id: int, child_id: int) -> ResponseReturnValue:
    """Keep what was changed."""
    return _submit(ChildIn, member_id, commands.change_child, _("保存好了"), "child", child_id=child_id)


@blueprint.post("/members/<int:member_id>/family/children/<int:child_id>/remove")
@guards.staff(permissions.CHILDREN_CHANGE)
def remove_child(member_id: int, child_id: int) -> ResponseReturnValue:
    """Forget this child."""
    return _do(member_id, commands.remove_child, _("删除了"), child_id=child_id)


@blueprint.post("/members/<int:member_id>/family/children/<int:child_id>/stop")
@guards.staff(permissions.CHILDREN_CREATE)
def stop_child(member_id: int, child_id: int) -> ResponseReturnValue:
    """Say nothing of this child any more."""
    return _do(member_id, commands.stop_child, _("不再提醒了"), child_id=child_id)


@blueprint.post("/members/<int:member_id>/family/children/<int:child_id>/resume")
@guards.staff(permissions.CHILDREN_CREATE)
def resume_child(member_id: int, child_id: int) -> ResponseReturnValue:
    """Speak of this child again."""
    return _do(member_id, commands.resume_child, _("恢复提醒了"), child_id=child_id)


@blueprint.get("/members/<int:member_id>/family/children/<int:child_id>/doses")
@guards.staff(permissions.CHILDREN_CREATE)
def new_dose(member_id: int, child_id: int) -> str:
    """Which dose, in fields; what was noted before is not shown."""
    return _page("dose", member_id, form=Form({"state": "done"}), **_child(member_id, child_id))


@blueprint.post("/members/<int:member_id>/family/children/<int:child_id>/doses")
@guards.staff(permissions.CHILDREN_CREATE)
def mark_dose(member_id: int, child_id: int) -> ResponseReturnValue:
    """What is said of a dose."""
    at, actor = clock.now(), edge.actor()

    def perform(session: Session, data: dict[str, Any]) -> ResponseReturnValue:
        commands.mark_dose(session, member_id, child_id, data.pop("code"), data, actor=actor, at=at)
        toasts.say(_("记下了"))
        return redirect(url_for("staff.new_dose", member_id=member_id, child_id=child_id), 303)

    return forms.submit(
        ToldDoseIn, perform, lambda form: _page("dose", member_id, form=form, **_child(member_id, child_id))
    )


@blueprint.post("/members/<int:member_id>/family/children/<int:child_id>/due-doses")
@guards.staff(permissions.CHILDREN_CREATE)
def mark_due_doses(member_id: int, child_id: int) -> ResponseReturnValue:
    """Everything up to today was given."""
    return _do(member_id, commands.mark_due_doses, _("记下了"), child_id=child_id)


@blueprint.get("/members/<int:member_id>/family/pregnancies/new")
@guards.staff(permissions.CHILDREN_CREATE)
def new_pregnancy(member_id: int) -> str:
    """A due date, or the wish for one."""
    return _page("pregnancy", member_id, form=Form())


@blueprint.post("/members/<int:member_id>/family/pregnancies/new")
@guards.staff(permissions.CHILDREN_CREATE)
def add_pregnancy(member_id: int) -> ResponseReturnValue:
    """Keep it."""
    return _submit(PregnancyIn, member_id, commands.add_pregnancy, _("记下了"), "pregnancy")


@blueprint.get("/members/<int:member_id>/family/pregnancies/<int:pregnancy_id>")
@guards.staff(permissions.CHILDREN_CREATE)
def pregnancy(member_id: int, pregnancy_id: int) -> str:
    """The child is there; another due date; forgetting it."""
    return _page("pregnancy", member_id, form=Form(), **_pregnancy(member_id, pregnancy_id))


@blueprint.post("/members/<int:member_id>/family/pregnancies/<int:pregnancy_id>")
@guards.staff(permissions.CHILDREN_CHANGE)
def change_pregnancy(member_id: int, pregnancy_id: int) -> ResponseReturnValue:
    """Keep the due date."""
    command, told = commands.change_pregnancy, _pregnancy(member_id, pregnancy_id)
    return _submit(PregnancyIn, member_id, command, _("保存好了"), "pregnancy", shown=told, pregnancy_id=pregnancy_id)


@blueprint.post("/members/<int:member_id>/family/pregnancies/<int:pregnancy_id>/birth")
@guards.staff(permissions.CHILDREN_CREATE)
def note_birth(member_id: int, pregnancy_id: int) -> ResponseReturnValue:
    """The child is there."""
    command, told = commands.note_birth, {**_pregnancy(member_id, pregnancy_id), "birth": True}
    return _submit(BirthIn, member_id, command, _("记下了"), "pregnancy", shown=told, pregnancy_id=pregnancy_id)


@blueprint.post("/members/<int:member_id>/family/pregnancies/<int:pregnancy_id>/remove")
@guards.staff(permissions.CHILDREN_CHANGE)
def remove_pregnancy(member_id: int, pregnancy_id: int) -> ResponseReturnValue:
    """Forget that there was one."""
    return _do(member_id, commands.remove_pregnancy, _("删除了"), pregnancy_id=pregnancy_id)


@blueprint.post("/members/<int:member_id>/family/stop")
@guards.staff(permissions.CHILDREN_CREATE)
def stop_family(member_id: int) -> ResponseReturnValue:
    """Stop, gently: one tap, no reason asked."""
    return _do(member_id, commands.stop_gently, _("以后不再提醒了"))


def _submit(
    schema: type[Schema],
    member_id: int,
    command: Callable[..., object],
    said: str,
    again: str,
    *,
    shown: Mapping[str, Any] | None = None,
    **whose: int,
) -> ResponseReturnValue:
    at, actor = clock.now(), edge.actor()

    def perform(session: Session, data: dict[str, Any]) -> ResponseReturnValue:
        command(session, member_id, **whose, data=data, actor=actor, at=at)
        return _back(member_id, said)

    return forms.submit(schema, perform, lambda form: _page(again, member_id, form=form, **(shown or {}), **whose))


def _do(member_id: int, command: Callable[..., object], said: str, **whose: int) -> ResponseReturnValue:
    at, actor = clock.now(), edge.actor()

    def effect(session: Session) -> ResponseReturnValue:
        command(session, member_id, **whose, actor=actor, at=at)
        return _back(member_id, said)

    return edge.write(effect)


def _back(member_id: int, said: str) -> ResponseReturnValue:
    toasts.say(said)
    return redirect(url_for("staff.member_family", member_id=member_id), 303)


def _child(member_id: int, child_id: int) -> dict[str, Any]:
    """The child, masked, and the doses that are for children of about that age and sex."""
    found: list[ChildCard] = family_of(get_member(edge.read(), member_id).id, "masked").children
    child = next((each for each in found if each.id == child_id), None)
    if child is None:
        raise NotFound("child_not_found")
    return {"child": child, "plan": queries.get_plan(edge.read())}


def _pregnancy(member_id: int, pregnancy_id: int) -> dict[str, Any]:
    found: list[PregnancyCard] = family_of(get_member(edge.read(), member_id).id, "masked").pregnancies
    row = next((each for each in found if each.id == pregnancy_id), None)
    if row is None:
        raise NotFound("pregnancy_not_found")
    return {"pregnancy": row}


def _whole_child(member_id: int, child: ChildCard, whole: Mapping[str, Any]) -> str:
    """A child whom somebody looks at in order to change them."""
    names = ("name", "sex", "born_on", "calendar", "allergies")
    answered = own_fields.in_form(own_fields.filled("child", child.id))
    form = Form({name: getattr(child, name) or "" for name in names} | answered)
    return _page("child", member_id, form=form, child_id=child.id, **whole)


def _page(name: str, member_id: int, **values: Any) -> str:
    card = members.seen(member_id)
    values.setdefault("family", family_of(card.id, "masked"))
    asked = own_fields.asked("child") if name == "child" else []
    return members.page(f"family/{name}", card=card, child_fields_of_shop=asked, **values)
