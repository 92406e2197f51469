"""Who may have an invoice, for what, and which tax numbers there are."""

from datetime import timedelta
from typing import Any

import pytest

from services.messaging.models import Message
from services.orders import commands, queries
from services.orders.errors import InvoiceNotAsked, InvoiceSettled, NothingToInvoice, ReceiptOver
from services.orders.models import Tender
from services.orders.rules import read_tax_number
from services.shared import database
from services.shared.actors import SYSTEM, Actor
from services.shared.refusals import Forbidden, Invalid, NotFound
from tests.cast import Cast
from tests.selling import Till, open_till
from tests.webapp.test_orders_at_once import at_once

COMPANY = {"kind": "company", "title": "小满贸易有限公司", "tax_number": "91350100M000100Y43", "email": ""}
PERSON = {"kind": "personal", "title": "林小满", "tax_number": "", "email": ""}


@pytest.fixture
def till(shop: Cast) -> Till:
    return open_till(shop)


def sold(till: Till, **more: Any) -> int:
    """A latte; its order's id."""
    return int(till.sell(till.line("拿铁"), **more)["id"])


def ask(till: Till, order_id: int, data: dict[str, str], actor: Actor | None = None) -> None:
    with database.transaction() as session:
        order = queries.get_order(session, order_id, actor=SYSTEM)
        commands.ask_invoice(session, order, data, actor=actor or till.shop.actors["cashier"], at=till.shop.at)


def answer(till: Till, order_id: int, state: str, note: str = "", role: str = "manager") -> None:
    with database.transaction() as session:
        told = {"state": state, "note": note}
        commands.settle_invoice(session, order_id, told, actor=till.shop.actors[role], at=till.shop.at)


def state_of(order_id: int) -> tuple[str, str]:
    with database.reading() as session:
        found = queries.find_invoice(session, order_id)
        assert found is not None
        return found.state, found.title


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("91350100M000100Y43", "91350100M000100Y43"),
        (" 9135 0100 m000100y43 ", "91350100M000100Y43"),
        ("91350100M000100Y44", None),  # the check character is wrong
        ("91350100M0001O0Y43", None),  # no letter O in a credit code
        ("110108123456789", "110108123456789"),
        ("11010812345678901", "11010812345678901"),
        ("11010819900101123X01", "11010819900101123X01"),
        ("1234", None),
        ("一二三四五六七八九十一二三四五", None),
        ("", None),
    ],
)
def test_a_tax_number_has_a_known_length_and_a_right_last_character(typed: str, read: str | None) -> None:
    assert read_tax_number(typed) == read


def test_a_request_can_be_changed_until_the_invoice_is_issued(till: Till) -> None:
    order = sold(till)
    ask(till, order, PERSON)
    ask(till, order, COMPANY)
    assert state_of(order) == ("asked", "小满贸易有限公司")
    answer(till, order, "issued")
    with pytest.raises(InvoiceSettled):
        ask(till, order, PERSON)
    assert state_of(order) == ("issued", "小满贸易有限公司")


def test_a_no_has_a_reason_and_can_be_asked_again(till: Till) -> None:
    order = sold(till)
    ask(till, order, COMPANY)
    with pytest.raises(Invalid) as refused:
        answer(till, order, "declined")
    assert set(refused.value.errors) == {"note"}
    answer(till, order, "declined", "税号和抬头对不上")
    ask(till, order, COMPANY)
    assert state_of(order)[0] == "asked"


def test_an_answer_is_given_once(till: Till) -> None:
    order = sold(till)
    ask(till, order, PERSON)

    def end(_number: int) -> str:
        try:
            answer(till, order, "issued")
        except InvoiceNotAsked:
            return "late"
        return "issued"

    assert sorted(at_once(end, 4)) == ["issued", "late", "late", "late"]


def test_what_went_back_or_came_from_the_wallet_is_not_invoiced(till: Till) -> None:
    back, stored = sold(till), sold(till)
    with database.transaction() as session:
        session.query(Tender).filter_by(order_id=back).update({"refunded": 2200})
        session.query(Tender).filter_by(order_id=stored).update({"kind": "wallet"})
    for order in (back, stored):
        with pytest.raises(NothingToInvoice):
            ask(till, order, PERSON)


def test_who_may_ask_and_answer(till: Till) -> None:
    order = sold(till, member=till.member)
    owner, stranger = Actor("member", till.member.id), Actor("member", till.member.id + 1)
    with pytest.raises(NotFound):
        ask(till, order, PERSON, stranger)
    for role in ("kitchen", "southern"):
        with pytest.raises(Forbidden):
            ask(till, order, PERSON, till.shop.actors[role])
    ask(till, order, PERSON, owner)
    with pytest.raises(Forbidden):
        answer(till, order, "issued", role="cashier")
    with pytest.raises(NotFound):
        answer(till, order, "issued", role="southern")


def test_the_member_is_told(till: Till) -> None:
    order = sold(till, member=till.member)
    ask(till, order, PERSON)
    answer(till, order, "issued", "已发到邮箱")
    with database.reading() as session:
        told = session.query(Message).filter(Message.key.like("invoice:%")).one()
    assert (told.title, told.member_id, told.path) == ("发票开好了", till.member.id, f"/member/orders/{order}")
    assert "已发到邮箱" in told.body


def test_requests_are_found_and_counted(till: Till) -> None:
    first, second = sold(till), sold(till)
    ask(till, first, COMPANY)
    ask(till, second, PERSON)
    answer(till, first, "issued")
    actor = till.shop.actors["manager"]

    def listed(state: str = "", text: str = "") -> list[int]:
        return [each.order_id for each in queries.list_invoices(session, actor=actor, state=state, text=text)]

    with database.reading() as session:
        assert listed() == [second, first]
        assert listed("asked") == [second]
        for text, found in (("贸易", [first]), ("y43", [first]), ("-0002", [second]), ("%", [])):
            assert listed(text=text) == found
        counts = queries.count_invoices(session, till.shop.east.id)
        elsewhere = queries.list_invoices(session, actor=till.shop.actors["southern"])
    assert counts == {"asked": 1, "issued": 1, "declined": 0}
    assert elsewhere == []


def test_a_receipts_link_opens_its_order_for_so_many_days(till: Till) -> None:
    order = sold(till)
    token = queries.receipt_token(order)
    with database.reading() as session:
        assert queries.get_order_of_token(session, token, at=till.shop.at + timedelta(days=89)).id == order
        with pytest.raises(ReceiptOver):
            queries.get_order_of_token(session, token, at=till.shop.at + timedelta(days=90))


@pytest.mark.parametrize("order_id", [1, 255, 256, 2**40, 2**63 - 1])
def test_a_token_reads_back_to_its_order(app: Any, order_id: int) -> None:
    token = queries.receipt_token(order_id)
    assert queries.read_receipt_token(token) == order_id
    flipped = token[:-3] + ("A" if token[-3] != "A" else "B") + token[-2:]
    for forged in (flipped, token[:-1], "A" + token, token + "A", token + "=", token.swapcase(), "", "é", "AAAA" * 20):
        assert queries.read_receipt_token(forged) is None
