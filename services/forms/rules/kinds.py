"""The kinds of questions that there are."""

from collections.abc import Mapping
from dataclasses import dataclass

PROFILE, FAMILY, OWN, CONSENT, SURVEY = "profile", "family", "own", "consent", "survey"
GROUPS = (PROFILE, FAMILY, OWN, CONSENT, SURVEY)
REGISTRATION, POLL, EVENT = "registration", "survey", "event"
PURPOSES = (REGISTRATION, POLL, EVENT)  # what a form is for


@dataclass(frozen=True)
class Kind:
    """A kind of question: `once` where a form may ask it one time only; `of_member` where the answer is kept with the member (and so needs
    one); `decides` where a condition may look at the answer; `chosen` where the owner writes the choices."""

    name: str
    group: str
    once: bool = False
    of_member: bool = False
    decides: bool = False
    chosen: bool = False


KINDS: Mapping[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind("phone", PROFILE, once=True),
        Kind("name", PROFILE, once=True, of_member=True),
        Kind("gender", PROFILE, once=True, of_member=True, decides=True),
        Kind("birthday", PROFILE, once=True, of_member=True),
        Kind("child", FAMILY, of_member=True),
        Kind("due_date", FAMILY, once=True, of_member=True),
        Kind("own", OWN, of_member=True, decides=True),
        Kind("marketing", CONSENT, once=True, of_member=True),
        Kind("text", SURVEY),
        Kind("words", SURVEY),
        Kind("choice", SURVEY, decides=True, chosen=True),
        Kind("choices", SURVEY, decides=True, chosen=True),
        Kind("rating", SURVEY, decides=True),
        Kind("yes_no", SURVEY, decides=True),
        Kind("number", SURVEY),
        Kind("date", SURVEY),
    )
}
RATINGS = (1, 2, 3, 4, 5)
FIXED = {  # what may be answered where neither the owner nor a field says so
    "gender": ("female", "male", "unknown"),
    "rating": tuple(str(each) for each in RATINGS),
    "yes_no": ("1", "0"),
}
