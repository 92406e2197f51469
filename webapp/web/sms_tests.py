"""Test messages cost as well: how many somebody may send."""

from datetime import datetime

from services.sms import rules
from webapp.web import edge


def count_test(at: datetime) -> None:
    """Count one against whoever asks; a repeated request sends nothing again, and counts nothing. Raises TooMany, KeyMissing."""
    if edge.answered() is not None:
        return
    for rule in rules.TESTS:
        edge.spend(rule, edge.actor().scope, at=at)
