"""家人共用: whom I let use my wallet and points, how far, and the links by which they join; or whose account I use."""

from collections.abc import Callable, Mapping
from typing import Any

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from services.household import commands, queries
from services.household.commands.invitations import INVITATIONS, JOINS
from services.household.errors import InvitationGone, InvitationNotFound
from services.household.queries import InvitationView, PersonView
from services.household.rules import limits_of
from services.household.schemas import HouseholdInvitationIn, HouseholdPersonChange
from services.shared import clock
from webapp.member import blueprint
from webapp.web import edge, forms, guards, links, people, shop, toasts
from webapp.web.forms import Form
from webapp.web.households import NOTHING, asks_pin, require_pin


@blueprint.get("/me/household")
@guards.member
def household() -> str:
    """Who shares what, and what of it was used today."""
    return _page("household", home=queries.get_household(edge.read(), _me(), at=clock.now()), on=_is_on())


@blueprint.get("/me/household/invite")
@guards.member
def new_invitation() -> str:
    """Whom, what, how much: a form."""
    return _invitation_form(Form({"kinship": "spouse", "wallet": "1", "points": "1"}))


@blueprint.post("/me/household/invite")
@guards.member
def create_invitation() -> ResponseReturnValue:
    """Make the link, and show it."""
    at, actor, me = clock.now(), edge.actor(), _me()

    def first(data: dict[str, Any]) -> None:
        edge.spend(INVITATIONS, actor.scope, at=at)
        require_pin(NOTHING, limits_of(data), data["pin"], at=at)

    def perform(session: Session, data: Mapping[str, Any]) -> ResponseReturnValue:
        made = commands.create_invitation(session, me, data, actor=actor, at=at)
        return redirect(url_for("member.invitation", invitation_id=made.id), 303)

    return forms.submit(HouseholdInvitationIn, perform, _invitation_form, first=first)


@blueprint.get("/me/household/invitations/<int:invitation_id>")
@guards.member
def invitation(invitation_id: int) -> str:
    """A link that is open: as a QR, and to send. Somebody else's does not exist."""
    found = _invitation(invitation_id)
    return _page("invitation", invitation=found, address=links.absolute(url_for("member.join_page", token=found.token)))


@blueprint.post("/me/household/invitations/<int:invitation_id>/cancel")
@guards.member
def cancel_invitation(invitation_id: int) -> ResponseReturnValue:
    """Take it back."""
    return _do(commands.cancel_invitation, _("收回了"), invitation_id)


@blueprint.get("/me/household/people/<int:person_id>")
@guards.member
def household_person(person_id: int) -> str:
    """One of them: limits, a pause, the end."""
    found = _person(person_id)
    shown = {"kinship": found.kinship, "wallet": found.limits.wallet, "points": found.limits.points}
    amounts = {name: getattr(found.limits, name) for name in ("per_day", "per_payment") if found.limits.wallet}
    return _person_form(Form(shown | amounts), found)


@blueprint.post("/me/household/people/<int:person_id>")
@guards.member
def change_household_person(person_id: int) -> ResponseReturnValue:
    """Other limits from now on."""
    at, actor, me, before = clock.now(), edge.actor(), _me(), _person(person_id)

    def first(data: dict[str, Any]) -> None:
        require_pin(before.limits, limits_of(data), data["pin"], at=at)

    def perform(session: Session, data: Mapping[str, Any]) -> ResponseReturnValue:
        commands.change_limits(session, person_id, me, data, actor=actor, at=at)
        return _go(_("保存好了"))

    return forms.submit(HouseholdPersonChange, perform, lambda form: _person_form(form, before), first=first)


@blueprint.post("/me/household/people/<int:person_id>/pause")
@guards.member
def pause_household_person(person_id: int) -> ResponseReturnValue:
    """Nothing for now."""
    return _do(commands.pause_person, _("暂停了，马上生效"), person_id)


@blueprint.post("/me/household/people/<int:person_id>/resume")
@guards.member
def resume_household_person(person_id: int) -> ResponseReturnValue:
    """As before."""
    return _do(commands.resume_person, _("恢复了"), person_id)


@blueprint.post("/me/household/people/<int:person_id>/remove")
@guards.member
def remove_household_person(person_id: int) -> ResponseReturnValue:
    """The end of it."""
    return _do(commands.remove_person, _("移出了"), person_id)


@blueprint.post("/me/household/leave")
@guards.member
def leave_household() -> ResponseReturnValue:
    """I go."""
    at, actor, me = clock.now(), edge.actor(), _me()

    def perform(session: Session, _data: Mapping[str, Any]) -> ResponseReturnValue:
        commands.leave_household(session, me, actor=actor, at=at)
        return _go(_("退出了，以后用您自己的账户"))

    def again(form: Form) -> str:
        home = queries.get_household(edge.read(), me, at=at)
        return _page("household", home=home, on=_is_on(), form=form)

    return forms.submit(forms.Nothing, perform, again)


@blueprint.get("/household/<token>")
@guards.member
def join_page(token: str) -> str:
    """What the link of somebody of the family leads to; who is not signed in signs in first. Raises InvitationGone."""
    return _join_page(token, Form())


@blueprint.post("/household/<token>")
@guards.member
def join_household(token: str) -> ResponseReturnValue:
    """Agree, and be in."""
    at, actor, me = clock.now(), edge.actor(), _me()

    def first(_data: dict[str, Any]) -> None:
        edge.spend(JOINS, actor.scope, at=at)

    def perform(session: Session, _data: Mapping[str, Any]) -> ResponseReturnValue:
        commands.join_household(session, token, me, actor=actor, at=at)
        return _go(_("加入了，到店出示您自己的会员码就行"))

    return forms.submit(forms.Nothing, perform, lambda form: _join_page(token, form), first=first)


def _me() -> int:
    return people.member().id


def _is_on() -> bool:
    return bool(shop.settings()["household.on"])


def _person(person_id: int) -> PersonView:
    return queries.get_person(edge.read(), person_id, holder_id=_me(), at=clock.now())


def _invitation(invitation_id: int) -> InvitationView:
    mine = queries.list_invitations(edge.read(), _me(), at=clock.now())
    found = next((each for each in mine if each.id == invitation_id), None)
    if found is None:
        raise InvitationNotFound
    return found


def _do(command: Callable[..., object], said: str, thing_id: int) -> ResponseReturnValue:
    me, at, actor = _me(), clock.now(), edge.actor()

    def effect(session: Session) -> ResponseReturnValue:
        command(session, thing_id, me, actor=actor, at=at)
        return _go(said)

    return edge.write(effect)


def _go(said: str) -> ResponseReturnValue:
    toasts.say(said)
    return redirect(url_for("member.household"), 303)


def _invitation_form(form: Form) -> str:
    return _page("invite", form=form)


def _person_form(form: Form, person: PersonView) -> str:
    return _page("person", form=form, person=person)


def _join_page(token: str, form: Form) -> str:
    offer = queries.find_offer(edge.read(), token, at=clock.now())
    if offer is None and form.refusal is None:
        raise InvitationGone
    return _page("join", form=form, offer=offer, token=token, own=offer is not None and offer.holder_id == _me())


def _page(name: str, **values: Any) -> str:
    values = {"form": Form(), **values}
    needs_pin = asks_pin() if name in {"invite", "person"} else False
    return render_template(f"member/household/{name}.html", needs_pin=needs_pin, **values)
