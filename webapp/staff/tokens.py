"""接口令牌: programs that use the API (a till of another make, the books), with what each may, chosen by ticking; shown once."""

from typing import Any

from flask import Response, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from services import wiring
from services.identity import commands, queries
from services.identity.permissions import TOKENS_CREATE
from services.identity.schemas import TokenIn
from services.shared import clock
from services.stores import queries as stores
from webapp.staff import blueprint, role_words
from webapp.web import edge, forms, guards, links, toasts
from webapp.web.forms import Form


@blueprint.get("/tokens")
@guards.staff(TOKENS_CREATE)
def tokens() -> str:
    """The programs that may come in, and the form for one more."""
    return _page(Form({"all_stores": True}))


@blueprint.post("/tokens")
@guards.staff(TOKENS_CREATE)
def create_token() -> ResponseReturnValue:
    """Make a token and show it once. Not keyed: a second tap makes a second one, and what it is is stored nowhere."""
    at, actor, made = clock.now(), edge.actor(), []

    def perform(session: Session, data: dict[str, Any]) -> ResponseReturnValue:
        where = None if data["all_stores"] else data["stores"]
        row, clear = commands.create_token(
            session, data["name"], data["scopes"], where, known=wiring.PERMISSIONS, actor=actor, at=at
        )
        made.append((row.name, clear))
        return "", 204

    answer = forms.submit(TokenIn, perform, _page, keyed=False)
    if not made:
        return answer
    response = Response(_page(Form({"all_stores": True}), made[0]))
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.post("/tokens/<int:token_id>/revoke")
@guards.staff(TOKENS_CREATE)
def revoke_token(token_id: int) -> ResponseReturnValue:
    """The program is no longer used, or its token is out."""
    at, actor = clock.now(), edge.actor()

    def effect(session: Session) -> Response:
        row = commands.revoke_token(session, token_id, actor=actor, at=at)
        toasts.say(_("「%(name)s」的令牌作废了，马上不能用", name=row.name))
        return links.to("staff.tokens")

    return edge.write(effect)


def _page(form: Form, made: tuple[str, str] | None = None) -> str:
    session, actor = edge.read(), edge.actor()
    found = queries.list_tokens(session)
    names = {store.id: store.name for store in stores.list_stores(session, actor=actor, archived=True)}
    return render_template(
        "staff/tokens.html",
        form=form,
        made=made,
        tokens=found,
        makers=queries.names_of_staff(session, {each.made_by for each in found if each.made_by}),
        own_stores=stores.list_stores(session, actor=actor),
        places=lambda ids: "、".join(names.get(each, "") for each in ids),
        groups=role_words.GROUPS,
        words={name: said for items in role_words.GROUPS.values() for name, said in items.items()},
        may_give=actor.may,
    )
