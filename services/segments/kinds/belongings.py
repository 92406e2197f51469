"""Where the shop itself has put somebody: tags."""

from sqlalchemy import select

from services.segments.kinds.kind import Among, Kind
from services.segments.models import MemberTag
from services.segments.rules.parameters import ONE_OF, Chosen
from services.shared.words import N_

KINDS = (
    Kind(
        "tag", "profile", N_("标签"), N_("有标签%(which)s"), (Chosen("tag"),),
        lambda values, _scene: Among(select(MemberTag.member_id).where(MemberTag.tag_id.in_(values[ONE_OF]))),
    ),
)  # fmt: skip
