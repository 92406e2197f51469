"""收件箱: everything the shop told me. Reading marks are posts: opening a page alone changes nothing."""

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from services.messaging import commands, queries
from services.messaging.models import Message
from services.shared import clock
from webapp.member import blueprint, paging
from webapp.web import edge, guards, i18n, people

PAGE = 30


@blueprint.get("/inbox")
@guards.member
def inbox() -> str:
    """All messages, the newest first; `?unread=1` those not read yet."""
    return _show()


@blueprint.get("/inbox/<int:message_id>")
@guards.member
def message(message_id: int) -> str:
    """One message in full. The page's script, or its button, marks it read."""
    return _show(queries.get_message(edge.read(), message_id, member_id=people.member().id))


@blueprint.post("/inbox/<int:message_id>/open")
@guards.member
def open_message(message_id: int) -> ResponseReturnValue:
    """Mark a message read and go where it leads."""
    at = clock.now()
    found = queries.get_message(edge.read(), message_id, member_id=people.member().id)
    onward = found.path or url_for("member.inbox")

    def effect(session: Session) -> ResponseReturnValue:
        commands.mark_read(session, message_id, actor=edge.actor(), at=at)
        return redirect(onward, 303)

    return edge.write(effect)


@blueprint.post("/inbox/read")
@guards.member
def read_all() -> ResponseReturnValue:
    """I have seen everything."""
    at = clock.now()

    def effect(session: Session) -> ResponseReturnValue:
        commands.mark_all_read(session, actor=edge.actor(), at=at)
        return redirect(url_for("member.inbox"), 303)

    return edge.write(effect)


def _show(chosen: Message | None = None) -> str:
    session, member, only_unread = edge.read(), people.member(), request.args.get("unread") == "1"
    found = queries.list_messages(session, member.id, unread=only_unread, after=paging.after(), limit=PAGE + 1)
    page = paging.page(
        "member.inbox",
        found,
        PAGE,
        lambda each: i18n.day_words(each.created_at),
        **({"unread": 1} if only_unread else {}),
    )
    unread = queries.count_unread(session, member.id)
    return render_template("member/inbox.html", page=page, only_unread=only_unread, unread=unread, message=chosen)
