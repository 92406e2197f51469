"""Who works here: creating, changing, disabling."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from services.audit import commands as audit
from services.identity import permissions, rules
from services.identity.commands.tokens import revoke_tokens_of
from services.identity.models import Role, Staff, StaffStore
from services.identity.queries import get_staff, is_within_reach
from services.shared.actors import Actor
from services.shared.refusals import Forbidden, Invalid, Refusal
from services.shared.words import N_
from services.stores.queries import list_stores


def create_staff(session: Session, data: Mapping[str, Any], *, actor: Actor, at: datetime) -> Staff:
    """Add someone who works here: username, name, password, role (its name), stores (ids, None for all).

    Raises Invalid when the user name is taken, the role unknown or above the actor's own, a store not the actor's to give.
    """
    actor.require(permissions.STAFF_CHANGE)
    username = data["username"].lower()
    if session.scalar(select(Staff.id).where(Staff.username == username)) is not None:
        raise Invalid({"username": [N_("这个用户名已经有人用了")]})
    role = _role_to_give(session, data["role"], actor)
    _require_stores_to_give(session, data["stores"], actor)
    staff = Staff(
        username=username,
        name=data["name"],
        password_hash=rules.hash_password(data["password"]),
        role_id=role.id,
        all_stores=data["stores"] is None,
        created_at=at,
    )
    session.add(staff)
    session.flush()
    _place(session, staff, data["stores"])
    audit.record(
        session,
        "staff:create",
        ("staff", staff.id),
        actor=actor,
        at=at,
        changes={"username": username, "role": data["role"]},
    )
    return staff


def change_staff(session: Session, staff_id: int, data: Mapping[str, Any], *, actor: Actor, at: datetime) -> Staff:
    """Change name, role and stores of someone. Raises NotFound, Invalid; refuses to leave the shop without an owner of all of it."""
    actor.require(permissions.STAFF_CHANGE)
    staff = _staff_within_reach(session, staff_id, actor)
    role = _role_to_give(session, data["role"], actor)
    _require_stores_to_give(session, data["stores"], actor)
    if role.name != "owner" or data["stores"] is not None:
        _require_other_owner(session, staff)
    before = session.get_one(Role, staff.role_id).name
    staff.name, staff.role_id, staff.all_stores = data["name"], role.id, data["stores"] is None
    session.execute(delete(StaffStore).where(StaffStore.staff_id == staff.id))
    _place(session, staff, data["stores"])
    changes = {"name": data["name"], "role": [before, role.name], "stores": data["stores"]}
    audit.record(session, "staff:change", ("staff", staff.id), actor=actor, at=at, changes=changes)
    return staff


def set_password(session: Session, staff_id: int, password: str, *, actor: Actor, at: datetime) -> None:
    """Give someone a new password: one's own, or another's with `staff:change`."""
    if actor.kind != "staff" or actor.id != staff_id:
        actor.require(permissions.STAFF_CHANGE)
    staff = _staff_within_reach(session, staff_id, actor)
    staff.password_hash = rules.hash_password(password)
    audit.record(session, "staff:set_password", ("staff", staff.id), actor=actor, at=at)


def disable_staff(session: Session, staff_id: int, *, actor: Actor, at: datetime) -> Staff:
    """Someone no longer works here: open sessions and the tokens they made stop counting at once. Refuses for oneself and for the last
    owner."""
    actor.require(permissions.STAFF_CHANGE)
    staff = _staff_within_reach(session, staff_id, actor)
    if actor.kind == "staff" and actor.id == staff.id:
        raise Refusal("own_account", N_("不能停用自己的账号"))
    _require_other_owner(session, staff)
    staff.disabled_at = staff.disabled_at or at
    revoke_tokens_of(session, staff.id, actor=actor, at=at)
    audit.record(session, "staff:disable", ("staff", staff.id), actor=actor, at=at)
    return staff


def enable_staff(session: Session, staff_id: int, *, actor: Actor, at: datetime) -> Staff:
    """Someone works here again."""
    actor.require(permissions.STAFF_CHANGE)
    staff = _staff_within_reach(session, staff_id, actor)
    staff.disabled_at = None
    audit.record(session, "staff:enable", ("staff", staff.id), actor=actor, at=at)
    return staff


def choose_language(session: Session, staff_id: int, language: str, *, actor: Actor, at: datetime) -> None:
    """The language in which this person reads the staff app."""
    staff = get_staff(session, staff_id)
    staff.language = language
    audit.record(session, "staff:choose_language", ("staff", staff.id), actor=actor, at=at)


def _staff_within_reach(session: Session, staff_id: int, actor: Actor) -> Staff:
    """Someone this actor may change: nobody changes a person who may do more than they do, or in more stores."""
    staff = get_staff(session, staff_id)
    if not is_within_reach(session, staff, actor):
        raise Forbidden
    return staff


def _role_to_give(session: Session, name: str, actor: Actor) -> Role:
    # Held until this is written: a role is not deleted while somebody is being given it.
    role = session.scalar(select(Role).where(Role.name == name).with_for_update(key_share=True))
    if role is None:
        raise Invalid({"role": [N_("没有这个角色")]})
    if not rules.covers(actor.permissions, frozenset(role.permissions)):
        raise Invalid({"role": [N_("这个角色的权限比你的大，请老板来设")]})
    return role


def _require_stores_to_give(session: Session, store_ids: Sequence[int] | None, actor: Actor) -> None:
    """None is every store. Raises Invalid for a store that is closed, unknown, or not the actor's own."""
    if store_ids is None and actor.stores is None:
        return
    open_to_actor = {store.id for store in list_stores(session, actor=actor)}
    if store_ids is None or not set(store_ids) <= open_to_actor:
        raise Invalid({"stores": [N_("只能选你自己的门店")]})


def _place(session: Session, staff: Staff, store_ids: Sequence[int] | None) -> None:
    session.add_all(StaffStore(staff_id=staff.id, store_id=store_id) for store_id in set(store_ids or ()))


def _require_other_owner(session: Session, staff: Staff) -> None:
    """Somebody else must own the whole shop: stores are only handed out by who has them, so without one some would be lost."""
    # The role's row is locked, so that two owners cannot let each other go at the same moment.
    owner = session.scalar(select(Role.id).where(Role.name == "owner").with_for_update())
    if staff.role_id != owner:
        return
    others = select(Staff.id).where(
        Staff.role_id == owner, Staff.all_stores, Staff.id != staff.id, Staff.disabled_at.is_(None)
    )
    if session.scalar(others.limit(1)) is None:
        raise Refusal("last_owner", N_("店里至少要有一位老板账号，管所有的门店"))
