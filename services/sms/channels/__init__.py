"""Providers: each sends one code and says what became of it."""

from typing import Protocol

from services.sms.channels.aliyun import Aliyun
from services.sms.channels.contract import Contract
from services.sms.channels.tencent import Tencent
from services.sms.rules import Answer


class Channel(Protocol):
    """A way to a phone."""

    def send_code(self, phone: str, code: str, *, minutes: int, key: str) -> Answer:
        """Send `code`, good for `minutes`, to the 11 digits `phone`; the same `key` at every try of one message.

        Whatever the other side does is an answer, never an exception.
        """
        ...


def channel_of(contract: Contract) -> Channel:
    """The channel that this contract pays for."""
    return Aliyun(contract) if contract.provider == "aliyun" else Tencent(contract)


__all__ = ["Channel", "Contract", "channel_of"]
