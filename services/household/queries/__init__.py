"""Looking up households: what members and staff see (`households`), and what a counter may take (`shares`)."""

from services.household.queries.households import (
    Household,
    InvitationView,
    Offer,
    PersonView,
    find_offer,
    get_household,
    get_person,
    list_invitations,
)
from services.household.queries.shares import Share, find_share, get_spent_today, why_stopped

__all__ = [
    "Household",
    "InvitationView",
    "Offer",
    "PersonView",
    "Share",
    "find_offer",
    "find_share",
    "get_household",
    "get_person",
    "get_spent_today",
    "list_invitations",
    "why_stopped",
]
