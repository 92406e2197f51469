"""Writing, publishing and closing forms; their links; taking what is sent, and deciding about it."""

from services.forms.commands.erasing import forget_submissions
from services.forms.commands.forms import (
    change_form,
    change_gift,
    close_form,
    create_form,
    edit_draft,
    note_export,
    publish_form,
)
from services.forms.commands.links import archive_form_link, create_form_link
from services.forms.commands.proposals import confirm_proposal, refuse_proposal
from services.forms.commands.submitting import submit_form

__all__ = [
    "archive_form_link",
    "change_form",
    "change_gift",
    "close_form",
    "confirm_proposal",
    "create_form",
    "create_form_link",
    "edit_draft",
    "forget_submissions",
    "note_export",
    "publish_form",
    "refuse_proposal",
    "submit_form",
]
