"""Changing roles: which permissions belong together under a name. Nobody gives, or takes from others, what they do not hold."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from services.audit import commands as audit
from services.identity import permissions, rules
from services.identity.models import Role, Staff
from services.shared.actors import Actor
from services.shared.refusals import Forbidden, Invalid, NotFound, Refusal
from services.shared.words import N_

OWNER = "owner"
# Named by the product, so their names stay (they are shown in the reader's language).
BUILT_IN = frozenset({OWNER, "manager", "cashier", "kitchen"})
# As they are shown: two of one name would be mixed up.
SHOWN = frozenset({N_("老板"), N_("店长"), N_("收银员"), N_("后厨")})


def create_role(session: Session, data: Mapping[str, Any], *, known: Iterable[str], actor: Actor, at: datetime) -> Role:
    """A role of the shop's own: `name`, `permissions`. Raises Invalid for a name that is taken, a permission unknown or not the actor's."""
    actor.require(permissions.ROLES_CHANGE)
    _require_free(session, data["name"])
    wanted = _to_give(data["permissions"], known, actor)
    role = Role(name=data["name"], permissions=sorted(wanted))
    session.add(role)
    session.flush()
    changes = {"name": role.name, "granted": role.permissions}
    audit.record(session, "roles:create", ("role", role.id), actor=actor, at=at, changes=changes)
    return role


def change_role(
    session: Session, role_id: int, data: Mapping[str, Any], *, known: Iterable[str], actor: Actor, at: datetime
) -> Role:
    """Change what a role is called and may; it counts from each holder's next request on. Raises NotFound, Forbidden (the owner's role,
    or one that may do more than the actor), Invalid. What `data` does not name stays."""
    actor.require(permissions.ROLES_CHANGE)
    role = _within_reach(session, role_id, actor)
    name = data.get("name", role.name)
    if name != role.name:
        if role.name in BUILT_IN:
            raise Invalid({"name": [N_("这个角色的名字不能改")]})
        _require_free(session, name)
    before, wanted = set(role.permissions), _to_give(data.get("permissions", role.permissions), known, actor)
    changes = {"name": [role.name, name]} if name != role.name else {}
    moved = {"granted": sorted(wanted - before), "taken": sorted(before - wanted)}
    role.name, role.permissions = name, sorted(wanted)
    changes |= {word: each for word, each in moved.items() if each}
    audit.record(session, "roles:change", ("role", role.id), actor=actor, at=at, changes={"role": name} | changes)
    return role


def delete_role(session: Session, role_id: int, *, actor: Actor, at: datetime) -> None:
    """Delete a role that nobody holds. Raises NotFound, Forbidden, Refusal `role_held`, `role_built_in`."""
    actor.require(permissions.ROLES_CHANGE)
    role = _within_reach(session, role_id, actor)
    if role.name in BUILT_IN:
        raise Refusal("role_built_in", N_("系统自带的角色删不了"))
    if session.scalar(select(func.count(Staff.id)).where(Staff.role_id == role.id)):
        raise Refusal("role_held", N_("还有人是这个角色（停用的也算），先给他们换一个"))
    session.delete(role)
    audit.record(session, "roles:delete", ("role", role.id), actor=actor, at=at, changes={"name": role.name})


def _within_reach(session: Session, role_id: int, actor: Actor) -> Role:
    role = session.get(Role, role_id, with_for_update=True)
    if role is None:
        raise NotFound("role_not_found")
    if role.name == OWNER or not rules.covers(actor.permissions, frozenset(role.permissions)):
        raise Forbidden
    return role


def _to_give(wanted: Iterable[str], known: Iterable[str], actor: Actor) -> set[str]:
    found = set(wanted)
    if not found <= set(known):
        raise Invalid({"permissions": [N_("没有这个权限")]})
    if not rules.covers(actor.permissions, found):
        raise Invalid({"permissions": [N_("你自己没有的权限不能给别人")]})
    return found


def _require_free(session: Session, name: str) -> None:
    taken = select(Role.id).where(func.lower(Role.name) == name.lower())
    if name.lower() in BUILT_IN | SHOWN or session.scalar(taken) is not None:
        raise Invalid({"name": [N_("已经有叫这个名字的角色了")]})
