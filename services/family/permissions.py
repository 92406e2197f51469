"""What may be allowed here."""

from services.shared.actors import for_whole_shop

CHILDREN_CREATE = "children:create"  # add children and pregnancies, say what was vaccinated, stop gently
CHILDREN_REVEAL = "children:reveal"  # what is masked elsewhere, of one family, written down
CHILDREN_CHANGE = "children:change"  # change and remove what there is
VACCINATION_PLANS_CREATE = for_whole_shop("vaccination_plans:create")
