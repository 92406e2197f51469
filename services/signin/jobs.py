"""Forgetting sign-in codes and challenges that are long over. Their audit lines stay."""

from datetime import timedelta
from typing import Any

from sqlalchemy import delete, select

from services.shared import clock
from services.shared.database import transaction
from services.signin.models import (
    DevelopmentMail,
    DeviceCode,
    OneTimeCode,
    PasskeyChallenge,
    PhoneCode,
    PhoneQuestion,
    SecondStep,
)

CODES_KEPT = timedelta(days=1)
MAIL_KEPT = timedelta(days=7)
AT_A_TIME = 500  # rows in one transaction


def forget_ended() -> None:
    """Drop challenges and second steps once they are over, codes a day after they ended, and the development inbox after a week."""
    at = clock.now()
    while _forget(OneTimeCode, OneTimeCode.expires_at < at - CODES_KEPT):
        pass
    while _forget(PhoneCode, PhoneCode.expires_at < at - CODES_KEPT):
        pass
    while _forget(PhoneQuestion, PhoneQuestion.expires_at < at):
        pass
    while _forget(PasskeyChallenge, PasskeyChallenge.expires_at < at):
        pass
    while _forget(DeviceCode, DeviceCode.expires_at < at - CODES_KEPT):
        pass
    while _forget(SecondStep, SecondStep.expires_at < at):
        pass
    while _forget(DevelopmentMail, DevelopmentMail.created_at < at - MAIL_KEPT):
        pass


def _forget(table: Any, over: Any) -> bool:
    with transaction() as session:
        ids = session.scalars(select(table.id).where(over).limit(AT_A_TIME)).all()
        session.execute(delete(table).where(table.id.in_(ids)))
    return len(ids) == AT_A_TIME
