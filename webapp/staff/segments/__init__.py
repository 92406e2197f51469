"""客群: conditions written, tried, saved; and the eight classes of RFM."""

from webapp.staff.segments import building, pages

__all__ = ["building", "pages"]
