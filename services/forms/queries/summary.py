"""What the answers of a survey say together."""

from collections import Counter
from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from services.forms.queries.forms import get_form, get_version
from services.forms.queries.submissions import load_seen, may_see, walk_submissions
from services.forms.rules.documents import Document, Question, as_key
from services.forms.rules.members import answered
from services.shared.actors import Actor

MOST = 5000  # of the newest: each is opened to be counted
LATEST = 5  # texts that are shown
COUNTED = frozenset({"choice", "choices", "rating", "yes_no", "gender", "own"})


@dataclass
class Tally:
    """How a question was answered: by whom many, how often each answer came, and the latest texts. `total` is the sum of ratings."""

    question: Question
    answers: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    texts: list[str] = field(default_factory=list)

    @property
    def total(self) -> int:
        """The ratings added up."""
        return sum(int(key) * count for key, count in self.counts.items()) if self.question.kind == "rating" else 0

    @property
    def average(self) -> str:
        """The average rating with one place, rounded half up; empty where there is none."""
        if not self.total:
            return ""
        tenths = (self.total * 20 + self.answers) // (self.answers * 2)
        return f"{tenths // 10}.{tenths % 10}"


def summarize(session: Session, form_id: int, *, actor: Actor) -> tuple[int, list[Tally]]:
    """How many of the newest submissions were counted (refused ones are not), and each question with what was answered to it, also to
    versions that asked it before. What this actor may not see is left out."""
    form = get_form(session, form_id)
    seen = load_seen(session, actor=actor)
    found: dict[tuple[str, str], Tally] = {}
    versions: dict[int, Document] = {}
    if form.version is not None:
        versions[form.version] = get_version(session, form_id, form.version)
        found = {(each.key, each.kind): Tally(each) for each in versions[form.version] if may_see(actor, each, seen)}
    counted = 0
    for card in walk_submissions(session, form_id, actor=actor, most=MOST):
        if card.state == "refused":
            continue
        counted += 1
        if card.version not in versions:
            versions[card.version] = get_version(session, form_id, card.version)
        for question, value in answered(versions[card.version], card.answers):
            if may_see(actor, question, seen):
                _count(found.setdefault((question.key, question.kind), Tally(question)), value)
    return counted, [each for each in found.values() if each.question.kind not in {"phone", "name", "birthday"}]


def _count(tally: Tally, value: object) -> None:
    tally.answers += 1
    if tally.question.kind in COUNTED:
        tally.counts.update(as_key(each) for each in (value if isinstance(value, list) else [value]))
    elif isinstance(value, str) and len(tally.texts) < LATEST:
        tally.texts.append(value)
