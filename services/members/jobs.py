"""What time does to members; safe to run twice, anywhere."""

from services.members.commands.terms import follow_fields
from services.shared.database import transaction

AT_A_TIME = 500


def follow_searched_fields() -> None:
    """After a field's searching was switched: members are found by it, or are not any more."""
    more = True
    while more:
        with transaction() as session:
            more = follow_fields(session, limit=AT_A_TIME)
