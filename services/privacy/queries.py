"""Reading what is known of a member, and of erasures."""

from services.privacy.erased import NAME, Line, list_erased, read_list
from services.privacy.own_data import collect_own_data

__all__ = ["NAME", "Line", "collect_own_data", "list_erased", "read_list"]
