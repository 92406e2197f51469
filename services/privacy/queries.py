"""Reading what is known of a member, and of erasures."""

from services.privacy.erased import NAME, Line, list_erased, read_list
from services.privacy.minors import FIRST_YEAR, Package, collect_minors_package, find_due_year, list_minors_audits
from services.privacy.own_data import MONEY, collect_own_data, collect_own_rows, list_columns
from services.privacy.parts import PARTS, Part
from services.privacy.retention import HOLDS, SHOWN, Shown, count_proposals, get_last_seen, list_proposals

__all__ = [
    "FIRST_YEAR",
    "HOLDS",
    "MONEY",
    "NAME",
    "PARTS",
    "SHOWN",
    "Line",
    "Package",
    "Part",
    "Shown",
    "collect_minors_package",
    "collect_own_data",
    "collect_own_rows",
    "count_proposals",
    "find_due_year",
    "get_last_seen",
    "list_columns",
    "list_erased",
    "list_minors_audits",
    "list_proposals",
    "read_list",
]
