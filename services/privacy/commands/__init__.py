"""Everything one can do around personal data: erasing, taking it along, and what is done about those who were not seen for long."""

from services.privacy.commands.erasing import Erasure, erase_member, reapply
from services.privacy.commands.exports import note_export
from services.privacy.commands.minors import dismiss_minors_audit, make_minors_audit
from services.privacy.commands.proposals import choose_for_erasure, keep_members
from services.privacy.commands.retention import erase_chosen

__all__ = [
    "Erasure",
    "choose_for_erasure",
    "dismiss_minors_audit",
    "erase_chosen",
    "erase_member",
    "keep_members",
    "make_minors_audit",
    "note_export",
    "reapply",
]
