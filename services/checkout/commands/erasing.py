"""Carts that waited for a member who is erased."""

from sqlalchemy import delete
from sqlalchemy.orm import Session

from services.checkout.models import ParkedCart
from services.shared.wiping import Traces, wipe


def forget_parked_carts(session: Session, member_id: int, traces: Traces) -> None:
    """Drop the member's carts; the labels of others name them no more."""
    session.execute(delete(ParkedCart).where(ParkedCart.member_id == member_id))
    wipe(session, ParkedCart, ("label", "cart"), traces)
