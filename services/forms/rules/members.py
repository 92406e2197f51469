"""What answers say of a member: as the commands of members and families take it, and which of it is news."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from services.forms.rules.documents import Document, Question
from services.members.rules.birthdays import Birthday

IN_FAMILY = ("child", "due_date")
OF_PROFILE = ("name", "gender", "birthday", "own")


@dataclass(frozen=True)
class Difference:
    """A question whose answer is not what is known of the member: `before` (None: nothing is known) and `after`, as answers are kept; less
    of both where it is `hidden` from the reader."""

    question: Question
    before: Any
    after: Any
    hidden: bool = False


def profile_of(document: Document, values: Mapping[str, Any], *, only: Collection[str] | None = None) -> dict[str, Any]:
    """The part of the profile that was answered (to the questions `only`): columns of a member, and `fields` by their key."""
    told: dict[str, Any] = {}
    own: dict[str, Any] = {}
    for question, value in answered(document, values, only):
        if question.kind in {"name", "gender"}:
            told[question.kind] = value
        elif question.kind == "birthday":
            told |= Birthday(**value).columns()
        elif question.kind == "own":
            own[question.field] = value
    return told | ({"fields": own} if own else {})


def family_of(
    document: Document, values: Mapping[str, Any], *, only: Collection[str] | None = None
) -> list[tuple[Question, dict[str, Any]]]:
    """Children and pregnancies that were answered, each as the family's schema loads it, without consent."""
    found: list[tuple[Question, dict[str, Any]]] = []
    for question, value in answered(document, values, only):
        if question.kind == "child":
            found.append((question, {**value, "born_on": date.fromisoformat(value["born_on"])}))
        elif question.kind == "due_date":
            found.append((question, {"due_on": date.fromisoformat(value)}))
    return found


def answered(
    document: Document, values: Mapping[str, Any], only: Collection[str] | None = None
) -> list[tuple[Question, Any]]:
    """Questions that were answered, with the answer."""
    return [(each, values[each.key]) for each in document if each.key in values and (only is None or each.key in only)]


def settled(document: Document, values: Mapping[str, Any]) -> dict[str, Any]:
    """The answers as they are kept once the member has them: what was told of children and pregnancies lies in the family alone, so that
    it goes when it is removed there."""
    family = {each.key for each in document if each.kind in IN_FAMILY}
    return {key: True if key in family else value for key, value in values.items()}
