"""同意: what a member says or signs at the counter, and the words of each purpose, which the owner publishes."""

from collections.abc import Mapping
from typing import Any

from flask import abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from services.identity.queries import names_of_staff
from services.members import commands, permissions, queries
from services.members.rules.purposes import BY_KIND, PURPOSES
from services.privacy.schemas import ConsentTextIn, CounterConsentIn, PurposeIn
from services.shared import clock
from services.stores.permissions import SETTINGS_READ
from webapp.staff import blueprint
from webapp.web import edge, forms, guards, toasts
from webapp.web.forms import Form


def consents_section(session: Session, member_id: int) -> dict[str, Any]:
    """What a member's page shows of consent: every purpose, the whole history, and who wrote it down."""
    consents = queries.list_consents(session, member_id)
    noted = {staff_id for each in consents for staff_id in (each.staff_id, each.withdrawn_by) if staff_id is not None}
    return {
        "consents": consents,
        "purposes": queries.list_purposes(session, member_id, consents),
        "staff_names": names_of_staff(session, noted) if noted else {},
    }


@blueprint.post("/members/<int:member_id>/consents")
@guards.staff(permissions.MEMBERS_CHANGE)
def give_consent(member_id: int) -> ResponseReturnValue:
    """The member agreed at the counter, in words or on paper."""
    at, actor, sent = clock.now(), edge.actor(), forms.load(CounterConsentIn, forms.typed())

    def effect(session: Session) -> ResponseReturnValue:
        paper = sent["way"] == "paper"
        commands.give_consent(
            session, member_id, sent["kind"], version=sent["version"], paper=paper, actor=actor, at=at
        )
        return _back(member_id, _("记下了：顾客已同意"))

    return edge.write(effect)


@blueprint.post("/members/<int:member_id>/consents/withdraw")
@guards.staff(permissions.MEMBERS_CHANGE)
def withdraw_consent(member_id: int) -> ResponseReturnValue:
    """The member took a consent back."""
    at, actor, sent = clock.now(), edge.actor(), forms.load(PurposeIn, forms.typed())

    def effect(session: Session) -> ResponseReturnValue:
        commands.withdraw_consent(session, member_id, sent["kind"], actor=actor, at=at)
        return _back(member_id, _("记下了：顾客已撤回同意"))

    return edge.write(effect)


def _back(member_id: int, said: str) -> ResponseReturnValue:
    toasts.say(said)
    return redirect(f"{url_for('staff.member', member_id=member_id)}#consents", 303)


@blueprint.get("/settings/consents")
@guards.staff(SETTINGS_READ)
def consent_texts() -> str:
    """Every purpose with the words that hold now."""
    texts = queries.load_consent_texts(edge.read())
    return render_template("staff/settings/consents.html", texts=[texts[each.kind] for each in PURPOSES])


@blueprint.get("/settings/consents/<kind>")
@guards.staff(SETTINGS_READ)
def consent_text(kind: str) -> str:
    """The words of one purpose, to be published anew, and every version before."""
    return _text_page(kind)


@blueprint.post("/settings/consents/<kind>")
@guards.staff(permissions.CONSENT_TEXTS_CREATE)
def publish_consent_text(kind: str) -> ResponseReturnValue:
    """Publish new words."""
    at = clock.now()

    def perform(session: Session, data: Mapping[str, Any]) -> ResponseReturnValue:
        actor, words = edge.actor(), data["words"].replace("\r\n", "\n")
        text = commands.publish_consent_text(
            session, kind, words, anew=data["anew"], over=data["over"], actor=actor, at=at
        )
        toasts.say(_("版本 %(version)s 发布了", version=text.version))
        return redirect(url_for("staff.consent_texts"), 303)

    values = {**forms.typed(), "kind": kind}
    return forms.submit(ConsentTextIn, perform, lambda form: _text_page(kind, form), values=values)


def _text_page(kind: str, form: Form | None = None) -> str:
    if kind not in BY_KIND:
        abort(404)
    versions = queries.list_consent_texts(edge.read(), kind)
    now = versions[0]
    return render_template(
        "staff/settings/consent.html",
        purpose=BY_KIND[kind],
        versions=versions,
        now=now,
        form=form or Form({"words": request.args.get("words", now.words), "anew": True}),
        names=names_of_staff(edge.read(), {each.published_by for each in versions if each.published_by is not None}),
    )
