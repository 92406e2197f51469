"""Looking up members, their consents and registration links."""

from services.members.queries.cards import (
    MemberCard,
    find_member_by_number,
    find_member_by_phone,
    get_birthday_near,
    get_cards,
    get_member,
    list_recent_members,
    show_name,
)
from services.members.queries.consents import ConsentCard, Reader, find_consent, find_reader, list_consents
from services.members.queries.links import (
    LinkCard,
    get_open_link,
    get_registration_link,
    list_registration_links,
)
from services.members.queries.lists import DORMANT, STATES, Filter, count_members, list_members, search_members

__all__ = [
    "DORMANT",
    "STATES",
    "ConsentCard",
    "Filter",
    "LinkCard",
    "MemberCard",
    "Reader",
    "count_members",
    "find_consent",
    "find_member_by_number",
    "find_member_by_phone",
    "find_reader",
    "get_birthday_near",
    "get_cards",
    "get_member",
    "get_open_link",
    "get_registration_link",
    "list_consents",
    "list_members",
    "list_recent_members",
    "list_registration_links",
    "search_members",
    "show_name",
]
