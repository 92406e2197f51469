"""The words that find members: kept beside every change of what they are made from."""

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from services.fields.commands import note_indexed
from services.fields.models import Field, FieldValue
from services.fields.queries import list_searched
from services.members.models import Member, MemberSearchTerm
from services.members.rules import names
from services.shared.bulk import sheet, write

_TERMS = sheet(MemberSearchTerm, "term member_id")


def write_terms(session: Session, members: Sequence[Member]) -> None:
    """Write anew what finds these members: name, phone, number, answers to fields that are searched, what found merged cards."""
    ids = [member.id for member in members]
    answers = list_searched(session, "member", ids)
    session.execute(delete(MemberSearchTerm).where(MemberSearchTerm.member_id.in_(ids)))
    merged = select(Member.merged_into, Member.name, Member.number).where(Member.merged_into.in_(ids))
    aliases: dict[int, set[str]] = {}
    for keeper, name, number in session.execute(merged):
        aliases.setdefault(keeper or 0, set()).update(names.search_terms(name, None, number))
    found = {}
    for member in members:
        terms = names.search_terms(member.name, member.phone, member.number) | aliases.get(member.id, set())
        found[member.id] = terms.union(*(names.answer_terms(*answer) for answer in answers.get(member.id, ())))
    add_terms(session, found)


def add_terms(session: Session, found: Mapping[int, Collection[str]]) -> None:
    """What finds members, by id, who were found by nothing until now."""
    write(session, _TERMS, [(term, member_id) for member_id, terms in found.items() for term in sorted(terms)])


def follow_fields(session: Session, *, limit: int) -> bool:
    """Rewrite the terms of the next `limit` members who answered a field whose searching was switched. Whether there is more to do."""
    field = session.scalars(select(Field).where(Field.indexed_to.is_not(None)).order_by(Field.id).limit(1)).first()
    if field is None:
        return False
    if field.subject != "member":
        note_indexed(session, field.id, None)
        return True
    answered = select(FieldValue.subject_id).where(
        FieldValue.field_id == field.id, FieldValue.subject_id > (field.indexed_to or 0)
    )
    ids = session.scalars(answered.distinct().order_by(FieldValue.subject_id).limit(limit)).all()
    write_terms(session, session.scalars(select(Member).where(Member.id.in_(ids))).all())
    note_indexed(session, field.id, ids[-1] if len(ids) == limit else None)
    return True
