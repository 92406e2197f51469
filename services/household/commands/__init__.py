"""Commands of households: asking somebody in (`invitations`), and what holds for who is in (`people`)."""

from services.household.commands.erasing import forget_household
from services.household.commands.invitations import (
    cancel_invitation,
    cancel_open_invitations,
    create_invitation,
    join_household,
)
from services.household.commands.people import (
    change_limits,
    leave_household,
    pause_person,
    remove_person,
    require_shared,
    resume_person,
)

__all__ = [
    "cancel_invitation",
    "cancel_open_invitations",
    "change_limits",
    "create_invitation",
    "forget_household",
    "join_household",
    "leave_household",
    "pause_person",
    "remove_person",
    "require_shared",
    "resume_person",
]
