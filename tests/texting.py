"""A shop with an SMS contract: its provider is the strict simulator on this machine (tests/kit/sms_providers.py)."""

from typing import Any

from sqlalchemy import select

from services.shared import clock, database
from services.signin.commands.sms_codes import answer_asks
from services.sms import commands
from services.sms.jobs import deliver
from services.sms.models import SmsMessage, SmsSpending
from tests.cast import Cast
from tests.kit.sms_providers import SmsProviders


def contract(providers: SmsProviders, provider: str = "aliyun", **other: Any) -> dict[str, Any]:
    """What the owner of the account at the simulator would write."""
    return {
        "provider": provider,
        "active": True,
        "key_id": providers.key_id,
        "secret": providers.secret,
        "sign_name": providers.sign_name,
        "template": providers.template,
        "app_id": providers.app_id,
        "region": "ap-guangzhou",
        "with_minutes": False,
        "price": 5,
        "day_most": 100,
        "month_most": 1000,
    } | other


def sign_contract(shop: Cast, providers: SmsProviders, provider: str = "aliyun", **other: Any) -> None:
    """阿满 connects the shop."""
    with database.transaction() as session:
        commands.change_contract(session, contract(providers, provider, **other), actor=shop.owner, at=clock.now())


def work() -> None:
    """What the worker does about wishes and codes that are due."""
    answer_asks()
    deliver()


def rows() -> list[SmsMessage]:
    """Every message, in the order they were written."""
    with database.reading() as session:
        return list(session.scalars(select(SmsMessage).order_by(SmsMessage.id)))


def spent() -> dict[str, int]:
    """Messages by day and month."""
    with database.reading() as session:
        return {row.period: row.count for row in session.scalars(select(SmsSpending))}
