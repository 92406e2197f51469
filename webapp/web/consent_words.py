"""Purposes of consent and their words, as pages speak of them."""

from flask import Flask, g
from flask_babel import gettext as _

from services.members import queries
from services.members.queries import TextCard
from services.members.rules.purposes import BY_KIND
from services.shared.words import N_
from webapp.web import edge

WAYS = {
    "registration_page": N_("自己注册时"),
    "counter": N_("在柜台"),
    "paper": N_("在柜台签字"),
    "member_app": N_("在会员端"),
    "api": N_("由系统接入"),
    "import": N_("导入时"),
    "erasure": N_("注销时"),
}


def init_app(app: Flask) -> None:
    """Register what templates say: `consent_text('membership')`, `kind|purpose`, `kind|purpose_stops`, `way|consent_way`."""
    app.jinja_env.globals.update(consent_text=consent_text)
    app.jinja_env.filters.update(purpose=purpose, purpose_stops=purpose_stops, consent_way=way)


def consent_text(kind: str) -> TextCard:
    """The words of a purpose as they stand now; all of them are read once per request."""
    if "consent_texts" not in g:
        g.consent_texts = queries.load_consent_texts(edge.read())
    found: TextCard = g.consent_texts[kind]
    return found


def purpose(kind: str) -> str:
    """What a purpose is called; a kind of later versions stands as it is."""
    return str(_(BY_KIND[kind].label)) if kind in BY_KIND else kind


def purpose_stops(kind: str) -> str:
    """What ends when a consent is taken back."""
    return str(_(BY_KIND[kind].stops))


def way(name: str | None) -> str:
    """By which way it was said, before 同意 or 撤回."""
    return str(_(WAYS[name])) if name in WAYS else ""
