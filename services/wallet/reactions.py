"""What follows a change of a wallet: a word to the member (domain.md, *Roles*: a notice of each balance change)."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.members.queries import find_reader
from services.messaging import commands as messaging
from services.messaging.texts import Text
from services.shared import clock
from services.stores.queries import load_settings
from services.wallet import texts
from services.wallet.events import PaidOut, ToppedUp, WalletAdjusted
from services.wallet.models import Payout, TopUp, WalletEntry

STATEMENT = "/member/wallet/statement"
NEWS = timedelta(days=1)  # what was booked later than that (a migration, a replay) is nothing to be told of


def tell_of_top_up(session: Session, event: ToppedUp) -> None:
    """Say in the inbox, once, what came in and what there is now, and on the way to the member's devices."""
    language = _language(session, event.member_id)
    if language is None:
        return
    text = texts.topped_up(
        language, credited=event.principal + event.bonus, bonus=event.bonus, points=event.points, coupons=event.coupons,
        balance=event.principal_after + event.bonus_after,
    )  # fmt: skip
    top_up = session.get_one(TopUp, event.top_up_id)
    path = f"/member/wallet/top-ups/{top_up.id}"
    _send(session, event.member_id, text, key=f"top_up:{top_up.id}", path=path, language=language, at=top_up.at)


def tell_of_payout(session: Session, event: PaidOut) -> None:
    """Say what went back and how."""
    language = _language(session, event.member_id)
    if language is None:
        return
    payout = session.get_one(Payout, event.payout_id)
    text = texts.paid_out(language, amount=payout.amount, tender=payout.tender, reason=payout.reason)
    _send(session, event.member_id, text, key=f"payout:{payout.id}", path=STATEMENT, language=language, at=payout.at)


def tell_of_adjustment(session: Session, event: WalletAdjusted) -> None:
    """Say what was given or taken by hand, and why."""
    language = _language(session, event.member_id)
    if language is None:
        return
    entry = session.scalars(select(WalletEntry).where(WalletEntry.key == event.entry_key)).one()
    text = texts.adjusted(
        language, amount=entry.principal + entry.bonus, balance=entry.principal_after + entry.bonus_after, reason=entry.note
    )  # fmt: skip
    _send(session, event.member_id, text, key=f"wallet:{entry.id}", path=STATEMENT, language=language, at=entry.at)


def _language(session: Session, member_id: int) -> str | None:
    """In which language to write; None to somebody who was erased. What became of their money is told to the silent too."""
    reader = find_reader(session, member_id)
    return None if reader.erased else reader.language or str(load_settings(session)["shop.language"])


def _send(session: Session, member_id: int, text: Text, *, key: str, path: str, language: str, at: datetime) -> None:
    if clock.now() - at > NEWS:
        return
    messaging.send_message(
        session, member_id, key=key, category="service", text=text, path=path, language=language, at=at
    )
