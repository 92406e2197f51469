"""RFM 分类: the eight classes, how they changed since the month began, and the way to each as a segment."""

from flask import render_template

from services.segments import queries
from services.segments.permissions import SEGMENTS_READ
from services.segments.rules.rfm import CLASSES, MUCH, OFTEN, RECENT, WORDS
from services.shared import clock
from services.stores.permissions import SETTINGS_CHANGE
from webapp.staff import blueprint
from webapp.staff.segments.building import share
from webapp.web import edge, guards
from webapp.web.loyalty_words import yuan

MOST_MOVES = 6


@blueprint.get("/segments/rfm")
@guards.staff(SEGMENTS_READ)
def rfm() -> str:
    """All eight, each a tap away from being a segment."""
    session = edge.read()
    scene = queries.load_scene(session, at=clock.now())
    found = queries.get_classes(session, scene)
    rows = [
        {
            "name": name,
            "words": WORDS[name],
            "count": found.now.get(name, 0),
            "share": share(found.now.get(name, 0), found.everybody),
            "drift": found.now.get(name, 0) - found.before.get(name, 0),
            "recent": bool(figure & RECENT),
            "often": bool(figure & OFTEN),
            "much": bool(figure & MUCH),
        }
        for name, figure in CLASSES.items()
    ]
    moves = sorted(found.moves.items(), key=lambda each: -each[1])[:MOST_MOVES]
    return render_template(
        "staff/segments/rfm.html",
        classes=rows,
        found=found,
        moves=[(WORDS[before], WORDS[now], count) for (before, now), count in moves],
        cuts=scene.cuts,
        much=yuan(scene.cuts.spent),
        may_set=edge.actor().may(SETTINGS_CHANGE),
    )
