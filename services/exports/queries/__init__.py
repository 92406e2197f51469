"""What may be exported by whom, with which columns; one's own exports, and their files."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from services.exports import files
from services.exports.errors import ExportNotReady, ExportOver
from services.exports.models import Export
from services.exports.permissions import EXPORTS_CREATE
from services.exports.queries.lists import LISTS, Listing
from services.exports.rules import CHOICE, DATE, MONEY, NUMBER, OPEN, OWN, READY, TEXT, WORKING, Asked, Column, covers
from services.fields.permissions import FIELDS_READ_PRIVATE
from services.fields.queries import FieldCard, list_fields
from services.identity import queries as identity
from services.identity.models import ApiToken, Staff
from services.members.permissions import MEMBERS_PHONES
from services.shared.actors import Actor
from services.shared.models import MemberKey
from services.shared.refusals import Forbidden, NotFound
from services.stores.queries import load_settings

_KINDS = {"number": NUMBER, "money": MONEY, "date": DATE, "choice": CHOICE, "choices": CHOICE, "yes_no": CHOICE}


def list_lists(actor: Actor) -> list[Listing]:
    """The lists that this actor may take along."""
    return [each for each in LISTS.values() if actor.may(EXPORTS_CREATE) and actor.may(each.permission)]


def get_list(name: str, *, actor: Actor) -> Listing:
    """One of them. Raises NotFound, Forbidden."""
    listing = LISTS.get(name)
    if listing is None:
        raise NotFound("list_not_found")
    for permission in (EXPORTS_CREATE, listing.permission):
        actor.require(permission)
    return listing


def list_columns(session: Session, listing: Listing, *, actor: Actor) -> list[Column]:
    """The columns that this actor may choose: the list's, then the shop's own fields."""
    fixed = [each for each in listing.columns if each.permission is None or actor.may(each.permission)]
    if not listing.own:
        return fixed
    asked = [each for each in list_fields(session, listing.own) if each.visible_to(actor) and each.kind != "photo"]
    return fixed + [_own(each) for each in asked]


def _own(field: FieldCard) -> Column:
    choices = {each["key"]: (each["zh"], each["en"] or each["zh"]) for each in field.choices}
    return Column(
        f"{OWN}{field.key}", field.label_zh, _KINDS.get(field.kind, TEXT), usual=False,
        permission=FIELDS_READ_PRIVATE if field.seen_by == "private" else None,
        english=field.label("en"), choices=choices,
    )  # fmt: skip


def may_see_whole(actor: Actor) -> bool:
    """Whether this actor may ask for whole phones and years of birth."""
    return actor.may(MEMBERS_PHONES)


def list_exports(session: Session, *, actor: Actor, after: int | None = None, limit: int = 50) -> list[Export]:
    """The actor's own, the latest first."""
    query = select(Export).where(Export.actor_kind == actor.kind, Export.actor_id == actor.id)
    if after is not None:
        query = query.where(Export.id < after)
    return list(session.scalars(query.order_by(Export.id.desc()).limit(limit)))


def get_export(session: Session, export_id: int, *, actor: Actor) -> Export:
    """One of the actor's own. Raises NotFound."""
    row = session.get(Export, export_id) if 0 < export_id < 2**63 else None
    if row is None or (row.actor_kind, row.actor_id) != (actor.kind, actor.id):
        raise NotFound("export_not_found")
    return row


def count_open(session: Session, actor: Actor) -> int:
    """How many are being made for this actor now."""
    mine = (Export.actor_kind == actor.kind, Export.actor_id == actor.id, Export.state.in_(OPEN))
    return session.scalar(select(func.count()).select_from(Export).where(*mine)) or 0


def count_working(session: Session, *, at: datetime) -> int:
    """How many workers make some now."""
    alive = (Export.state == WORKING, Export.claimed_until >= at)
    return session.scalar(select(func.count()).select_from(Export).where(*alive)) or 0


def require_file(session: Session, export: Export, *, actor: Actor, at: datetime) -> None:
    """Raise Forbidden where the actor may no longer see what is in it, ExportNotReady, ExportOver."""
    if not covers(actor, export.permissions, export.stores):
        raise Forbidden
    if export.state != READY:
        raise ExportNotReady
    if export.expires_at is None or at >= export.expires_at or is_stale(session, export):
        raise ExportOver


def is_stale(session: Session, export: Export) -> bool:
    """Whether a member was erased since the export was begun: who is gone may stand in it."""
    erased = select(MemberKey.member_id).where(MemberKey.destroyed_at >= export.begun_at)
    return session.scalar(erased.limit(1)) is not None


def open_file(export: Export) -> Iterator[bytes]:
    """The file in clear, piece by piece. Raises ExportOver where it is gone."""
    if export.file is None or export.key is None:
        raise ExportOver
    try:
        return files.read(export.file, export.key)
    except FileNotFoundError:
        raise ExportOver from None


def list_unfinished(session: Session, *, at: datetime) -> list[int]:
    """What nobody is making now, though it is not there yet."""
    free = or_(Export.claimed_until.is_(None), Export.claimed_until < at)
    return list(session.scalars(select(Export.id).where(Export.state.in_(OPEN), free).order_by(Export.id)))


def list_over(session: Session, *, at: datetime, before: datetime) -> list[Export]:
    """What is to be forgotten: files whose days are over, whatever ended or was given up `before`, and files in which somebody stands who
    was erased since."""
    ended = or_(Export.expires_at <= at, Export.created_at < before)
    latest = session.scalar(select(func.max(MemberKey.destroyed_at)))
    gone = [ended] if latest is None else [ended, and_(Export.state == READY, Export.begun_at <= latest)]
    return list(session.scalars(select(Export).where(or_(*gone))))


def list_files(session: Session) -> set[str]:
    """The names of files that somebody may still take."""
    return {name for name in session.scalars(select(Export.file)) if name is not None}


def find_actor(session: Session, export: Export) -> Actor | None:
    """Who asked for it, with what they may do today; None where they are gone."""
    if export.actor_kind == "staff":
        person = session.get(Staff, export.actor_id)
        return None if person is None or person.disabled_at else identity.actor_of_staff(session, person)
    token = session.get(ApiToken, export.actor_id)
    return None if token is None or token.revoked_at else identity.actor_of_token(session, token)


def find_plan(session: Session, export: Export) -> tuple[Listing, list[Column], Asked] | None:
    """What is to be written: the list, its columns, and under which filters; None where the asker may not any more."""
    actor = find_actor(session, export)
    if actor is None or not covers(actor, export.permissions, export.stores):
        return None
    listing = LISTS[export.listing]
    known = {column.key: column for column in list_columns(session, listing, actor=actor)}
    if set(export.columns) - known.keys():
        return None
    filters = listing.filters().load(export.filters)
    asked = Asked(filters, _within(actor, export.stores), export.created_at, load_settings(session).zone, export.whole)
    return listing, [known[key] for key in export.columns], asked


def _within(actor: Actor, stores: Sequence[int] | None) -> Actor:
    """The same actor in these stores only: what was asked for is not wider when they work in more by now."""
    return actor if stores is None else replace(actor, stores=frozenset(stores))
