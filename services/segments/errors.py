"""What segments and tags refuse."""

from services.shared.refusals import Refusal
from services.shared.words import N_


class TagByRule(Refusal):
    """Only its rule gives and takes this tag."""

    code = "tag_by_rule"
    text = N_("这个标签按规则自动打，不能手动加减")


class TagByHand(Refusal):
    """A tag that people put on gets no rule: what they did would be lost."""

    code = "tag_by_hand"
    text = N_("手动的标签不能改成按规则，新建一个吧")
