"""Looking up what waits for a second person, and who could be one."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Literal

from sqlalchemy import ColumnElement, and_, func, or_, select, true
from sqlalchemy.orm import Session

from services.approvals.errors import ApprovalNeeded, ApprovalNotFound
from services.approvals.models import Approval
from services.approvals.permissions import APPROVALS_DECIDE, APPROVALS_READ
from services.approvals.rules import APPROVED, EXPORT, KINDS, RULE_SETTINGS, SWITCHED, WAITING, export_terms, state_of
from services.audit.models import AuditEntry
from services.identity.models import ApiToken, Staff, StaffStore
from services.identity.queries import list_people_who_may, names_of_staff
from services.shared.actors import Actor
from services.stores.queries import load_settings

Shown = Literal["waiting", "done"]
LATELY = timedelta(hours=24)
LATELY_REMADE = timedelta(days=7)
_REMADE = ("staff:create", "staff:change", "staff:enable", "staff:set_password", "recovery_codes:show")


@dataclass(frozen=True)
class ApprovalView:
    """A request as somebody sees it. `state` is what it has come to by now; `own`: they asked for it, themselves or by a token of theirs;
    `may_decide`: it waits for them."""

    id: int
    kind: str
    state: str
    member_id: int | None
    store_id: int | None
    amount: int
    terms: Mapping[str, Any]
    reason: str
    asked_kind: str
    asked_by: int
    asked_name: str
    origin: str
    asked_at: datetime
    expires_at: datetime
    decided_by: int | None
    decided_name: str
    decided_at: datetime | None
    note: str
    usable_until: datetime | None
    used_at: datetime | None
    own: bool
    may_decide: bool


def list_approvals(
    session: Session, shown: Shown, *, actor: Actor, at: datetime, after: int | None = None, limit: int = 50
) -> list[ApprovalView]:
    """What waits, or what is over, the newest first: the own requests, and those that this actor might decide. Raises Forbidden."""
    actor.require(APPROVALS_READ)
    waits = and_(Approval.state == WAITING, Approval.expires_at > at)
    query = select(Approval).where(_sees(actor), waits if shown == "waiting" else ~waits)
    if after is not None:
        query = query.where(Approval.id < after)
    rows = list(session.scalars(query.order_by(Approval.id.desc()).limit(limit)))
    deciders = {row.decided_by for row in rows if row.decided_by is not None}
    names = names_of_staff(session, deciders) if deciders else {}
    return [view_of(session, row, names.get(row.decided_by or 0, ""), actor=actor, at=at) for row in rows]


def count_for_me(session: Session, *, actor: Actor, at: datetime) -> int:
    """How many wait for this actor's word."""
    if not actor.may(APPROVALS_DECIDE) or actor.kind != "staff":
        return 0
    waits = and_(Approval.state == WAITING, Approval.expires_at > at)
    query = select(func.count()).select_from(Approval).where(waits, _within_reach(actor), ~_own(actor))
    return session.scalar(query) or 0


def get_approval(session: Session, approval_id: int, *, actor: Actor, at: datetime) -> ApprovalView:
    """One request. Raises NotFound also where the actor may not see it, Forbidden."""
    actor.require(APPROVALS_READ)
    row = session.scalar(select(Approval).where(Approval.id == approval_id, _sees(actor)))
    if row is None:
        raise ApprovalNotFound
    names = names_of_staff(session, {row.decided_by}) if row.decided_by is not None else {}
    return view_of(session, row, names.get(row.decided_by or 0, ""), actor=actor, at=at)


def list_deciders(session: Session, kind: str, store_id: int | None, *, but: int | None = None) -> list[Staff]:
    """Everyone who works here and may decide requests of this kind in that store, without one of them (`but`)."""
    able = {person.id for person in list_people_who_may(session, KINDS[kind].permission)} - {but}
    people = [person for person in list_people_who_may(session, APPROVALS_DECIDE) if person.id in able]
    if store_id is None:
        return [person for person in people if person.all_stores] if kind == EXPORT else people
    here = set(session.scalars(select(StaffStore.staff_id).where(StaffStore.store_id == store_id)))
    return [person for person in people if person.all_stores or person.id in here]


def person_behind(session: Session, kind: str, asked_by: int) -> int | None:
    """Who asked: a program asks for the person who made its token. None where that is not known."""
    if kind == "staff":
        return asked_by
    token = session.get(ApiToken, asked_by)
    return token.made_by if token else None


def load_settings_in_force(session: Session, *, at: datetime) -> Mapping[str, Any]:
    """The shop's settings as they count for whoever acts now: what was loosened within the last 24 hours is still as strict as it was, for
    everybody. Whoever else decides has heard of it by then (`reactions.tell_of_loosening`)."""
    settings = dict(load_settings(session))
    lately = (AuditEntry.action == "settings:change", AuditEntry.at > at - LATELY)
    for changes in session.scalars(select(AuditEntry.changes).where(*lately)):
        was = {name: change[0] for name, change in changes.items() if name in RULE_SETTINGS}
        for kind in SWITCHED:
            settings[kind.switch] = settings[kind.switch] or was.get(kind.switch, False)
            if kind.above is not None:
                settings[kind.above] = min(settings[kind.above], was.get(kind.above, settings[kind.above]))
    return settings


def exports_need_approval(session: Session, *, at: datetime) -> bool:
    """Whether a full export needs a second person."""
    return bool(load_settings_in_force(session, at=at)[KINDS[EXPORT].switch])


def find_usable_export(
    session: Session, store_id: int | None, day: date | None, *, actor: Actor, at: datetime
) -> Approval | None:
    """The request of this actor for just this export that was agreed to within the last hour; None where there is none."""
    agreed = select(Approval).where(
        Approval.kind == EXPORT, Approval.state == APPROVED, Approval.usable_until > at, Approval.asked_kind == actor.kind,
        Approval.asked_by == actor.id,
    )  # fmt: skip
    terms = export_terms(store_id, day)
    return next((found for found in session.scalars(agreed.order_by(Approval.id)) if found.terms == terms), None)


def require_agreed_export(
    session: Session, store_id: int | None, day: date | None, *, actor: Actor, at: datetime
) -> None:
    """Raise ApprovalNeeded where the shop wants a second person for exports and none has agreed to just this one lately."""
    if exports_need_approval(session, at=at) and not find_usable_export(session, store_id, day, actor=actor, at=at):
        raise ApprovalNeeded


def are_entwined(session: Session, approval: Approval, actor: Actor, *, at: datetime) -> bool:
    """Whether who asked and this actor hang together by accounts that were lately made, changed or opened: one for the other, or over any
    number of others between. Whoever holds the password of one of them may hold those of all. What a program did counts as its maker's."""
    asker = _node(session, approval.asked_kind, approval.asked_by)
    lately = (AuditEntry.at > at - LATELY_REMADE, AuditEntry.action.in_(_REMADE), AuditEntry.subject_kind == "staff")
    acts = select(AuditEntry.actor_kind, AuditEntry.actor_id, AuditEntry.subject_id).where(*lately).distinct()
    reached, left = (
        {_node(session, actor.kind, actor.id or 0)},
        [
            {_node(session, kind, by), ("staff", whose)}
            for kind, by, whose in session.execute(acts)
            if by is not None and whose is not None
        ],
    )
    while touched := [pair for pair in left if pair & reached]:
        left = [pair for pair in left if not pair & reached]
        reached |= set[tuple[str, int]]().union(*touched)
    return asker in reached


def _node(session: Session, kind: str, acting: int) -> tuple[str, int]:
    person = person_behind(session, kind, acting) if kind in {"staff", "token"} else None
    return (kind, acting) if person is None else ("staff", person)


def may_decide(approval: Approval, actor: Actor) -> bool:
    """Whether this actor might decide it, were it not their own: they may decide, and may do what was asked for, in its store."""
    store = approval.store_id
    if approval.kind == EXPORT and store is None and actor.stores is not None:
        return False  # the log of every store
    return (
        actor.kind == "staff"
        and actor.may(APPROVALS_DECIDE, store)
        and actor.may(KINDS[approval.kind].permission, store)
    )


def is_own(session: Session, approval: Approval, actor: Actor) -> bool:
    """Whether this actor asked for it, by hand or by a token that they made."""
    if (approval.asked_kind, approval.asked_by) == (actor.kind, actor.id):
        return True
    return actor.kind == "staff" and person_behind(session, approval.asked_kind, approval.asked_by) == actor.id


def view_of(session: Session, row: Approval, decided_name: str = "", *, actor: Actor, at: datetime) -> ApprovalView:
    """A request as this actor sees it."""
    own, state = is_own(session, row, actor), state_of(row.state, row.expires_at, at)
    return ApprovalView(
        row.id, row.kind, state, row.member_id, row.store_id, row.amount, row.terms, row.reason, row.asked_kind, row.asked_by,
        row.asked_name, row.origin, row.asked_at, row.expires_at, row.decided_by, decided_name, row.decided_at, row.note,
        row.usable_until, row.used_at, own, state == WAITING and not own and may_decide(row, actor),
    )  # fmt: skip


def _sees(actor: Actor) -> ColumnElement[bool]:
    return or_(_own(actor), _within_reach(actor))


def _own(actor: Actor) -> ColumnElement[bool]:
    by_hand = and_(Approval.asked_kind == actor.kind, Approval.asked_by == actor.id)
    if actor.kind != "staff":
        return by_hand
    tokens = select(ApiToken.id).where(ApiToken.made_by == actor.id)
    return or_(by_hand, and_(Approval.asked_kind == "token", Approval.asked_by.in_(tokens)))


def _within_reach(actor: Actor) -> ColumnElement[bool]:
    kinds = [name for name, kind in KINDS.items() if actor.may(kind.permission)]
    everywhere = and_(
        Approval.store_id.is_(None), Approval.kind != EXPORT
    )  # the log of every store is for who sees every store
    stores = true() if actor.stores is None else or_(everywhere, Approval.store_id.in_(actor.stores))
    return and_(Approval.kind.in_(kinds), stores)
