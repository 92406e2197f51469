"""/duplicates, /distinct-pairs, /members/{id}/merges and what undoes them: two cards of one person."""

from flask import Response, request
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from services.approvals.commands import ask_for_merge
from services.approvals.schemas import ApprovalOut
from services.members.queries import get_member
from services.merging import commands, queries
from services.merging.permissions import MEMBERS_MERGE
from services.merging.schemas import DuplicateOut, LoserIn, MergeIn, MergeOut, MergePreviewOut, PairIn
from services.shared import clock
from services.shared.refusals import Invalid
from services.shared.words import N_
from services.signin.queries import get_proof
from services.signin.schemas import ProofOut
from webapp.api import shape
from webapp.api.approvals import sent
from webapp.api.document import Blueprint
from webapp.web import edge, guards, people, proof_codes

blueprint = Blueprint("api_merges", __name__, description="合并会员 Duplicates and merges")
LIMIT = 50


@blueprint.get("/duplicates")
@blueprint.listing(DuplicateOut, paged=False)
@guards.api(MEMBERS_MERGE)
def list_duplicates() -> Response:
    """Members who look like one person and why, 50 pairs a page; `?cursor=` is the `next` of the page before."""
    found = queries.list_duplicates(edge.read(), after=read_cursor(), limit=LIMIT + 1)
    following = f"{found[LIMIT - 1].low_id}-{found[LIMIT - 1].high_id}" if len(found) > LIMIT else None
    return edge.json_answer({"items": DuplicateOut(many=True).dump(found[:LIMIT]), "next": following})


@blueprint.post("/distinct-pairs")
@blueprint.response(204)
@blueprint.takes(PairIn)
@guards.api(MEMBERS_MERGE)
def create_distinct_pair() -> Response:
    """Two who look alike are two people: they are not proposed again."""
    data, at, actor = shape.body(PairIn), clock.now(), edge.actor()

    def effect(session: Session) -> Response:
        commands.ignore_pair(session, data["one_id"], data["other_id"], actor=actor, at=at)
        return Response(status=204)

    return edge.write(effect)


@blueprint.post("/members/<int:member_id>/merge-preview")
@blueprint.response(200, MergePreviewOut)
@blueprint.takes(LoserIn)
@blueprint.unkeyed
@guards.api(MEMBERS_MERGE)
def preview_merge(member_id: int) -> Response:
    """What a merge would do. Nothing is stored, so no idempotency key is needed."""
    loser_id, at = shape.body(LoserIn)["loser_id"], clock.now()
    seen = queries.get_merge_preview(edge.read(), member_id, loser_id, at=at)
    told = MergePreviewOut().dump(seen) | {"obstacle": _(seen.obstacle) if seen.obstacle else None}
    return edge.json_answer(told)


@blueprint.get("/members/<int:member_id>/merges")
@blueprint.listing(MergeOut, paged=False)
@guards.api(MEMBERS_MERGE)
def list_merges(member_id: int) -> Response:
    """The merges in which a member has a part, the newest first."""
    card = get_member(edge.read(), member_id)
    return edge.json_answer(
        {"items": MergeOut(many=True).dump(queries.list_merges(edge.read(), card.id)), "next": None}
    )


@blueprint.post("/members/<int:member_id>/merge-codes")
@blueprint.response(201, ProofOut)
@blueprint.takes(LoserIn)
@guards.api(MEMBERS_MERGE)
def send_merge_code(member_id: int) -> Response:
    """Send the loser a one-time code, to be said at the counter: it is answered at /proofs/{id}/confirmations. 403 `merge_not_agreed` where
    there is more on the card than a code answers for."""
    loser_id, at, actor = shape.body(LoserIn)["loser_id"], clock.now(), edge.actor()
    store_id = people.store_id()
    if store_id is None:
        raise Invalid({"store": [N_("请先选门店")]})
    if edge.answered() is None:
        queries.require_two(edge.read(), member_id, loser_id)
        proof_codes.count(loser_id, at)

    def effect(session: Session) -> Response:
        proof = commands.send_merge_code(session, member_id, loser_id, store_id=store_id, actor=actor, at=at)
        return shape.one(ProofOut, get_proof(session, proof.id, at=at), 201)

    return edge.write(effect)


@blueprint.post("/members/<int:member_id>/merges")
@blueprint.response(201, MergeOut)
@blueprint.alt_response(202, schema=ApprovalOut)
@blueprint.takes(MergeIn)
@guards.api(MEMBERS_MERGE)
def create_merge(member_id: int) -> Response:
    """The card `loser` becomes part of this one. 403 `merge_not_agreed` where its person has to agree (`proof`), or a second person of the
    shop, who is asked with a `reason` (202, /approvals). 409 `not_mergeable` says why not, `wallet_over_cap`; 422 beside a
    phone to choose."""
    at, actor, store_id = clock.now(), edge.actor(), people.store_id()
    get_member(edge.read(), member_id)
    data = shape.body(MergeIn)
    pair = (member_id, data["loser_id"], data["chosen"])

    def effect(session: Session) -> Response:
        if data["reason"]:
            return sent(session, ask_for_merge(session, *pair, data["reason"], actor=actor, at=at), actor, at)
        made = commands.merge_members(session, *pair, proof=data["proof"], store_id=store_id, actor=actor, at=at)
        return shape.one(MergeOut, made, 201)

    return edge.write(effect)


@blueprint.post("/merges/<int:merge_id>/undoings")
@blueprint.response(201, MergeOut)
@guards.api(MEMBERS_MERGE)
def undo_merge(merge_id: int) -> Response:
    """Both cards are what they were, within seven days. 409 `not_undoable` says why not: something was spent."""
    at, actor = clock.now(), edge.actor()
    return edge.write(
        lambda session: shape.one(MergeOut, commands.undo_merge(session, merge_id, actor=actor, at=at), 201)
    )


def read_cursor() -> tuple[int, int]:
    """The pair after which the page starts: `12-34`. Raises Invalid."""
    told = request.args.get("cursor", "")
    low, _, high = told.partition("-")
    if not told:
        return 0, 0
    if not (low.isascii() and low.isdigit() and high.isascii() and high.isdigit() and len(told) < 30):
        raise Invalid({"cursor": [N_("这个游标不对")]})
    return int(low), int(high)
