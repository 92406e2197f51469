"""Passkeys at the edge, alike in both apps: the routes are theirs, what happens is here."""

from collections.abc import Callable
from typing import Any

from flask import Response
from flask import session as form_session
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from marshmallow import Schema, fields
from sqlalchemy.orm import Session

from services.shared import clock, limits
from services.shared.fields import Text
from services.signin import commands, queries
from services.signin.errors import PasskeyRefused
from services.signin.models import Passkey
from services.signin.schemas import PasskeyNameIn
from webapp.web import edge, forms, links, people, shop, toasts
from webapp.web.forms import Form

# A door asks as it opens, and the phones of a shop share an address; an answer counts until one was right.
ASKED_FROM = limits.Rule("passkeys:asked", most=300, seconds=900)
ANSWERED_FROM = limits.Rule("passkeys:answered", most=50, seconds=900)
REFUSED = 422


class AnswerIn(Schema):
    """What `navigator.credentials` gave, as JSON; `next` is where somebody was going."""

    credential = fields.Dict(required=True)
    next = Text(load_default="")


class NewPasskeyIn(PasskeyNameIn):
    """A passkey that was made, and its name."""

    credential = fields.Dict(required=True)


def sent(schema: type[Schema]) -> dict[str, Any]:
    """The JSON that was sent, checked. Raises Invalid."""
    return forms.load(schema, forms.sent_object())


def own() -> list[Passkey]:
    """The passkeys of whoever is signed in."""
    kind, owner_id = queries.owner_of(edge.actor())
    return queries.list_passkeys(edge.read(), kind, owner_id)


def ask_to_sign_in(kind: queries.Kind) -> Response:
    """What the browser is to sign. Raises TooMany; NotFound where passkeys are impossible."""
    queries.require_passkeys()
    at, asker = clock.now(), this_browser()
    edge.spend(ASKED_FROM, people.address(), at=at)
    return edge.write(
        lambda session: edge.json_answer(commands.ask_to_sign_in(session, kind, browser=asker, at=at)), keyed=False
    )


def sign_in(kind: queries.Kind, let_in: Callable[[Session, int, str], Response]) -> Response:
    """Sign in whoever the passkey belongs to: `let_in(session, owner_id, onward)` opens the session. Raises PasskeyRefused."""
    queries.require_passkeys()
    at, asker, data = clock.now(), this_browser(), sent(AnswerIn)
    edge.spend(ANSWERED_FROM, people.address(), at=at)

    def effect(session: Session) -> Any:
        answer, acting = data["credential"], edge.actor()
        owner_id = commands.use_passkey(session, kind, answer, browser=asker, actor=acting, at=at)
        return ("", REFUSED) if owner_id is None else let_in(session, owner_id, links.own_path(data["next"], kind))

    answer = edge.write(effect, keyed=False)
    if answer.status_code == REFUSED:  # committed, so that what was asked is used up
        raise PasskeyRefused
    edge.give_back(ANSWERED_FROM, people.address(), at=at)
    return answer


def ask_for_passkey(user_name: str) -> Response:
    """What the browser of whoever is signed in is to make a passkey with; `user_name` is what they read when choosing one."""
    queries.require_passkeys()
    at, asker, acting, name = clock.now(), this_browser(), edge.actor(), str(shop.settings()["shop.name"])
    return edge.write(
        lambda session: edge.json_answer(
            commands.ask_for_passkey(session, shop=name, user_name=user_name, browser=asker, actor=acting, at=at)
        ),
        keyed=False,
    )


def add_passkey(page: str) -> Response:
    """Keep the passkey that was made, and go on to `page`. Raises PasskeyRefused."""
    queries.require_passkeys()
    at, asker, acting, data = clock.now(), this_browser(), edge.actor(), sent(NewPasskeyIn)
    _, own = people.signed_in()

    def effect(session: Session) -> Any:
        answer, name = data["credential"], data["name"]
        made = commands.add_passkey(session, answer, name=name, browser=asker, session_id=own, actor=acting, at=at)
        return ("", REFUSED) if made is None else go_on(page)

    answer = edge.write(effect)
    if answer.status_code == REFUSED:
        raise PasskeyRefused
    return answer


def rename_passkey(passkey_id: int, page: str, again: Callable[[Form], str]) -> ResponseReturnValue:
    """Call one's own passkey otherwise, and go back to `page`."""
    at, acting = clock.now(), edge.actor()

    def perform(session: Session, data: dict[str, Any]) -> Response:
        commands.rename_passkey(session, passkey_id, data, actor=acting, at=at)
        toasts.say(_("已保存"))
        return links.see_other(page)

    return forms.submit(PasskeyNameIn, perform, again)


def remove_passkey(passkey_id: int, page: str, *, of: int | None = None) -> Response:
    """A passkey (of `of`, where somebody is named) opens nothing any more; back to `page`."""
    at, acting = clock.now(), edge.actor()

    def effect(session: Session) -> Response:
        commands.remove_passkey(session, passkey_id, of=of, actor=acting, at=at)
        toasts.say(_("通行密钥已删除"))
        return links.see_other(page)

    return edge.write(effect)


def go_on(path: str) -> Response:
    """Tell the page's script where to go."""
    return edge.json_answer({"to": path})


def this_browser() -> str:
    """What only this browser sends, before anybody is signed in: the secret behind its form tokens (checked already)."""
    return str(form_session["csrf_token"])
