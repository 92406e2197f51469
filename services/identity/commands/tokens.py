"""API tokens."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.audit import commands as audit
from services.identity import permissions
from services.identity.models import ApiToken
from services.shared import ids, runtime
from services.shared.actors import Actor
from services.shared.refusals import Invalid, NotFound
from services.shared.words import N_


def create_token(
    session: Session, name: str, scopes: Sequence[str], *, known: Iterable[str], actor: Actor, at: datetime
) -> str:
    """A new API token, returned once in clear. Raises Invalid for a scope that is not among `known` permissions."""
    actor.require(permissions.TOKENS_CREATE)
    unknown = sorted(set(scopes) - set(known) - {"all"})
    if unknown:
        raise Invalid({"scopes": [N_("没有这个权限")]}, scopes=", ".join(unknown))
    clear = f"ck_{ids.token()}"
    row = ApiToken(name=name, token_hash=runtime.keys().hash(clear), scopes=sorted(scopes), created_at=at)
    session.add(row)
    session.flush()
    audit.record(session, "tokens:create", ("token", row.id), actor=actor, at=at, changes={"scopes": sorted(scopes)})
    return clear


def revoke_tokens(session: Session, name: str, *, actor: Actor, at: datetime) -> int:
    """Every token of this name opens nothing from now on; how many. Raises NotFound when there is none that still does."""
    actor.require(permissions.TOKENS_CREATE)
    live = session.scalars(select(ApiToken).where(ApiToken.name == name, ApiToken.revoked_at.is_(None))).all()
    if not live:
        raise NotFound("token_not_found")
    for row in live:
        row.revoked_at = at
        audit.record(session, "tokens:revoke", ("token", row.id), actor=actor, at=at)
    return len(live)
