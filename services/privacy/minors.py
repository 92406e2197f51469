"""What the yearly audit of minors' personal data tells (未成年人网络保护条例 §37): of nobody by name, and truthfully where nothing is kept.

Children of members are told of by the parts that declare `of_children` (parts.py); members who are minors themselves by their birthdays.
"""

from collections.abc import Collection, Iterable
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from services.audit.models import AuditEntry
from services.family.models import Child
from services.identity.models import Role
from services.identity.queries import actor_of_token, list_people_who_may, list_tokens, names_of_staff
from services.members.models import Consent, Member
from services.members.rules import birthdays
from services.members.rules.purposes import CHILDREN
from services.privacy.models import MinorsAudit
from services.shared import runtime
from services.shared.actors import SYSTEM
from services.shared.days import day_bounds, local_day
from services.stores.queries import list_stores, load_settings

CHILD, ADULT = 14, 18  # years: below the first it is sensitive data (PIPL §28), from the second on nobody is a minor
SEEING = (
    "members:read",
    "members:phones",
    "members:reveal",
    "members:change",
    "members:erase",
    "children:reveal",
    "children:change",
    "minors:export",
)
FIRST_YEAR = 2020
AT_ONCE = 500  # ids in one query


@dataclass(frozen=True)
class Package:
    """The audit of one year, as far as it goes (`until`): rows by table, each a plain dictionary."""

    year: int
    until: date
    incidents: str
    tables: dict[str, list[dict[str, Any]]]

    def plain(self) -> dict[str, Any]:
        """As JSON carries it."""
        return asdict(self)


def collect_minors_package(session: Session, year: int, incidents: str, *, at: datetime) -> Package:
    """Everything about a year that has begun, also that this was taken. `incidents` are words that the owner adds. It reads much."""
    zone = load_settings(session).zone
    span = day_bounds(date(year, 1, 1), zone)[0], day_bounds(date(year, 12, 31), zone)[1]
    until = min(date(year, 12, 31), local_day(at, zone))
    ages = _ages(session, until, span[1])
    minors = {
        member_id for member_id, age in ages.items() if age < ADULT + 1
    }  # who came of age in the year was one in it
    tables = {
        "counts": _counts(session, ages),
        "consents": _consents(session, *span),
        "accesses": [*_acts(session, "members:reveal", minors, *span), *_seen(session, *span)],
        "deletions": _deletions(session, *span),
        "exports": [*_acts(session, "members:export", minors, *span), *_taken(session, *span)],
        "incidents": _acts(session, "spending:freeze", minors, *span),
        "people": _people(session),
        "tokens": _tokens(session),
        "retention": _retention(session),
    }
    return Package(year, until, incidents, tables)


def find_due_year(session: Session, *, at: datetime) -> int | None:
    """In January: last year, unless its package was made since it ended, or somebody decided that none is needed. Otherwise None."""
    zone = load_settings(session).zone
    today = local_day(at, zone)
    if today.month != 1:
        return None
    ended = day_bounds(date(today.year, 1, 1), zone)[0]
    done = select(MinorsAudit.id).where(MinorsAudit.year == today.year - 1, MinorsAudit.at >= ended)
    return None if session.scalar(done.limit(1)) is not None else today.year - 1


def list_minors_audits(session: Session) -> list[MinorsAudit]:
    """Which were made or dismissed, the newest first; at most a hundred."""
    return list(session.scalars(select(MinorsAudit).order_by(MinorsAudit.id.desc()).limit(100)))


def _ages(session: Session, day: date, ended: datetime) -> dict[int, int]:
    """How old members were on that day who told their year of birth and are below 19."""
    young = Member.birthday_year >= day.year - ADULT - 1, Member.joined_at < ended
    ages = {}
    for member in session.scalars(select(Member).where(*young)):
        birthday = birthdays.of(vars(member))
        if birthday is not None and birthday.year is not None:
            before = birthdays.in_year(birthday, day.year) > day
            ages[member.id] = day.year - birthday.year - before
    return {member_id: age for member_id, age in ages.items() if 0 <= age <= ADULT}


def _counts(session: Session, ages: dict[int, int]) -> list[dict[str, Any]]:
    living = Member.archived_at.is_(None)
    untold = session.scalar(select(func.count(Member.id)).where(living, Member.birthday_year.is_(None))) or 0
    return [
        {"what": "children", "count": session.scalar(select(func.count(Child.id))) or 0},
        {"what": "under_14", "count": sum(age < CHILD for age in ages.values())},
        {"what": "under_18", "count": sum(CHILD <= age < ADULT for age in ages.values())},
        {"what": "unknown", "count": untold},
    ]


def _consents(session: Session, since: datetime, until: datetime) -> list[dict[str, Any]]:
    """Guardians' consents by version of the words: given and taken back in the year, ended by an erasure, and holding at its end."""
    given, ended = Consent.given_at, Consent.withdrawn_at
    within = and_(ended >= since, ended < until)
    holds = and_(given < until, (ended.is_(None)) | (ended >= until))
    query = select(
        Consent.version,
        func.count().filter(and_(given >= since, given < until)).label("given"),
        func.count().filter(and_(within, Consent.withdrawn_way != "erasure")).label("withdrawn"),
        func.count().filter(and_(within, Consent.withdrawn_way == "erasure")).label("erased"),
        func.count().filter(holds).label("holding"),
    ).where(Consent.kind == CHILDREN)
    return [dict(row) for row in session.execute(query.group_by(Consent.version).order_by(Consent.version)).mappings()]


def _acts(
    session: Session, action: str, minors: Collection[int], since: datetime, until: datetime
) -> list[dict[str, Any]]:
    """Who did `action` to minors, and when; whose record it was only by a pseudonym."""
    found: list[dict[str, Any]] = []
    for some in _some(sorted(minors)):
        query = select(AuditEntry.at, AuditEntry.actor_kind, AuditEntry.actor_name, AuditEntry.member_id).where(
            AuditEntry.member_id.in_(some), AuditEntry.action == action, AuditEntry.at >= since, AuditEntry.at < until
        )
        found += [
            {"at": row.at, "who": _who(row), "what": action, "record": pseudonym(row.member_id or 0)}
            for row in session.execute(query.order_by(AuditEntry.id))
        ]
    return found


def _seen(session: Session, since: datetime, until: datetime) -> list[dict[str, Any]]:
    """Who looked at which family with its children."""
    query = select(AuditEntry.at, AuditEntry.actor_kind, AuditEntry.actor_name, AuditEntry.member_id).where(
        AuditEntry.action == "children:reveal", AuditEntry.at >= since, AuditEntry.at < until
    )
    rows = session.execute(query.order_by(AuditEntry.id))
    return [
        {"at": row.at, "who": _who(row), "what": "children:reveal", "record": pseudonym(row.member_id or 0)}
        for row in rows
    ]


def _some(ids: list[int]) -> Iterable[list[int]]:
    return (ids[start : start + AT_ONCE] for start in range(0, len(ids), AT_ONCE))


def _who(row: Any) -> str:
    return str(row.actor_name) if row.actor_kind in {"staff", "token"} else str(row.actor_kind)


def pseudonym(member_id: int) -> str:
    """A name for a record that tells nothing of the person, and is the same in every package."""
    return runtime.keys().sign("minors", str(member_id).encode()).hex()[:10]


def _taken(session: Session, since: datetime, until: datetime) -> list[dict[str, Any]]:
    """What staff took away of everybody: minors may be in it."""
    taken = AuditEntry.action.in_(("audit:export", "minors:export"))
    query = select(AuditEntry.at, AuditEntry.actor_kind, AuditEntry.actor_name, AuditEntry.action)
    within = AuditEntry.at >= since, AuditEntry.at < until
    rows = session.execute(query.where(taken, *within).order_by(AuditEntry.id))
    return [{"at": row.at, "who": _who(row), "what": row.action, "record": ""} for row in rows]


def _deletions(session: Session, since: datetime, until: datetime) -> list[dict[str, Any]]:
    """An erasure takes the birthday along: of whom it was cannot be told any more, only whether a guardian's consent ended with it."""
    erased = AuditEntry.action == "members:erase", AuditEntry.at >= since, AuditEntry.at < until
    ended = Consent.withdrawn_at >= since, Consent.withdrawn_at < until, Consent.withdrawn_way == "erasure"
    everybody = session.scalar(select(func.count(AuditEntry.id)).where(*erased)) or 0
    children = session.scalar(select(func.count(Consent.id)).where(Consent.kind == CHILDREN, *ended)) or 0
    return [{"what": "members", "count": everybody}, {"what": "with_children", "count": children}]


def _people(session: Session) -> list[dict[str, Any]]:
    """Who may see or change such records today, by what."""
    roles = {role.id: role.name for role in session.scalars(select(Role))}
    held: dict[int, dict[str, Any]] = {}
    for permission in SEEING:
        for staff in list_people_who_may(session, permission):
            row = held.setdefault(staff.id, {"who": staff.name, "role": roles[staff.role_id], "may": []})
            row["may"].append(permission)
    return list(held.values())


def _tokens(session: Session) -> list[dict[str, Any]]:
    """Which programs may do so today, in which stores (None: all), and who made their token (None: the machine's owner)."""
    tokens = [each for each in list_tokens(session) if each.revoked_at is None]
    makers = names_of_staff(session, {each.made_by for each in tokens if each.made_by is not None})
    places = {store.id: store.name for store in list_stores(session, actor=SYSTEM, archived=True)}
    rows: list[dict[str, Any]] = []
    for each in tokens:
        actor = actor_of_token(session, each)
        may = [permission for permission in SEEING if actor.may(permission)]
        where = (
            None if actor.stores is None else [name for store_id, name in places.items() if store_id in actor.stores]
        )
        maker = None if each.made_by is None else makers[each.made_by]
        rows.append({"token": each.name, "may": may, "stores": where, "made_by": maker})
    return [row for row in rows if row["may"]]


def _retention(session: Session) -> list[dict[str, Any]]:
    settings = load_settings(session)
    names = ("retention.months", "retention.sessions_days", "retention.messages_days", "retention.scans_days")
    return [{"what": name, "count": int(settings[name])} for name in names]
