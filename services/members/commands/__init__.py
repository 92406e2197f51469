"""Changing members, their consents, facts and registration links."""

from services.members.commands.consents import give_consent, withdraw_consent
from services.members.commands.facts import record_order, record_refund, restate_visits
from services.members.commands.links import archive_registration_link, create_registration_link
from services.members.commands.members import (
    archive_member,
    change_member,
    change_own_profile,
    create_member,
    register,
    restore_member,
)

__all__ = [
    "archive_member",
    "archive_registration_link",
    "change_member",
    "change_own_profile",
    "create_member",
    "create_registration_link",
    "give_consent",
    "record_order",
    "record_refund",
    "register",
    "restate_visits",
    "restore_member",
    "withdraw_consent",
]
