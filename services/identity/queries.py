"""Looking up staff, roles, tokens; who an actor is."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from services.identity import rules
from services.identity.models import ApiToken, Role, Staff, StaffStore
from services.shared import runtime
from services.shared.actors import EVERYTHING, Actor, is_for_whole_shop
from services.shared.refusals import Forbidden, NotFound

# Built once: every request of a program asks.
_tokens: Any = ApiToken.__table__
_TOKEN = select(
    _tokens.c.id, _tokens.c.name, _tokens.c.scopes, _tokens.c.stores, _tokens.c.made_by, _tokens.c.last_used_at
).where(_tokens.c.token_hash == bindparam("hash"), _tokens.c.revoked_at.is_(None))


@dataclass(frozen=True)
class StaffCard:
    """Someone who works here. `stores` is None where every store is open to them."""

    id: int
    username: str
    name: str
    role: str
    stores: tuple[int, ...] | None
    disabled: bool


def find_staff(session: Session, username: str) -> Staff | None:
    """The member of staff with this user name (letter case does not matter)."""
    return session.scalar(select(Staff).where(Staff.username == username.strip().lower()))


def list_owners(session: Session) -> list[Staff]:
    """Who owns the shop, also those who are disabled."""
    owners = select(Staff).join(Role, Role.id == Staff.role_id).where(Role.name == "owner").order_by(Staff.id)
    return list(session.scalars(owners))


def get_staff(session: Session, staff_id: int) -> Staff:
    """One member of staff. Raises NotFound."""
    staff = session.get(Staff, staff_id)
    if staff is None:
        raise NotFound("staff_not_found")
    return staff


def hold_staff(session: Session, staff_id: int) -> None:
    """Keep an account as it is until this transaction ends, for who writes what they read of it. Sales that name it go on."""
    session.execute(select(Staff.id).where(Staff.id == staff_id).with_for_update(key_share=True))


def list_staff(session: Session, *, actor: Actor) -> list[StaffCard]:
    """Everyone who works in a store of this actor's, the disabled last."""
    rows = session.execute(
        select(Staff, Role.name).join(Role, Role.id == Staff.role_id).order_by(Staff.disabled_at.is_not(None), Staff.id)
    ).all()
    stores: dict[int, list[int]] = {}
    for row in session.scalars(select(StaffStore)):
        stores.setdefault(row.staff_id, []).append(row.store_id)
    cards = [
        StaffCard(
            id=staff.id,
            username=staff.username,
            name=staff.name,
            role=role,
            stores=None if staff.all_stores else tuple(stores.get(staff.id, ())),
            disabled=staff.disabled_at is not None,
        )
        for staff, role in rows
    ]
    if actor.stores is None:
        return cards
    return [card for card in cards if card.stores is None or any(map(actor.sees_store, card.stores))]


@dataclass(frozen=True)
class RoleCard:
    """A role, and how many people hold it (also those who no longer work here)."""

    id: int
    name: str
    permissions: frozenset[str]
    people: int


def list_roles(session: Session) -> list[RoleCard]:
    """Every role, in the order they were made."""
    held = select(func.count(Staff.id)).where(Staff.role_id == Role.id).scalar_subquery()
    rows = session.execute(select(Role, held).order_by(Role.id))
    return [RoleCard(role.id, role.name, frozenset(role.permissions), people) for role, people in rows]


def get_role(session: Session, role_id: int) -> RoleCard:
    """One role. Raises NotFound."""
    found = next((role for role in list_roles(session) if role.id == role_id), None)
    if found is None:
        raise NotFound("role_not_found")
    return found


def list_role_names(session: Session) -> list[str]:
    """The names of the roles, in the order they were made."""
    return list(session.scalars(select(Role.name).order_by(Role.id)))


def names_of_staff(session: Session, staff_ids: Collection[int]) -> dict[int, str]:
    """The names of some staff by id."""
    rows = session.execute(select(Staff.id, Staff.name).where(Staff.id.in_(staff_ids)))
    return {row[0]: row[1] for row in rows}


def actor_of_staff(session: Session, staff: Staff, origin: str = "") -> Actor:
    """What this member of staff may do, and where."""
    role = session.get_one(Role, staff.role_id)
    stores = None
    if not staff.all_stores:
        stores = frozenset(session.scalars(select(StaffStore.store_id).where(StaffStore.staff_id == staff.id)))
    return Actor("staff", staff.id, staff.name, frozenset(role.permissions), stores, origin)


def list_people_who_may(session: Session, permission: str) -> list[Staff]:
    """Everyone who works here and may use `permission`, in any store."""
    everybody = select(Staff, Role.permissions).join(Role).where(Staff.disabled_at.is_(None)).order_by(Staff.id)
    if is_for_whole_shop(permission):
        everybody = everybody.where(Staff.all_stores)
    rows = session.execute(everybody)
    return [staff for staff, held in rows if {permission, EVERYTHING} & set(held)]


def is_within_reach(session: Session, staff: Staff, actor: Actor) -> bool:
    """Whether `actor` is this person, or someone who may do no less than they do, in all of their stores."""
    if actor.kind == "staff" and actor.id == staff.id:
        return True
    other = actor_of_staff(session, staff)
    elsewhere = actor.stores is not None and (other.stores is None or not other.stores <= actor.stores)
    return not elsewhere and rules.covers(actor.permissions, other.permissions)


def ids_within_reach(session: Session, cards: Collection[StaffCard], actor: Actor) -> set[int]:
    """Which of these `is_within_reach`, asked together."""
    held = dict(session.execute(select(Role.name, Role.permissions)).tuples().all())
    return {
        card.id
        for card in cards
        if (actor.kind == "staff" and card.id == actor.id)
        or (
            (actor.stores is None or (card.stores is not None and set(card.stores) <= actor.stores))
            and rules.covers(actor.permissions, frozenset(held.get(card.role, ())))
        )
    }


def require_reach(session: Session, staff_id: int, *, actor: Actor) -> StaffCard:
    """Someone this actor may change: nobody changes who may do more than they do, or works in more stores. Raises NotFound, Forbidden."""
    card = get_staff_card(session, staff_id, actor=actor)
    if not is_within_reach(session, get_staff(session, staff_id), actor):
        raise Forbidden
    return card


def hold_person(session: Session, actor: Actor) -> None:
    """Until the transaction ends nothing else that holds this person (or token) goes on: so that a sum of what they did may be trusted."""
    row = {"staff": Staff.id, "token": ApiToken.id}.get(actor.kind)
    if row is not None:
        session.execute(select(row).where(row == actor.id).with_for_update(key_share=True))


@dataclass(frozen=True)
class TokenPass:
    """What a program may do, and when its token was last noted as used."""

    actor: Actor
    used_at: datetime | None


def find_token_pass(session: Session, token: str, origin: str = "") -> TokenPass | None:
    """What the bearer of this API token may do; None when the token is unknown or revoked."""
    row = session.connection().execute(_TOKEN, {"hash": runtime.keys().hash(token)}).first()
    return None if row is None else TokenPass(actor_of_token(session, row, origin), row.last_used_at)


def actor_of_token(session: Session, token: Any, origin: str = "") -> Actor:
    """What a program may do with this token (a row of api_tokens): its scopes, in its stores, as far as its maker may do it today."""
    scopes, stores = frozenset(token.scopes), None if token.stores is None else frozenset(token.stores)
    maker = session.get(Staff, token.made_by) if token.made_by is not None else None
    if maker is not None:
        theirs = actor_of_staff(session, maker)
        scopes = frozenset() if maker.disabled_at else rules.narrowed(scopes, theirs.permissions)
        if theirs.stores is not None:
            stores = theirs.stores if stores is None else stores & theirs.stores
    return Actor("token", token.id, token.name, scopes, stores, origin)


def list_tokens(session: Session) -> list[ApiToken]:
    """Every token, those that open something first, the newest first."""
    return list(session.scalars(select(ApiToken).order_by(ApiToken.revoked_at.is_not(None), ApiToken.id.desc())))


def get_staff_card(session: Session, staff_id: int, *, actor: Actor) -> StaffCard:
    """Someone who works in a store of this actor's. Raises NotFound."""
    found = next((card for card in list_staff(session, actor=actor) if card.id == staff_id), None)
    if found is None:
        raise NotFound("staff_not_found")
    return found


def has_password(staff: Staff | None, password: str) -> bool:
    """Whether it is this person's password; for nobody it takes as long and is wrong."""
    return rules.password_matches(staff.password_hash if staff else None, password)
