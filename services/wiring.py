"""The story of the system on one screen: who reacts to what, what runs when, who may do what."""

from collections.abc import Mapping

from services.audit.permissions import AUDIT_READ
from services.catalog.permissions import PRODUCTS_CHANGE, PRODUCTS_READ, PRODUCTS_SELL_OUT
from services.checkout.permissions import ORDERS_CREATE, QUOTES_CREATE
from services.identity.permissions import KIT_READ, STAFF_CHANGE, STAFF_READ, TOKENS_CREATE
from services.loyalty.permissions import POINTS_ADJUST, POINTS_READ
from services.members.permissions import MEMBERS_CHANGE, MEMBERS_CREATE, MEMBERS_READ, REGISTRATION_LINKS_CHANGE
from services.messaging.permissions import MESSAGES_READ, MESSAGES_SEND
from services.orders.permissions import ORDERS_READ
from services.shared import events, jobs
from services.shared.actors import EVERYTHING
from services.shared.events import Event, Reaction
from services.shared.jobs import Every, Job
from services.signin.permissions import SCANS_CREATE, SIGNIN_CODES_CREATE
from services.stores.permissions import SETTINGS_CHANGE, SETTINGS_READ, STORES_CHANGE, STORES_READ

# What happened → what the domains do about it, each in its own transaction.
REACTIONS: Mapping[type[Event], tuple[Reaction, ...]] = {}

# Work that other processes carry, by name.
JOBS: tuple[Job, ...] = ()

# What runs when; every job is safe to run twice.
SCHEDULE: Mapping[Job, Every] = {}

PERMISSIONS = frozenset(
    {
        AUDIT_READ, KIT_READ, MEMBERS_CHANGE, MEMBERS_CREATE, MEMBERS_READ, MESSAGES_READ, MESSAGES_SEND, ORDERS_CREATE,
        ORDERS_READ, POINTS_ADJUST, POINTS_READ, PRODUCTS_CHANGE, PRODUCTS_READ, PRODUCTS_SELL_OUT, QUOTES_CREATE,
        REGISTRATION_LINKS_CHANGE, SCANS_CREATE, SETTINGS_CHANGE, SETTINGS_READ, SIGNIN_CODES_CREATE, STAFF_CHANGE,
        STAFF_READ, STORES_CHANGE, STORES_READ, TOKENS_CREATE,
    }
)  # fmt: skip

_CASHIER = {
    MEMBERS_CHANGE, MEMBERS_CREATE, MEMBERS_READ, ORDERS_CREATE, ORDERS_READ, POINTS_READ, PRODUCTS_READ,
    PRODUCTS_SELL_OUT, QUOTES_CREATE, SCANS_CREATE, SIGNIN_CODES_CREATE, STORES_READ, SETTINGS_READ,
}  # fmt: skip

# The roles every shop starts with; the owner changes them later.
ROLES: Mapping[str, frozenset[str]] = {
    "owner": frozenset({EVERYTHING}),
    "manager": frozenset(_CASHIER | {AUDIT_READ, MESSAGES_READ, MESSAGES_SEND, POINTS_ADJUST, PRODUCTS_CHANGE,
                                     REGISTRATION_LINKS_CHANGE, STAFF_READ}),
    "cashier": frozenset(_CASHIER),
    "kitchen": frozenset({ORDERS_READ, PRODUCTS_READ, PRODUCTS_SELL_OUT, STORES_READ, SETTINGS_READ}),
}  # fmt: skip


# Commands without an audit line of their own, and why (tests/architecture keeps the list short and true).
UNAUDITED: Mapping[str, str] = {}

# Events that nobody reacts to yet.
SILENT: frozenset[str] = frozenset()


def wire() -> None:
    """Connect everything. Called once per process, before any work."""
    events.wire(REACTIONS)
    jobs.wire(JOBS, SCHEDULE)
