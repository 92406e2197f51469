"""A member is erased: nothing of the person is left anywhere, and every book still adds up."""

from io import StringIO

import pytest
import structlog
from sqlalchemy import func, select, update

from services.audit.jobs import chain_audit
from services.audit.models import AuditEntry
from services.audit.queries import Search, list_entries
from services.forms.commands import submit_form
from services.forms.queries import get_submission
from services.members.models import Consent, Member
from services.members.queries import find_member_by_phone, search_members
from services.orders.models import InvoiceRequest, Order
from services.privacy.commands import Erasure, erase_member
from services.privacy.errors import WalletNotEmpty
from services.shared import clock, database
from services.shared.actors import Actor
from services.shared.database import Model
from services.shared.models import OutboxEntry
from services.shared.refusals import Forbidden
from services.signin.models import PasskeyChallenge
from services.wallet.models import WalletEntry
from tests.browse import Browser
from tests.cast import PASSWORD, Cast
from tests.erasing import FORMS, NAME, NOTE, PHONE, left_in_files, left_in_tables, live
from tests.forming import hang_up
from tests.selling import Till, open_till, welcome_member
from webapp.cli.books import find_differences


@pytest.fixture
def till(shop: Cast) -> Till:
    return open_till(shop)


@pytest.fixture
def phone(till: Till) -> Browser:
    """The phone of someone who has used everything; `till.member` is they."""
    return live(till)


def erase(till: Till, **how: object) -> Erasure | None:
    me = Actor("member", till.member.id, NAME, origin="10.9.8.7 phone")
    with database.transaction() as session:
        return erase_member(session, till.member.id, actor=me, at=till.shop.at, **how)  # type: ignore[arg-type]


def test_before_it_they_stand_in_many_places(till: Till, phone: Browser) -> None:
    places = {each.split(":")[0] for each in left_in_tables()}
    assert len(places) > 30, places


def test_no_table_holds_anything_of_them_afterwards(till: Till, phone: Browser) -> None:
    number = till.member.number
    chain_audit()
    assert find_differences() == []
    assert erase(till, give_up=True)
    chain_audit()
    assert left_in_tables((*FORMS, number)) == set()
    assert find_differences() == []


def test_no_file_of_the_shop_holds_anything_of_them_afterwards(till: Till, phone: Browser) -> None:
    """What was deleted is overwritten in SQLite's file, and its log is emptied; PostgreSQL keeps its files elsewhere."""
    erase(till, give_up=True)
    assert left_in_files() == set()


def test_everything_ends_at_once(till: Till, phone: Browser) -> None:
    assert phone.get("/member/me").status_code == 200
    erase(till, give_up=True)
    assert phone.get("/member/me").status_code == 303
    assert phone.api("GET", "/api/v1/me/wallet/entries").status_code == 401
    with database.reading() as session:
        assert find_member_by_phone(session, PHONE) is None
        assert search_members(session, "quxiao") == []


def test_the_phone_may_join_again_as_somebody_new(till: Till, phone: Browser) -> None:
    erase(till, give_up=True)
    again = welcome_member(till.shop.at, NAME, PHONE)
    assert again.id != till.member.id
    sold = till.sell(till.line("拿铁"), member=again)
    assert sold["points"]["after"] == sold["points"]["earned"]


def test_money_paid_in_is_given_up_in_so_many_words_or_nothing_happens(till: Till, phone: Browser) -> None:
    with pytest.raises(WalletNotEmpty) as refused:
        erase(till)
    assert refused.value.params == {"principal": "310.00"}
    assert phone.get("/member/me").status_code == 200
    done = erase(till, give_up=True)
    assert done is not None
    assert (done.principal, done.bonus, done.coupons) == (31000, 100, 3)
    assert done.points > 400
    with database.reading() as session:
        last = session.scalars(
            select(WalletEntry).where(WalletEntry.member_id == till.member.id).order_by(WalletEntry.id.desc())
        ).first()
    assert last is not None
    assert (last.principal_after, last.bonus_after) == (0, 0)


def test_orders_invoices_and_consents_stay_as_proof_without_the_person(till: Till, phone: Browser) -> None:
    def kept() -> tuple[object, ...]:
        with database.reading() as session:
            orders = session.execute(
                select(Order.id, Order.due, Order.member_id, Order.refunded).order_by(Order.id)
            ).all()
            given = session.execute(
                select(Consent.kind, Consent.version, Consent.way, Consent.given_at).order_by(Consent.id)
            ).all()
            invoices = session.execute(
                select(InvoiceRequest.order_id, InvoiceRequest.kind).order_by(InvoiceRequest.id)
            ).all()
            return orders, given, invoices, session.scalar(select(func.count()).select_from(AuditEntry))

    before = kept()
    erase(till, give_up=True)
    after = kept()
    assert after[:3] == before[:3]
    assert after[3] == int(str(before[3])) + 1
    with database.reading() as session:
        titles = set(session.execute(select(InvoiceRequest.title, InvoiceRequest.email, InvoiceRequest.state)).all())
        row = session.get_one(Member, till.member.id)
        withdrawn = session.scalars(select(Consent.withdrawn_at).where(Consent.member_id == row.id)).all()
    assert titles == {("筱绡贸易有限公司", "", "issued"), ("个人", "", "issued"), ("个人", "", "declined")}
    assert (row.name, row.phone, row.note, row.birthday_year) == ("已注销", None, "", None)
    assert all(withdrawn)


def test_the_log_says_that_it_was_done_and_what_ended(till: Till, phone: Browser) -> None:
    with database.transaction() as session:
        erase_member(
            session, till.member.id, give_up=True, reason=f"{NAME}来信要求", actor=till.shop.owner, at=till.shop.at
        )
    with database.reading() as session:
        entries = list_entries(session, Search(text="members:erase"), actor=till.shop.owner)
        of_them = list_entries(session, Search(member_id=till.member.id), actor=till.shop.owner, limit=200)
    changes = entries[0].changes
    assert changes is not None
    assert (changes["reason"], changes["principal"], changes["coupons"]) == ("已注销来信要求", -31000, -3)
    assert entries[0].actor_name == "阿满"
    assert len(of_them) > 20
    assert not any(each.changes for each in of_them)
    assert not any("10.9.8.7" in each.origin for each in of_them)


def test_words_that_are_taken_out_of_the_log_are_sealed_anew_and_nobody_else_can_do_it(
    till: Till, phone: Browser
) -> None:
    chain_audit()
    erase(till, give_up=True)
    with database.transaction() as session:
        emptied = [each for each in session.scalars(select(AuditEntry)) if "erased" in each.changes]
        assert emptied
        session.execute(
            update(AuditEntry).where(AuditEntry.id == emptied[0].id).values(changes=emptied[0].changes | {"amount": 1})
        )
    assert len(find_differences()) == 1


def test_a_tampered_entry_is_not_sealed_anew_by_an_erasure(till: Till, phone: Browser) -> None:
    with database.transaction() as session:
        mine = select(WalletEntry.id).where(WalletEntry.member_id == till.member.id, WalletEntry.note != "").limit(1)
        session.execute(update(WalletEntry).where(WalletEntry.id == session.scalar(mine)).values(note=f"{NOTE}?"))
    assert len(find_differences()) == 1
    erase(till, give_up=True)
    assert len(find_differences()) == 1
    assert left_in_tables() == set()


def test_erasing_twice_does_nothing_and_only_those_who_may_do_it(till: Till, phone: Browser) -> None:
    for nobody in (till.shop.cashier, till.shop.manager, Actor("member", till.member.id + 1)):
        with pytest.raises(Forbidden), database.transaction() as session:
            erase_member(session, till.member.id, give_up=True, reason="x", actor=nobody, at=till.shop.at)
    assert erase(till, give_up=True)
    assert erase(till, give_up=True) is None


def test_nothing_new_is_written_about_somebody_who_is_gone(till: Till, phone: Browser) -> None:
    """An order of theirs is refunded later: the money goes back, nobody is told."""
    erase(till, give_up=True)
    with database.reading() as session:
        order = session.scalars(select(Order).where(Order.member_id == till.member.id)).first()
    assert order is not None
    manager = till.shop.browser("manager")
    done = manager.api("POST", f"/api/v1/orders/{order.id}/refunds", {"amount": "1.00", "reason": "口味不对"})
    assert done.status_code == 201, done.text
    assert find_differences() == []
    with clock.stand_at(till.shop.at):
        chain_audit()
    assert find_differences() == []
    assert {each for each in left_in_tables() if each.startswith("messages")} == set()
    restored = manager.post(f"/staff/members/{till.member.id}/restore")
    assert restored.status_code == 409


def test_the_passkey_that_they_are_adding_and_what_they_called_one_are_gone(till: Till, phone: Browser) -> None:
    asked = phone.api("POST", "/member/me/passkeys/options", {"name": "我的手机"})
    assert asked.status_code == 200, asked.text
    clerk = till.shop.browser("cashier").api(
        "POST", "/staff/account/passkeys/options", {"name": "柜台", "password": PASSWORD}
    )
    assert clerk.status_code == 200, clerk.text
    payload = {"passkey_id": 9, "member_id": till.member.id, "name": "小绡的旧手机", "at": till.shop.at.isoformat()}
    row = {"event": "PasskeyAdded", "reaction": "tell", "payload": payload, "depth": 0, "attempts": 0}
    with database.transaction() as session:
        session.add(OutboxEntry(**row, created_at=till.shop.at, available_at=till.shop.at))
    erase(till, give_up=True)
    with database.reading() as session:
        assert list(session.scalars(select(PasskeyChallenge.purpose))) == ["staff:add"]
        waiting = session.scalars(select(OutboxEntry).where(OutboxEntry.event == "PasskeyAdded")).one()
        assert (waiting.payload["name"], waiting.payload["passkey_id"]) == ("", 9)


def test_the_logs_of_a_whole_life_hold_nothing_of_them(till: Till, caplog: pytest.LogCaptureFixture) -> None:
    lines = StringIO()
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(lines))  # until the next application is made
    live(till)
    erase(till, give_up=True)
    told = lines.getvalue() + caplog.text
    assert "/api/v1/orders" in told
    assert [form for form in FORMS if form in told] == []


# Whoever adds a table that names a member says here what an erasure does to it, and does it.
def test_nobodys_answers_name_them_no_more(till: Till, phone: Browser) -> None:
    link = hang_up(till.shop, {"kind": "words", "label_zh": "想说的"}, kind="survey")
    with database.transaction() as session:
        typed = {"a.q1": f"请打给我 {PHONE}，谢谢"}
        sent = submit_form(session, link.token, typed, actor=Actor("public"), at=till.shop.at).id
    erase(till, give_up=True)
    with database.reading() as session:
        left = get_submission(session, link.form_id, sent, actor=till.shop.owner).answers["q1"]
    assert PHONE[-8:] not in left
    assert (left[:4], left[-3:]) == ("请打给我", "，谢谢")


KNOWN = {
    "approvals": "ended, words taken",
    "audit_entries": "sealed under the member's key, or taken out", "consents": "the proof stays, ended", "cool_downs": "gone",
    "children": "gone", "pregnancies": "gone", "interactions": "gone",
    "form_submissions": "gone", "form_gifts": "gone",
    "coupon_batch_rows": "emptied", "import_rows": "emptied",
    "coupon_events": "words taken", "coupons": "withdrawn, without code", "growth_accounts": "books",
    "growth_entries": "books, words taken", "household_people": "gone", "household_invitations": "gone",
    "member_devices": "a number", "member_facts": "figures", "member_keys": "destroyed", "member_search_terms": "gone",
    "member_products": "figures", "member_sessions": "gone", "member_tags": "gone",
    "member_tiers": "figures", "messages": "gone", "one_time_codes": "gone", "orders": "books, words taken",
    "parked_carts": "gone", "passkeys": "gone", "payouts": "books, words taken", "pending_points": "gone", "points_accounts": "books",
    "points_entries": "books, words taken", "points_lots": "books", "push_subscriptions": "gone",
    "retention_proposals": "gone", "scans": "numbers",
    "sms_messages": "a number", "spending_freezes": "gone", "spending_proofs": "words taken", "top_ups": "books",
    "wallet_accounts": "books",
    "wallet_entries": "books, words taken", "wallet_lots": "books", "wallet_pins": "gone", "coupon_transfers": "without token",
    "distinct_pairs": "numbers", "merges": "sealed under the member's key",
    "order_handovers": "words taken", "own_cards": "gone", "phone_codes": "gone", "phone_questions": "gone",
}  # fmt: skip


def test_every_table_that_names_a_member_is_known_to_the_erasure() -> None:
    naming = {
        table.name
        for table in Model.metadata.tables.values()
        for column in table.columns
        if column.name.endswith("member_id") or any(key.column.table.name == "members" for key in column.foreign_keys)
    }
    assert naming <= KNOWN.keys(), naming - KNOWN.keys()
