"""Reading what is known of erasures."""

from services.privacy.erased import NAME, Line, list_erased, read_list

__all__ = ["NAME", "Line", "list_erased", "read_list"]
