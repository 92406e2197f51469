"""The settings in the back office: one editor for the whole typed list (services/stores/settings.py), group by group."""

from webapp.staff.settings import pages, sms

__all__ = ["pages", "sms"]
