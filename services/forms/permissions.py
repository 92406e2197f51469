"""What may be allowed here."""

from services.shared.actors import for_whole_shop

FORMS_READ = "forms:read"
FORMS_CHANGE = for_whole_shop("forms:change")
FORM_GIFTS_CHANGE = for_whole_shop("form_gifts:change")  # what is given for a form
FORM_LINKS_CHANGE = "form_links:change"
FORM_ANSWERS_READ = "form_answers:read"
FORM_ANSWERS_EXPORT = "form_answers:export"
