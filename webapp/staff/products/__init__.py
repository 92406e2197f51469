"""Products in the back office: list, page, editor, shelves. Whoever works here may say "sold out" on the list."""

from webapp.staff.products import editing, pages, shelves, sold_out

__all__ = ["editing", "pages", "shelves", "sold_out"]
