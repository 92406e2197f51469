"""角色: what belongs together under a name, chosen by ticking."""

from collections.abc import Mapping
from typing import Any

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from services import wiring
from services.identity import commands, permissions, queries, rules
from services.identity.commands.roles import BUILT_IN, OWNER
from services.identity.schemas import RoleIn
from services.shared import clock
from services.shared.actors import is_for_whole_shop
from webapp.staff import blueprint, role_words
from webapp.web import edge, forms, guards, toasts
from webapp.web.forms import Form


@blueprint.get("/roles")
@guards.staff(permissions.STAFF_READ)
def roles() -> str:
    """Every role, with how many people hold it."""
    return _page("list", show="list")


@blueprint.get("/roles/new")
@guards.staff(permissions.ROLES_CHANGE)
def new_role() -> str:
    """The form for a role of the shop's own."""
    return _page("page", role=None, form=Form())


@blueprint.post("/roles/new")
@guards.staff(permissions.ROLES_CHANGE)
def create_role() -> ResponseReturnValue:
    """Make it."""
    at = clock.now()

    def perform(session: Session, data: Mapping[str, Any]) -> ResponseReturnValue:
        role = commands.create_role(session, data, known=wiring.PERMISSIONS, actor=edge.actor(), at=at)
        toasts.say(_("角色「%(name)s」建好了", name=role.name))
        return redirect(url_for("staff.roles"), 303)

    return forms.submit(RoleIn, perform, lambda form: _page("page", role=None, form=form))


@blueprint.get("/roles/<int:role_id>")
@guards.staff(permissions.STAFF_READ)
def role(role_id: int) -> str:
    """What a role may; who may change roles ticks here."""
    found = queries.get_role(edge.read(), role_id)
    return _page("page", role=found, form=Form({"name": found.name, "permissions": sorted(found.permissions)}))


@blueprint.post("/roles/<int:role_id>")
@guards.staff(permissions.ROLES_CHANGE)
def change_role(role_id: int) -> ResponseReturnValue:
    """Keep what was ticked; it counts from everybody's next request on."""
    at, found = clock.now(), queries.get_role(edge.read(), role_id)

    def perform(session: Session, data: Mapping[str, Any]) -> ResponseReturnValue:
        kept = {"name": found.name} if found.name in BUILT_IN else {}
        commands.change_role(session, role_id, {**data, **kept}, known=wiring.PERMISSIONS, actor=edge.actor(), at=at)
        toasts.say(_("已保存，马上生效"))
        return redirect(url_for("staff.roles"), 303)

    return forms.submit(RoleIn, perform, lambda form: _page("page", role=found, form=form))


@blueprint.post("/roles/<int:role_id>/delete")
@guards.staff(permissions.ROLES_CHANGE)
def delete_role(role_id: int) -> ResponseReturnValue:
    """Nobody holds it any more."""
    at = clock.now()

    def perform(session: Session, _data: Mapping[str, Any]) -> ResponseReturnValue:
        name = queries.get_role(session, role_id).name
        commands.delete_role(session, role_id, actor=edge.actor(), at=at)
        toasts.say(_("角色「%(name)s」删掉了", name=name))
        return redirect(url_for("staff.roles"), 303)

    return forms.submit(forms.Nothing, perform, lambda form: _page("page", role=_shown(role_id), form=form))


def _shown(role_id: int) -> queries.RoleCard:
    return queries.get_role(edge.read(), role_id)


def _page(template: str, *, show: str = "detail", **more: Any) -> str:
    actor, found = edge.actor(), more.get("role")
    reached = found is None or (found.name != OWNER and rules.covers(actor.permissions, found.permissions))
    return render_template(
        f"staff/roles/{template}.html",
        show=show,
        roles=queries.list_roles(edge.read()),
        groups=role_words.GROUPS,
        sensitive=role_words.SENSITIVE,
        role_name=role_words.role_name,
        built_in=BUILT_IN,
        may_give=actor.may,
        whole_shop=is_for_whole_shop,
        may_change=actor.may(permissions.ROLES_CHANGE) and reached,
        **more,
    )
