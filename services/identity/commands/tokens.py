"""API tokens."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from services.audit import commands as audit
from services.identity import permissions, rules
from services.identity.models import ApiToken
from services.shared import ids, runtime
from services.shared.actors import EVERYTHING, Actor
from services.shared.refusals import Invalid, NotFound
from services.shared.words import N_
from services.stores.queries import list_stores


def create_token(
    session: Session,
    name: str,
    scopes: Sequence[str],
    stores: Collection[int] | None = None,
    *,
    known: Iterable[str],
    actor: Actor,
    at: datetime,
) -> tuple[ApiToken, str]:
    """A new API token, and what it is in clear: told this once. `stores` are ids, None for every store.

    Raises Invalid for a scope that is not among `known` permissions or that the actor does not hold, and for a store that is not there.
    """  # fmt: skip
    actor.require(permissions.TOKENS_CREATE)
    if set(scopes) - set(known) - {EVERYTHING}:
        raise Invalid({"scopes": [N_("没有这个权限")]})
    if not rules.covers(actor.permissions, frozenset(scopes)):
        raise Invalid({"scopes": [N_("你自己没有的权限不能给别人")]})
    if stores is not None and not set(stores) <= {store.id for store in list_stores(session, actor=actor)}:
        raise Invalid({"stores": [N_("没有这家门店")]})
    clear = f"ck_{ids.token()}"
    row = ApiToken(
        name=name,
        token_hash=runtime.keys().hash(clear),
        scopes=sorted(set(scopes)),
        stores=None if stores is None else sorted(set(stores)),
        made_by=_maker(session, actor),
        created_at=at,
    )
    session.add(row)
    session.flush()
    changes = {"name": name, "scopes": row.scopes, "stores": row.stores}
    audit.record(session, "tokens:create", ("token", row.id), actor=actor, at=at, changes=changes)
    return row, clear


def _maker(session: Session, actor: Actor) -> int | None:
    """Who answers for a token: a program's program is its maker's."""
    if actor.kind == "token":
        own = session.get(ApiToken, actor.id)
        return own.made_by if own else None
    return actor.id if actor.kind == "staff" else None


def touch_token(session: Session, token_id: int, *, at: datetime) -> None:
    """Note that a program came by."""
    session.execute(update(ApiToken).where(ApiToken.id == token_id).values(last_used_at=at))


def revoke_token(session: Session, token_id: int, *, actor: Actor, at: datetime) -> ApiToken:
    """This token opens nothing from now on; one that is revoked stays so. Raises NotFound."""
    actor.require(permissions.TOKENS_CREATE)
    row = session.get(ApiToken, token_id, with_for_update=True)
    if row is None:
        raise NotFound("token_not_found")
    if row.revoked_at is None:
        _close_token(session, row, actor, at)
    return row


def _close_token(session: Session, row: ApiToken, actor: Actor, at: datetime) -> None:
    row.revoked_at = at
    audit.record(session, "tokens:revoke", ("token", row.id), actor=actor, at=at, changes={"name": row.name})


def revoke_tokens_of(session: Session, staff_id: int, *, actor: Actor, at: datetime) -> None:
    """Whoever no longer works here leaves no program behind: every token they made, also by another token, opens nothing any more."""
    live = select(ApiToken).where(ApiToken.made_by == staff_id, ApiToken.revoked_at.is_(None)).with_for_update()
    for row in session.scalars(live).all():
        _close_token(session, row, actor, at)


def revoke_tokens(session: Session, name: str, *, actor: Actor, at: datetime) -> int:
    """Every token of this name opens nothing from now on; how many. Raises NotFound when there is none that still does."""
    actor.require(permissions.TOKENS_CREATE)
    live = session.scalars(select(ApiToken.id).where(ApiToken.name == name, ApiToken.revoked_at.is_(None))).all()
    if not live:
        raise NotFound("token_not_found")
    for token_id in live:
        revoke_token(session, token_id, actor=actor, at=at)
    return len(live)
