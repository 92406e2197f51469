"""店员: who works here, in which role, at which stores."""

from collections.abc import Mapping
from typing import Any

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from services.dealing import commands as dealing
from services.dealing.queries import find_own_card
from services.dealing.schemas import OwnCardIn
from services.identity import commands, permissions, queries
from services.identity.schemas import NewPasswordIn, StaffChangeIn, StaffIn
from services.members.permissions import MEMBERS_READ
from services.shared import clock
from services.signin import commands as signin
from services.signin.permissions import STAFF_RECOVER
from services.signin.queries import list_passkeys, list_staff_sessions, names_of_sessions
from services.stores import queries as stores
from webapp.staff import blueprint
from webapp.staff.role_words import role_name
from webapp.web import edge, forms, guards, passkeys, toasts
from webapp.web.forms import Form


@blueprint.get("/people")
@guards.staff(permissions.STAFF_READ)
def people() -> str:
    """Everyone who works here; `?q=` finds by name, user name or role."""
    return _page("list", show="list")


@blueprint.get("/people/new")
@guards.staff(permissions.STAFF_CHANGE)
def new_person() -> str:
    """The form for someone new."""
    return _new(Form({"role": "cashier"}))


@blueprint.post("/people/new")
@guards.staff(permissions.STAFF_CHANGE)
def create_person() -> ResponseReturnValue:
    """Add someone."""
    at = clock.now()

    def perform(session: Session, data: Mapping[str, Any]) -> ResponseReturnValue:
        person = commands.create_staff(session, data, actor=edge.actor(), at=at)
        toasts.say(_("%(name)s 可以登录了", name=person.name))
        return redirect(url_for("staff.people"), 303)

    return forms.submit(StaffIn, perform, _new)


@blueprint.get("/people/<int:staff_id>")
@guards.staff(permissions.STAFF_CHANGE)
def person(staff_id: int) -> str:
    """One person: name, role, stores, password, disable."""
    card = queries.get_staff_card(edge.read(), staff_id, actor=edge.actor())
    form = Form(
        {
            "name": card.name,
            "role": card.role,
            "all_stores": card.stores is None,
            "stores": list(map(str, card.stores or ())),
        }
    )
    return _edit(staff_id, form)


@blueprint.post("/people/<int:staff_id>")
@guards.staff(permissions.STAFF_CHANGE)
def change_person(staff_id: int) -> ResponseReturnValue:
    """Change name, role and stores."""
    at = clock.now()

    def perform(session: Session, data: Mapping[str, Any]) -> ResponseReturnValue:
        commands.change_staff(session, staff_id, data, actor=edge.actor(), at=at)
        toasts.say(_("已保存"))
        return redirect(url_for("staff.people"), 303)

    return forms.submit(StaffChangeIn, perform, lambda form: _edit(staff_id, form))


@blueprint.post("/people/<int:staff_id>/password")
@guards.staff(permissions.STAFF_CHANGE)
def reset_password(staff_id: int) -> ResponseReturnValue:
    """Give someone a new password."""
    at = clock.now()

    def perform(session: Session, data: Mapping[str, Any]) -> ResponseReturnValue:
        signin.set_password(session, staff_id, data["password"], actor=edge.actor(), at=at)
        toasts.say(_("新密码已生效，请当面告诉本人"))
        return redirect(url_for("staff.people"), 303)

    return forms.submit(NewPasswordIn, perform, lambda form: _edit(staff_id, form))


@blueprint.post("/people/<int:staff_id>/disable")
@guards.staff(permissions.STAFF_CHANGE)
def disable_person(staff_id: int) -> ResponseReturnValue:
    """Someone no longer works here."""
    at = clock.now()

    def perform(session: Session, _data: Mapping[str, Any]) -> ResponseReturnValue:
        person = signin.disable_staff(session, staff_id, actor=edge.actor(), at=at)
        toasts.say(_("%(name)s 已停用", name=person.name), undo=url_for("staff.enable_person", staff_id=staff_id))
        return redirect(url_for("staff.people"), 303)

    return forms.submit(forms.Nothing, perform, lambda form: _edit(staff_id, form))


@blueprint.post("/people/<int:staff_id>/sessions/<int:session_id>/revoke")
@guards.staff(permissions.STAFF_CHANGE)
def revoke_session_of_person(staff_id: int, session_id: int) -> ResponseReturnValue:
    """Sign one of somebody's devices out: a phone that was lost."""
    at = clock.now()

    def effect(session: Session) -> ResponseReturnValue:
        signin.revoke_staff_session(session, session_id, of=staff_id, actor=edge.actor(), at=at)
        toasts.say(_("那台设备已退出"))
        return redirect(url_for("staff.person", staff_id=staff_id), 303)

    return edge.write(effect)


@blueprint.post("/people/<int:staff_id>/passkeys/<int:passkey_id>/remove")
@guards.staff(permissions.STAFF_CHANGE)
def remove_passkey_of_person(staff_id: int, passkey_id: int) -> ResponseReturnValue:
    """Somebody's passkey opens nothing any more: it was on a phone that was lost."""
    return passkeys.remove_passkey(passkey_id, url_for("staff.person", staff_id=staff_id), of=staff_id)


@blueprint.post("/people/<int:staff_id>/own-card")
@guards.staff(permissions.STAFF_CHANGE)
def note_own_card(staff_id: int) -> ResponseReturnValue:
    """Which member card is theirs, so that what they ring up for themselves stands out."""
    at = clock.now()
    edge.actor().require(MEMBERS_READ)

    def perform(session: Session, data: Mapping[str, Any]) -> ResponseReturnValue:
        dealing.note_own_card(session, staff_id, data["card"], actor=edge.actor(), at=at)
        toasts.say(_("记下了"))
        return redirect(url_for("staff.person", staff_id=staff_id), 303)

    return forms.submit(OwnCardIn, perform, lambda form: _edit(staff_id, form))


@blueprint.post("/people/<int:staff_id>/own-card/drop")
@guards.staff(permissions.STAFF_CHANGE)
def drop_own_card(staff_id: int) -> ResponseReturnValue:
    """It was not theirs, or is no longer."""
    at = clock.now()

    def effect(session: Session) -> ResponseReturnValue:
        dealing.drop_own_card(session, staff_id, actor=edge.actor(), at=at)
        toasts.say(_("已取消"))
        return redirect(url_for("staff.person", staff_id=staff_id), 303)

    return edge.write(effect)


@blueprint.post("/people/<int:staff_id>/enable")
@guards.staff(permissions.STAFF_CHANGE)
def enable_person(staff_id: int) -> ResponseReturnValue:
    """Someone works here again."""
    at = clock.now()

    def effect(session: Session) -> ResponseReturnValue:
        person = commands.enable_staff(session, staff_id, actor=edge.actor(), at=at)
        toasts.say(_("%(name)s 可以登录了", name=person.name))
        return redirect(url_for("staff.people"), 303)

    return edge.write(effect)


def _page(template: str, *, show: str = "detail", **more: Any) -> str:
    session, q = edge.read(), request.args.get("q", "").strip()[:40]
    cards = queries.list_staff(session, actor=edge.actor())
    roles = {name: role_name(name) for name in queries.list_role_names(session)}
    return render_template(
        f"staff/people/{template}.html",
        show=show,
        q=q,
        people=[card for card in cards if _fits(card, q.lower(), roles)],
        recoverable=_recoverable(cards),
        stores=stores.list_stores(session, actor=edge.actor()),
        roles=roles,
        may_change=edge.actor().may(permissions.STAFF_CHANGE),
        **more,
    )


def _recoverable(cards: list[queries.StaffCard]) -> set[int]:
    """To whom a code for a new password may be shown."""
    actor = edge.actor()
    if not actor.may(STAFF_RECOVER):
        return set()
    there = [card for card in cards if not card.disabled and card.id != actor.id]
    return queries.ids_within_reach(edge.read(), there, actor)


def _fits(card: queries.StaffCard, q: str, roles: Mapping[str, str]) -> bool:
    return not q or any(q in words.lower() for words in (card.name, card.username, roles.get(card.role, card.role)))


def _new(form: Form) -> str:
    return _page("new", form=form)


def _edit(staff_id: int, form: Form) -> str:
    card, session, actor = queries.get_staff_card(edge.read(), staff_id, actor=edge.actor()), edge.read(), edge.actor()
    reached = queries.is_within_reach(session, queries.get_staff(session, card.id), actor)
    sessions = list_staff_sessions(session, card.id, at=clock.now()) if reached else []
    return _page(
        "edit",
        form=form,
        card=card,
        sessions=sessions,
        devices=names_of_sessions(session, sessions),
        passkeys=list_passkeys(session, "staff", card.id) if reached else [],
        may_note_card=reached and actor.may(MEMBERS_READ),
        own_card=find_own_card(session, card.id) if reached and actor.may(MEMBERS_READ) else None,
    )
