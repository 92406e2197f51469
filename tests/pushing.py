"""Push in tests: phones and tills that subscribe to a strict push service on this machine, and a sale to be told of."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from services.members.models import Member
from services.messaging.jobs import deliver_due
from services.messaging.models import Delivery, Message
from services.orders.events import OrderCompleted
from services.shared import database
from services.shared.models import OutboxEntry
from tests.browse import Browser
from tests.kit.push_subscriptions import HeadlessSubscription
from tests.kit.pushservice import PushService
from tests.selling import Till

DOORS = {"member": "/api/v1/me/push-subscriptions", "staff": "/api/v1/staff/push-subscriptions"}


def admit(environ: dict[str, str], *services: PushService) -> dict[str, str]:
    """The environment of a shop that may send to these services."""
    hosts = ",".join(service.origin.removeprefix("http://") for service in services)
    return environ | {"CHANGKE_PUSH_EXTRA_HOSTS": hosts}


@dataclass
class Device:
    """A signed-in browser with a subscription at the push service."""

    browser: Browser
    at_service: HeadlessSubscription
    app: str = "member"

    @property
    def told(self) -> list[Any]:
        """The pushes that arrived and could be decrypted."""
        return self.at_service.payloads

    def subscribe(self, **other: Any) -> Any:
        """Tell the shop about the subscription, as the page's script does at every start."""
        info = self.at_service.info
        sent = {"endpoint": info["endpoint"], "keys": info["keys"]} | other
        return self.browser.api("POST", DOORS[self.app], sent)

    def ask_for_test(self) -> int:
        """The button of the notifications page; answers the status."""
        endpoint = self.at_service.endpoint
        return self.browser.api("POST", f"{DOORS[self.app]}/test", {"endpoint": endpoint}).status_code


def device(service: PushService, browser: Browser, app: str = "member") -> Device:
    """A device that is subscribed, here and there."""
    made = Device(browser, service.subscribe(), app)
    assert made.subscribe().status_code == 201
    return made


def phone(service: PushService, till: Till, member: Member | None = None) -> Device:
    """A phone of the till's member (or of another) that receives pushes."""
    return device(service, till.shop.phone(member or till.member))


def sell(till: Till, member: Member | None = None) -> Any:
    """A coffee for ¥22.00; the order."""
    return till.sell(till.line("拿铁"), member=member or till.member)


def deliver() -> dict[str, int]:
    """Send what is due now; how many ended how."""
    return dict(deliver_due())


def deliveries() -> list[Delivery]:
    """Every delivery, in the order they were written."""
    with database.reading() as session:
        return list(session.scalars(select(Delivery).order_by(Delivery.id)))


def messages() -> list[Message]:
    """Every inbox row, in the order they were written."""
    with database.reading() as session:
        return list(session.scalars(select(Message).order_by(Message.id)))


def last_sale() -> OrderCompleted:
    """The event of the last sale, as the outbox carried it."""
    with database.reading() as session:
        entry = session.scalars(
            select(OutboxEntry).where(OutboxEntry.reaction == "checkout.tell_member").order_by(OutboxEntry.id.desc())
        ).first()
    assert entry is not None
    return OrderCompleted(**entry.payload)
