"""Which interactions there are, and until when their writer may take one back."""

from datetime import datetime, timedelta

from services.shared.words import N_

CALL, VISIT, CONSULTATION, SERVICE, NOTE = "call", "visit", "consultation", "service", "note"
KINDS = {
    CALL: N_("电话"), VISIT: N_("到访"), CONSULTATION: N_("咨询"), SERVICE: N_("服务"), NOTE: N_("随手记"),
}  # fmt: skip
OWN = timedelta(days=1)  # so long whoever wrote it may take it back; afterwards it needs `interactions:remove`
LATEST = timedelta(minutes=5)  # clocks of phones differ


def may_take_back(written_by: int | None, written_at: datetime, reader: int | None, at: datetime) -> bool:
    """Whether this person wrote it, and not long ago."""
    return written_by is not None and written_by == reader and at - written_at <= OWN
