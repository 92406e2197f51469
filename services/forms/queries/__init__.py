"""Looking up forms, links, submissions and what they say."""

from services.forms.queries.forms import FormCard, get_form, get_version, list_askable, list_form_page, list_forms
from services.forms.queries.links import LinkCard, OpenForm, get_link, get_open_form, list_links
from services.forms.queries.submissions import (
    Answer,
    SubmissionCard,
    count_waiting,
    find_waiting,
    get_submission,
    list_differences,
    list_submissions,
    list_told,
    list_waiting,
    load_seen,
    tell_answers,
    walk_submissions,
)
from services.forms.queries.summary import Tally, summarize

__all__ = [
    "Answer",
    "FormCard",
    "LinkCard",
    "OpenForm",
    "SubmissionCard",
    "Tally",
    "count_waiting",
    "find_waiting",
    "get_form",
    "get_link",
    "get_open_form",
    "get_submission",
    "get_version",
    "list_askable",
    "list_differences",
    "list_form_page",
    "list_forms",
    "list_links",
    "list_submissions",
    "list_told",
    "list_waiting",
    "load_seen",
    "summarize",
    "tell_answers",
    "walk_submissions",
]
