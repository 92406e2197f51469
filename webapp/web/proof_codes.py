"""How many one-time codes a member may be sent, to be said at a counter: for a spending, or for a merge of two cards."""

from datetime import datetime

from services.shared import limits
from webapp.web import edge

CODES = (  # quality.md: 1 a minute, 5 an hour, 10 a day
    limits.Rule("proof_codes:minute", most=1, seconds=60),
    limits.Rule("proof_codes:hour", most=5, seconds=3600),
    limits.Rule("proof_codes:day", most=10, seconds=86400),
)


def count(member_id: int, at: datetime) -> None:
    """Count one more. Raises TooMany."""
    for rule in CODES:
        edge.spend(rule, f"member:{member_id}", at=at)
