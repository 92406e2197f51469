"""Asking for a second person, deciding, taking it back; and the settings that ask for one."""

from services.approvals.commands.asking import ask_for_export, ask_for_merge, do_or_ask
from services.approvals.commands.deciding import approve, decline, withdraw
from services.approvals.commands.erasing import forget_words_of_approvals
from services.approvals.commands.exporting import use_export
from services.approvals.commands.settings import change_settings

__all__ = [
    "approve",
    "ask_for_export",
    "ask_for_merge",
    "change_settings",
    "decline",
    "do_or_ask",
    "forget_words_of_approvals",
    "use_export",
    "withdraw",
]
