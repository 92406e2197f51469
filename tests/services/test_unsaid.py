"""What is written down for later holds no whole phone number: the audit log, the errors."""

import pytest
from sqlalchemy.exc import IntegrityError

from services.audit.queries import Search, list_entries
from services.members import commands as members
from services.members.models import Member
from services.shared import database
from tests.cast import Cast
from tests.selling import welcome_member


def test_a_changed_phone_is_on_record_without_its_middle(shop: Cast) -> None:
    member = welcome_member(shop.at)
    with database.transaction() as session:
        members.change_phone(session, member.id, "+8613900139000", actor=shop.cashier, at=shop.at)
        [changed] = list_entries(session, Search("phones:change"), actor=shop.owner)
        assert changed.changes == {"phone": ["138 **** 8000", "139 **** 9000"]}


def test_an_error_of_the_database_names_no_values(shop: Cast) -> None:
    nowhere = Member(number="1", phone="+8613800138000", name="林小满", source="x", joined_at=shop.at, store_id=4711)
    with pytest.raises(IntegrityError) as told, database.transaction() as session:
        session.add(nowhere)
    assert "13800138000" not in str(told.value)
    assert "林小满" not in str(told.value)
