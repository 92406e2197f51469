"""The owner's words for a purpose: published once, never changed; what was agreed to can always be read again."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from services.audit import commands as audit
from services.members import permissions
from services.members.errors import WordsChanged
from services.members.models import ConsentText
from services.members.queries.consents import load_consent_texts
from services.members.rules.purposes import BY_KIND, next_version
from services.shared.actors import Actor
from services.shared.refusals import Invalid
from services.shared.words import N_


def publish_consent_text(
    session: Session, kind: str, words: str, *, anew: bool, over: str = "", actor: Actor, at: datetime
) -> ConsentText:
    """The next version of a purpose's words. `anew`: until members agree again, what they agreed to before holds no more.

    `over`: the version that was changed; raises WordsChanged where somebody has published another since, Invalid for what changes nothing.
    """
    actor.require(permissions.CONSENT_TEXTS_CREATE)
    if kind not in BY_KIND:
        raise Invalid({"kind": [N_("请从列表里选")]})
    now = load_consent_texts(session)[kind]
    if over and over != now.version:
        raise WordsChanged
    if words == now.words:
        raise Invalid({"words": [N_("和现在的一样，没有要发布的")]})
    used = list(session.scalars(select(ConsentText.version).where(ConsentText.kind == kind)))
    by = actor.id if actor.kind == "staff" else None
    text = ConsentText(kind=kind, version=next_version(used), words=words, anew=anew, published_by=by, published_at=at)
    try:
        with session.begin_nested():
            session.add(text)
            session.flush()
    except IntegrityError:  # somebody else was faster
        raise WordsChanged from None
    changes = {"kind": kind, "version": [now.version, text.version], "anew": anew}
    audit.record(session, "consent_texts:create", ("consent_text", text.id), actor=actor, at=at, changes=changes)
    return text
