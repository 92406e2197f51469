"""Changing members, their consents, facts and registration links."""

from services.members.commands.bulk import end_consents, open_members, put_away, put_back
from services.members.commands.consent_texts import publish_consent_text
from services.members.commands.consents import give_consent, note_consent, withdraw_consent
from services.members.commands.facts import (
    call_due,
    hold_due,
    note_living,
    record_order,
    record_refund,
    restate_visits,
    write_facts,
)
from services.members.commands.links import archive_registration_link, create_registration_link
from services.members.commands.members import (
    archive_member,
    change_member,
    change_own_profile,
    change_phone,
    create_member,
    open_card,
    register,
    release_phone,
    restore_member,
)
from services.members.commands.reveals import REVEALS, reveal_member

__all__ = [
    "REVEALS",
    "archive_member",
    "archive_registration_link",
    "call_due",
    "change_member",
    "change_own_profile",
    "change_phone",
    "create_member",
    "create_registration_link",
    "end_consents",
    "give_consent",
    "hold_due",
    "note_consent",
    "note_living",
    "open_card",
    "open_members",
    "publish_consent_text",
    "put_away",
    "put_back",
    "record_order",
    "record_refund",
    "register",
    "release_phone",
    "restate_visits",
    "restore_member",
    "reveal_member",
    "withdraw_consent",
    "write_facts",
]
