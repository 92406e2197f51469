"""收件箱: everything the shop told me. Reading marks are posts: opening a page alone changes nothing."""

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from services.messaging import commands, queries
from services.shared import clock
from webapp.member import blueprint
from webapp.web import edge, guards, people

PAGE = 30


@blueprint.get("/inbox")
@guards.member
def inbox() -> str:
    """All messages, the newest first."""
    session, member = edge.read(), people.member()
    after = request.args.get("after", type=int)
    found = queries.list_messages(session, member.id, after=after, limit=PAGE + 1)
    following = url_for("member.inbox", after=found[PAGE - 1].id) if len(found) > PAGE else None
    unread = queries.count_unread(session, member.id)
    return render_template("member/inbox.html", messages=found[:PAGE], following=following, unread=unread)


@blueprint.get("/inbox/<int:message_id>")
@guards.member
def message(message_id: int) -> str:
    """One message in full. The page's script, or its button, marks it read."""
    found = queries.get_message(edge.read(), message_id, member_id=people.member().id)
    return render_template("member/message.html", message=found)


@blueprint.post("/inbox/<int:message_id>/open")
@guards.member
def open_message(message_id: int) -> ResponseReturnValue:
    """Mark a message read and go where it leads."""
    at = clock.now()
    found = queries.get_message(edge.read(), message_id, member_id=people.member().id)
    onward = found.path

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
