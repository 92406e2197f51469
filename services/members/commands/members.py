"""Opening and changing members."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.audit import commands as audit
from services.fields.commands import write_values
from services.members import permissions
from services.members.commands.consents import note_consent
from services.members.commands.facts import note_living
from services.members.commands.free_phones import flush_new_phone, require_free_phone
from services.members.commands.terms import write_terms
from services.members.errors import BirthdayChangedRecently, MemberErased, MemberMerged
from services.members.events import MemberChanged, MemberJoined
from services.members.models import Member, MemberFacts
from services.members.queries.cards import HIGHEST_ID
from services.members.queries.links import get_open_link
from services.members.rules import birthdays, phones
from services.members.rules.purposes import MARKETING, MEMBERSHIP
from services.shared import days, vault
from services.shared.actors import Actor
from services.shared.events import announce
from services.shared.refusals import Forbidden, Invalid, NotFound
from services.shared.words import N_
from services.stores import queries as stores
from services.stores.settings import Settings

WAYS = {"staff": "counter", "token": "api", "system": "system", "public": "registration_page"}
_BIRTHDAY = "birthday_"
CONSENTS = {"consent": MEMBERSHIP, "marketing": MARKETING}  # fields of a new card, and what ticking them agrees to


def create_member(session: Session, data: Mapping[str, Any], *, actor: Actor, at: datetime) -> Member:
    """Open a card at the counter or by program. `data` is what MemberIn read; `consent` notes one by this way.

    Raises PhoneTaken (409) with the member's id, Invalid for an unknown store, source or a birthday to come.
    """
    store_id = data.get("store_id")
    actor.require(permissions.MEMBERS_CREATE)
    settings = stores.load_settings(session)
    _require_store(session, store_id, actor)
    values = {name: value for name, value in data.items() if name not in CONSENTS}
    values["source"] = _known_source(settings, data.get("source") or "", fallback="walk_in")
    opened_by = actor.id if actor.kind == "staff" else None
    member = _open(session, {**values, "opened_by": opened_by}, settings, actor=actor, at=at)
    _note_consents(session, member.id, data, actor=actor, at=at)
    return member


def register(session: Session, code: str, data: Mapping[str, Any], *, actor: Actor, at: datetime) -> Member:
    """Join by a registration link; the link is the permission, the consent is part of it.

    Raises NotFound or LinkArchived for the link, PhoneTaken, Invalid.
    """
    link = get_open_link(session, code)
    origin = {"source": link.source, "store_id": link.store_id, "registration_link_id": link.id}
    return open_card(session, data, origin, actor=actor, at=at)


def open_card(
    session: Session, data: Mapping[str, Any], origin: Mapping[str, Any], *, actor: Actor, at: datetime
) -> Member:
    """A card for somebody by what the shop handed out: that is the permission, and the consent is part of it. `origin` is what it says of
    the new member (store, source). The phone is nobody's proven yet. Raises PhoneTaken, Invalid."""
    values = {name: value for name, value in data.items() if name not in CONSENTS}
    member = _open(session, {**values, **origin}, stores.load_settings(session), actor=actor, at=at)
    _note_consents(session, member.id, {**data, "consent": True}, actor=actor, at=at)
    return member


def change_member(session: Session, member_id: int, data: Mapping[str, Any], *, actor: Actor, at: datetime) -> Member:
    """Change what staff know of a member, but for the phone number (`change_phone`). Raises NotFound, BirthdayChangedRecently, Invalid."""
    actor.require(permissions.MEMBERS_CHANGE)
    member, settings = _load(session, member_id), stores.load_settings(session)
    if vault.destroyed_at(session, member.id) is not None:
        raise MemberErased
    if member.merged_into is not None:
        raise MemberMerged
    if data.get("phone", member.phone) != member.phone:
        raise Invalid({"phone": [N_("换手机号要先核对，请用「换手机号」")]}, "phone_needs_proof")
    if data.get("store_id", member.store_id) != member.store_id:
        _require_store(session, data["store_id"], actor)
    if data.get("source", member.source) != member.source:
        _known_source(settings, data["source"])
    if not actor.may(permissions.MEMBERS_PHONES):
        data = _with_unseen_year(member, data)
    free = actor.may(permissions.BIRTHDAYS_CHANGE)
    return _change(session, member, data, settings, birthday_free=free, actor=actor, at=at)


def change_phone(
    session: Session, member_id: int, phone: str, *, reason: str = "", actor: Actor, at: datetime
) -> Member:
    """Another phone number for this card, that somebody has proven or answers for: services/signin knows who may ask for it.

    Raises NotFound, also for a card that is not in use, PhoneTaken.
    """
    member = _hold(session, member_id)
    if phone == member.phone:
        raise Invalid({"phone": [N_("就是现在的号码")]})
    require_free_phone(session, phone)
    changes: dict[str, Any] = {"phone": [phones.mask(member.phone), phones.mask(phone)]}
    member.phone, member.phone_verified_at, member.phone_lost_at = phone, at, None
    flush_new_phone(session, member)
    write_terms(session, [member])
    audit.record(
        session, "phones:change", ("member", member.id), actor=actor, at=at, store_id=member.store_id,
        changes=changes | ({"reason": reason} if reason else {}),
    )  # fmt: skip
    announce(session, MemberChanged(member.id, "phone", at.isoformat()), at=at)
    return member


def release_phone(session: Session, member_id: int, *, reason: str = "", actor: Actor, at: datetime) -> Member:
    """The number of this card is somebody else's by now: the card goes on without one, and says so. Who may say it is known to
    services/signin. Where there is none already nothing changes. Raises NotFound."""
    member = _hold(session, member_id)
    if member.phone is None:
        return member
    changes: dict[str, Any] = {"phone": [phones.mask(member.phone), ""]} | ({"reason": reason} if reason else {})
    member.phone, member.phone_verified_at, member.phone_lost_at = None, None, at
    session.flush()
    write_terms(session, [member])
    audit.record(
        session, "phones:release", ("member", member.id), actor=actor, at=at, store_id=member.store_id, changes=changes
    )
    announce(session, MemberChanged(member.id, "phone_lost"), at=at)
    return member


def change_own_profile(
    session: Session, data: Mapping[str, Any], *, asked: Collection[str] = (), actor: Actor, at: datetime
) -> Member:
    """A member changes the own profile: name, gender, birthday (once in 365 days), WeChat ID, language; and own fields that a form `asked`,
    also such as their app does not show."""
    if actor.kind != "member" or actor.id is None:
        raise Forbidden
    member, settings = _load(session, actor.id), stores.load_settings(session)
    return _change(session, member, data, settings, birthday_free=False, asked=asked, actor=actor, at=at)


def archive_member(session: Session, member_id: int, *, actor: Actor, at: datetime) -> Member:
    """Take a card out of use: it keeps its orders and points, cannot sign in, and frees the phone number."""
    actor.require(permissions.MEMBERS_ARCHIVE)
    member = _load(session, member_id)
    if member.archived_at is None:
        member.archived_at = at
        note_living(session, member.id, living=False)
        audit.record(session, "members:archive", ("member", member.id), actor=actor, at=at, store_id=member.store_id)
        announce(session, MemberChanged(member.id, "archived"), at=at)
    return member


def restore_member(session: Session, member_id: int, *, actor: Actor, at: datetime) -> Member:
    """Take a card back into use. Raises PhoneTaken when someone else has the phone by now, MemberErased, MemberMerged."""
    actor.require(permissions.MEMBERS_ARCHIVE)
    member = _load(session, member_id)
    if vault.destroyed_at(session, member.id) is not None:
        raise MemberErased
    if member.merged_into is not None:
        raise MemberMerged
    if member.archived_at is not None:
        require_free_phone(session, member.phone)
        member.archived_at = None
        flush_new_phone(session, member)
        note_living(session, member.id, living=True)
        audit.record(session, "members:restore", ("member", member.id), actor=actor, at=at, store_id=member.store_id)
        announce(session, MemberChanged(member.id, "archived"), at=at)
    return member


def _hold(session: Session, member_id: int) -> Member:
    """The row of a card that is in use, as it is now and until the transaction ends. Raises NotFound."""
    living = select(Member).where(Member.id == member_id, Member.archived_at.is_(None)).with_for_update()
    member = session.scalars(living.execution_options(populate_existing=True)).first()
    if member is None:
        raise NotFound("member_not_found")
    return member


def _note_consents(session: Session, member_id: int, data: Mapping[str, Any], *, actor: Actor, at: datetime) -> None:
    for field, kind in CONSENTS.items():
        if data.get(field):
            note_consent(session, member_id, kind, actor=actor, at=at)


def _load(session: Session, member_id: int) -> Member:
    """The row of a member. Raises NotFound."""
    member = session.get(Member, member_id) if 0 < member_id <= HIGHEST_ID else None
    if member is None:
        raise NotFound("member_not_found")
    return member


def _open(session: Session, values: Mapping[str, Any], settings: Settings, *, actor: Actor, at: datetime) -> Member:
    require_free_phone(session, values["phone"])
    _require_birthday_past(values, settings, at)
    own = values.get("fields", {})
    plain = {name: value for name, value in values.items() if name != "fields"}
    member = Member(**plain, number=_free_number(session), joined_at=at)
    flush_new_phone(session, member)
    session.add(MemberFacts(member_id=member.id))
    answered = write_values(session, "member", member.id, own, actor=actor)
    write_terms(session, [member])
    audit.record(
        session,
        "members:create",
        ("member", member.id),
        actor=actor,
        at=at,
        store_id=member.store_id,
        changes={"phone": phones.mask(member.phone), "name": member.name, "source": member.source} | answered,
    )
    announce(session, MemberJoined(member.id, member.store_id, member.source, WAYS[actor.kind]), at=at)
    return member


def _change(
    session: Session,
    member: Member,
    data: Mapping[str, Any],
    settings: Settings,
    *,
    birthday_free: bool,
    asked: Collection[str] = (),
    actor: Actor,
    at: datetime,
) -> Member:
    told = {name: new for name, new in data.items() if name != "fields"}
    plain = {name: [getattr(member, name), new] for name, new in told.items() if getattr(member, name) != new}
    answered = write_values(session, "member", member.id, data.get("fields", {}), actor=actor, asked=asked)
    changes = plain | answered
    if not changes:
        return member
    if any(name.startswith(_BIRTHDAY) for name in changes):
        _require_birthday_past(data, settings, at)
        _note_birthday_change(member, birthday_free, at)
    for name in plain:
        setattr(member, name, data[name])
    session.flush()
    if "name" in changes or answered:
        write_terms(session, [member])
    audit.record(
        session, "members:change", ("member", member.id), actor=actor, at=at, store_id=member.store_id, changes=changes
    )
    announce(session, MemberChanged(member.id, ",".join(sorted(changes)), at.isoformat()), at=at)
    return member


def _with_unseen_year(member: Member, data: Mapping[str, Any]) -> Mapping[str, Any]:
    """Who does not see the year of a birthday sends the same day without it: that is no change."""
    told, known = birthdays.of(data), birthdays.of(vars(member))
    if told is None or known is None or told != replace(known, year=None):
        return data
    return {**data, **known.columns()}


def _note_birthday_change(member: Member, free: bool, at: datetime) -> None:
    """The first telling is no change; taking it back is one, so that it cannot be told anew at once."""
    if not free and not birthdays.may_change(member.birthday_changed_at, at):
        raise BirthdayChangedRecently
    if member.birthday_month is not None:
        member.birthday_changed_at = at


def _require_birthday_past(values: Mapping[str, Any], settings: Settings, at: datetime) -> None:
    birthday = birthdays.of(values)
    if birthday is not None and birthdays.lies_ahead(birthday, days.local_day(at, settings.zone)):
        raise Invalid({"birthday": [N_("这个生日还没有到，请核对年份")]})


def _require_store(session: Session, store_id: int | None, actor: Actor) -> None:
    if store_id is None:
        return
    try:
        store = stores.get_store(session, store_id, actor=actor)
    except NotFound:
        raise Invalid({"store": [N_("没有这家门店")]}) from None
    if store.archived_at is not None:
        raise Invalid({"store": [N_("这家门店已经关了")]})


def _known_source(settings: Settings, source: str, fallback: str = "") -> str:
    """`source` when the shop knows it; where none is given, `fallback` or the first the shop has."""
    known: list[str] = settings["members.sources"]
    if not source:
        return fallback if fallback in known else known[0]
    if source not in known:
        raise Invalid({"source": [N_("没有这个来源，请从列表里选")]})
    return source


def _free_number(session: Session) -> str:
    number = phones.fresh_number()
    while session.scalar(select(Member.id).where(Member.number == number)) is not None:
        number = phones.fresh_number()
    return number
