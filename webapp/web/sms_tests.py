"""Test messages cost as well: how many somebody may send."""

from datetime import datetime

from services.sms import rules
from webapp.web import edge


def count_test(at: datetime) -> None:
    """Count one against whoever asks. Raises TooMany."""
    for rule in rules.TESTS:
        edge.spend(rule, edge.actor().scope, at=at)
