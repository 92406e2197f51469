"""Every kind of condition there is; the shop's own fields make more (own_fields.py). A new kind is one object here, nothing else.

Left out until there are reviews: their score.
"""

from collections.abc import Mapping

from services.segments.kinds import belongings, family, holdings, messages, own_fields, profile, purchases, visits
from services.segments.kinds.kind import Among, Kind, Row, Scene, Test

CATALOGUE: Mapping[str, Kind] = {
    kind.name: kind
    for module in (profile, family, purchases, visits, holdings, belongings, messages)
    for kind in module.KINDS
}
GROUPS = ("profile", "own", "family", "purchases", "visits", "holdings", "messages")

__all__ = ["CATALOGUE", "GROUPS", "Among", "Kind", "Row", "Scene", "Test", "own_fields"]
