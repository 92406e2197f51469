"""The holder of a household is asked in the app, where somebody wants to pay much from their wallet (neither domain knows the other)."""

from datetime import datetime

from sqlalchemy.orm import Session

from services.household import texts
from services.household.errors import ShareEnded
from services.household.queries import find_share
from services.members.queries import get_member
from services.shared.actors import Actor
from services.signin import commands as signin
from services.signin.models import SpendingProof
from services.stores.queries import load_settings


def ask_holder(
    session: Session, member_id: int, most: int, *, store_id: int, actor: Actor, at: datetime
) -> SpendingProof:
    """Ask whoever shares their account with this member to confirm up to `most` fen. Raises ShareEnded where nobody does now."""
    share = find_share(session, member_id, at=at)
    if share is None or share.stopped:
        raise ShareEnded
    name, language = get_member(session, member_id).veiled_name, str(load_settings(session)["shop.language"])
    words = texts.asked(language, name=name)
    return signin.ask_for_confirmation(session, share.holder_id, most, words, store_id=store_id, actor=actor, at=at)
