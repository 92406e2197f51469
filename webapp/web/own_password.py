"""The password of whoever is signed in, asked again. Guesses count together with those at the door."""

from services.identity import queries as identity
from services.identity.models import Staff
from services.shared import clock, limits
from services.shared.refusals import Invalid
from services.shared.words import N_
from webapp.web import edge, people

# quality.md: at most 10 guesses per 15 minutes and account, wherever they are made.
GUESSES = limits.Rule("staff_sign_in:account", most=10, seconds=900)


def require_own_password(password: str, *, field: str = "password") -> Staff:
    """Raise Invalid beside `field` unless it is the password of the member of staff who is signed in, TooMany after too many guesses.

    Slow on purpose, so never inside a writing transaction.
    """
    (person, _session_id), at = people.signed_in(), clock.now()
    staff = identity.get_staff(edge.read(), int(person.actor.id or 0))
    edge.spend(GUESSES, staff.username, at=at)
    if not identity.has_password(identity.get_staff(edge.read(), staff.id), password):
        raise Invalid({field: [N_("现在的密码不对")]}, "wrong_password")
    edge.clear(GUESSES, staff.username)
    return staff
