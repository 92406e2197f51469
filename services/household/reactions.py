"""What follows when a household changes: a word to the other side; and links end when somebody reports misuse."""

from datetime import datetime

from sqlalchemy.orm import Session

from services.household import texts
from services.household.commands import cancel_open_invitations
from services.household.events import HouseholdChanged
from services.members.queries import find_reader, get_member
from services.messaging import commands as messaging
from services.shared.actors import SYSTEM
from services.signin.events import SpendingFrozen
from services.stores.queries import load_settings

PAGE = "/member/me/household"
BY_OTHERS = {"joined", "left"}  # what the holder did not do


def tell_of_household(session: Session, event: HouseholdChanged) -> None:
    """Say to who did not do it, once, what is other now."""
    holder_did = event.by == "member" and event.what not in BY_OTHERS
    for to_id, other_id in ((event.holder_id, event.member_id), (event.member_id, event.holder_id)):
        to_holder = to_id == event.holder_id
        if (to_holder and holder_did) or (not to_holder and event.what in BY_OTHERS):
            continue
        reader = find_reader(session, to_id)
        if reader.erased:
            continue
        language = reader.language or str(load_settings(session)["shop.language"])
        name = get_member(session, other_id).veiled_name
        messaging.send_message(
            session, to_id, key=f"household:{event.what}:{event.member_id}:{event.at}", category="service",
            text=texts.changed(language, what=event.what, name=name, to_holder=to_holder), path=PAGE, language=language,
            at=datetime.fromisoformat(event.at),
        )  # fmt: skip


def stop_invitations(session: Session, event: SpendingFrozen) -> None:
    """Links of a member who reported misuse are over: a stranger may have made them."""
    cancel_open_invitations(session, event.member_id, actor=SYSTEM, at=datetime.fromisoformat(event.at))
