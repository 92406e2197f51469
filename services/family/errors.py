"""What can be refused around families."""

from services.shared.refusals import Invalid, Refusal
from services.shared.words import N_


class ConsentNeeded(Invalid):
    """Somebody has to agree first: `kind` is children or health."""

    code = "consent_needed"

    def __init__(self, kind: str) -> None:
        words = N_("要监护人先同意，才能记孩子的信息") if kind == "children" else N_("要先同意，才能记健康信息")
        super().__init__({f"{kind}_consent": [words]}, kind=kind)


class FamilyFull(Refusal):
    """More children or pregnancies than a family has."""

    code = "family_full"
    text = N_("记得太多了，先删掉不要的")


class PregnancyEnded(Refusal):
    """It is over already: the child was born, or somebody stopped gently."""

    code = "pregnancy_ended"
    text = N_("这一条已经结束了，不能再改")


class PlanChanged(Refusal):
    """Somebody else published a newer plan since this page was opened."""

    code = "plan_changed"
    text = N_("计划刚刚更新了，请再看一遍")
