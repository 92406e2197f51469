"""表单: forms that people fill in behind a link: written, hung up as posters, read."""

from webapp.staff.own_forms import answers, building, links, pages, proposals

__all__ = ["answers", "building", "links", "pages", "proposals"]
