"""What belongs to somebody (林小满, the east store), with its real ids and its words, and everybody who may come and ask for it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from secrets import token_bytes
from typing import Any

from sqlalchemy import false, select
from sqlalchemy.orm import Session
from werkzeug.routing import Rule

from services import wiring
from services.approvals.models import Approval
from services.approvals.rules import LIFE
from services.catalog import commands as catalog
from services.coupons import commands as coupons
from services.coupons.queries import find_redemption
from services.dataio import commands as dataio
from services.dataio import queries as dataio_queries
from services.exports.models import Export
from services.family import commands as families
from services.fields import commands as asking
from services.fields.schemas import FieldIn
from services.forms import commands as forms
from services.household import commands as households
from services.household.queries import list_invitations
from services.identity import commands as identity
from services.identity import queries as people
from services.identity.models import Role
from services.interactions import commands as interactions
from services.loyalty import commands as loyalty
from services.loyalty.schemas import EarningRuleIn, TierIn
from services.members import commands as members
from services.members.models import Member
from services.merging.commands import merge_members
from services.messaging import commands as messaging
from services.messaging.models import Message, PushSubscription
from services.orders.queries import receipt_token
from services.segments import commands as segments
from services.shared import database, jobs
from services.shared.actors import SYSTEM, Actor
from services.signin.models import MemberSession, Passkey, ShopDevice, StaffSession
from tests.browse import body
from tests.cast import PASSWORD, Cast
from tests.couponing import free_item, give_coupon, make_template
from tests.forming import hang_up
from tests.selling import Till, fill_shelf, welcome_member
from tests.tilling import open_shift
from tests.topping import offer, pay_in
from tests.webapp import hostile

PHONE, ENDPOINT = "+8613712345678", "https://web.push.apple.com/xiaoman"
TILL = "https://web.push.apple.com/east"
# What counts requests, or when somebody was last here, changes by asking.
UNCOUNTED = {"limits", "heartbeats"}
UNCOUNTED_COLUMNS = {"seen_at"}
Rows = dict[str, list[tuple[Any, ...]]]


@dataclass
class Foreign:
    """Ids for addresses, a body that names foreign things in every field that could, and the words that must not come out."""

    shop: Cast
    till: Till
    ids: dict[str, str]
    own_ids: dict[str, dict[str, str]]
    bodies: dict[str, dict[str, Any]]
    store_words: tuple[str, ...]
    receipt_words: tuple[str, ...]
    member_words: tuple[str, ...]
    person_words: tuple[str, ...]
    phone_words: tuple[str, ...]
    fang: Member

    def address(self, rule: Rule) -> str:
        """The address of this rule with the foreign ids in it; some endpoints want ids of their own kind."""
        app = "member" if rule.rule.startswith(("/member/", "/api/v1/me/")) else ""
        known = self.ids | self.own_ids.get(app, {}) | self.own_ids.get(rule.endpoint, {})
        return hostile.address(rule, **known) + known.get("query", "")

    def sent(self, rule: Rule) -> dict[str, Any]:
        """What is sent along: everything foreign, under every name that could be read; some endpoints want values of their own kind."""
        return self.bodies[""] | self.bodies.get(rule.endpoint, {})


def make_foreign(shop: Cast) -> Foreign:
    """The world: the east store and 林小满 have one of everything."""
    xiaoman = welcome_member(shop.at, "林小满", PHONE)
    till = Till(shop, shop.browser("cashier"), fill_shelf(shop.at), xiaoman)
    jobs.beat("worker", shop.at)
    _hire(shop)
    ids = _sold(shop, till) | _arranged(shop, till) | _merged(shop)
    words, more, keys = _written(shop, till, ids)
    ids |= keys.pop("")
    fang = welcome_member(shop.at, "王芳", "+8613900139000")
    quote = till.quote(till.line("曲奇"), member=till.member)["id"]
    credit = till.sell(till.line("拿铁"))
    coupon_code, used_code, gift = more["coupon_code"], more["used_code"], more["gift"]
    own_ids = {
        "member": {"session_id": more["member_session_id"]} | keys.pop("member"),
        **keys,
        "api_passkeys.list_passkeys": {"query": f"?staff={ids['staff_id']}"},
        **{each: {"code": more["poster"]} for each in ("public.join", "public.known", "public.register")},
        **{each: {"code": gift} for each in ("member.gift_page", "member.take_gift")},
        **{each: {"token": more["invitation"]} for each in ("member.join_page", "member.join_household")},
        "api_coupons.undo_redemption": {"code": used_code},
        "staff.undo_coupon": {"coupon_id": more["used_id"]},
        "api_stores.get_setting": {"name": "shop.name"},
        **{  # nobody shows themselves a code, so it is not the manager who is named
            each: {"staff_id": str(shop.staff["cashier"].id)}
            for each in ("api_second_steps.show_recovery_code", "staff.recovery_code", "staff.show_recovery_code")
        },
        **{
            each: {"code": "IPV-1"}
            for each in ("api_families.mark_dose", "api_own_families.mark_own_dose", "member.mark_dose")
        },
        "api_parked_carts.list_parked_carts": {"query": f"?store={shop.east.id}"},
    }
    store, member = str(shop.east.id), str(till.member.id)
    sent = {
        "store": store, "store_id": store, "stores": [store], "member": member, "member_id": member, "to": member, "staff": ids["staff_id"],
        "quote": quote, "receipt_code": credit["receipt_code"], "handle": ids["handle"], "endpoint": ENDPOINT, "order": ids["order_id"],
        "coupon": ids["coupon_id"], "coupons": [ids["coupon_id"]], "shift": ids["shift_id"], "sold_out": True, "way": "app",
        "amount": "9.00", "label": "东湖", "pieces": 1, "cart": {"lines": []}, "lines": [till.line("拿铁")], "words": "想要",
        "code": "6901234567892",
        "opening_float": "300.00", "reason": "想要", "proof": f"p_{ids['proof_id']}", "public_code": "XIAOMAN20",
        "tenders": [{"kind": "cash", "amount": "9.00"}], "yes": True, "answer": "no",
    }  # fmt: skip
    part = {"lines": [{"line": "1", "quantity": 1}], "amount": None, "reason": "口味不对"}
    worn = {"name": "新角色", "permissions": ["orders:read"]}
    bodies = {
        "": sent,
        **{f"{place}.create_token": {"name": "新程序", "scopes": ["orders:read"]} for place in ("api_tokens", "staff")},
        **{f"{place}.{verb}_role": worn for place in ("api_roles", "staff") for verb in ("create", "change")},
        **{each: {"endpoint": TILL} for each in ("api_push.test_staff", "api_push.unsubscribe_staff")},
        **{f"api_passkeys.change_{whose}_passkey": {"name": "别人的"} for whose in ("my", "own")},
        **{
            each: {"name": "别人的手机"}
            for each in (
                "api_shop_devices.change_shop_device",
                "api_shop_devices.create_device_code",
                "staff.rename_shop_device",
                "staff.show_device_code",
            )
        },
        **{f"{app}.rename_passkey": {"name": "别人的"} for app in ("member", "staff")},
        **{f"{place}.decline": {"note": "先问问"} for place in ("api_approvals", "staff")},
        "api_refunds.preview_refund": part,
        "api_refunds.create_refund": part,
        "api_tills.open_till": {"name": "二号"},
        "api_wallet.create_top_up": {"coupons": 0},
        "api_stores.change_store": {"code": "B1"},
        **{f"{place}.note_interaction": {"kind": "note", "at": None} for place in ("api_timeline", "staff")},
        "api_own_families.mark_own_dose": {"state": "done"},
        "api_orders.change_order": {"fields": {"delivery": "放门口"}},
        "staff.answer_order_fields": {"fields.delivery": "放门口"},
        **{
            f"api_segments.{verb}": {"name": "别的", "conditions": {"all": []}}
            for verb in ("create_segment", "preview_segment")
        },
        "api_segments.change_segment": {"name": "别的"},
        "public_forms.submit": {"website": "https://spam.example"},
        "api_forms.create_form": {"kind": "survey", "title_zh": "问一问"},
        "staff.create_form": {"kind": "survey", "title_zh": "问一问"},
        "staff.change_form": {"kind": "registration", "title_zh": "登记"},
        "api_forms.confirm_submission": {"questions": ["q2"]},
        **{f"staff.{verb}_question": {"kind": "name"} for verb in ("add", "change")},
        **{f"{place}.create_form_link": {"source": "walk_in"} for place in ("api_forms", "staff")},
        **{
            f"{place}.{verb}_tag": {"name": "别的", "colour": "honey"}
            for place in ("api_tags", "staff")
            for verb in ("create", "change")
        },
        **{f"{place}.create_export": {"list": "orders"} for place in ("api_exports", "staff")},
        "staff.create_segment": {"name": "别的"},
        "staff.change_segment": {"name": "别的"},
        "api_fields.change_field": {"label_zh": "送到哪里", "key": "delivery"},
        "staff.change_field": {"label_zh": "送到哪里", "kind": "text", "key": "delivery"},
    }
    receipt_words = (more["receipt_code"], credit["receipt_code"], ids["token"])
    store_words = (*words, *receipt_words, more["number"], credit["number"], more["poster"])
    phone_words = (PHONE.removeprefix("+86"), "137 1234 5678")
    person_words = (*phone_words, "xiaoman-wx", "不吃坚果")
    member_words = (
        *person_words,
        "林小满",
        "小满的悄悄话",
        "写给小满",
        "小满亲启",
        ids["handle"],
        gift,
        coupon_code,
        used_code,
        ENDPOINT,
    )
    return Foreign(
        shop, till, ids, own_ids, bodies, store_words, receipt_words, member_words, person_words, phone_words, fang
    )


def _sold(shop: Cast, till: Till) -> dict[str, str]:
    """What money leaves behind."""
    east, member, manager = str(shop.east.id), till.member.id, shop.browser("manager")
    shift = open_shift(shop, name="东湖抽屉")
    order = till.sell(till.line("提拉米苏"), member=till.member, note="东湖的悄悄话")
    top_up = pay_in(till, amount="77.00")
    till.browser.post(f"/staff/orders/{order['id']}/invoice", kind="personal", title="东湖抬头")
    back = {"store": east, "reason": "东湖搬家"}
    payout = body(manager.api("POST", f"/api/v1/members/{member}/wallet/payouts", back))
    part = {"amount": "1.00", "reason": "东湖做错了"}
    refund = body(manager.api("POST", f"/api/v1/orders/{order['id']}/refunds", part))
    asked = {"store": east, "member": str(member), "way": "app", "amount": "9.00"}
    proof = body(till.browser.api("POST", "/api/v1/proofs", asked))
    waiting = {"store": east, "member": str(member), "label": "东湖靠窗", "pieces": 1, "cart": {}}
    parked = body(till.browser.api("POST", "/api/v1/parked-carts", waiting))
    return {
        "order_id": order["id"], "number": order["number"], "receipt_code": order["receipt_code"], "token": receipt_token(int(order["id"])),
        "top_up_id": top_up["id"], "payout_id": payout["id"], "refund_id": refund["id"], "parked_id": parked["id"],
        "proof_id": proof["id"].removeprefix("p_"), "shift_id": str(shift), "store_id": east, "member_id": str(member), "day": "2026-11-21",
    }  # fmt: skip


def _merged(shop: Cast) -> dict[str, str]:
    """Two cards of 王阿姨 that became one, and a third that may."""
    winner, loser, third = (welcome_member(shop.at, "王阿姨", f"+861360000000{number}") for number in range(3))
    with database.transaction() as session:
        done = merge_members(session, winner.id, loser.id, {}, actor=SYSTEM, at=shop.at)
    return {"merge_id": str(done.id), "loser_id": str(third.id)}


def _arranged(shop: Cast, till: Till) -> dict[str, str]:
    """What the whole shop shares: products, plans, levels, rules, roles, templates."""
    plan, template = offer(till), make_template(shop, claimable=True, public_code="XIAOMAN20")
    with database.transaction() as session:
        category = catalog.create_category(session, {"name": "切件"}, actor=SYSTEM, at=shop.at).id
        batch = coupons.issue_to_members(session, template, [till.member.id], "谢谢", actor=SYSTEM, at=shop.at).id
        sheets = dataio_queries.read_file("手机号,姓名\n13900139009,小美\n".encode())
        imported = dataio.upload_import(session, "老会员.csv", sheets, actor=SYSTEM, at=shop.at).id
        role = session.scalars(select(Role.id).where(Role.name == "cashier")).one()
        program, _ = identity.create_token(
            session, "财务软件", ["orders:read"], known=wiring.PERMISSIONS, actor=SYSTEM, at=shop.at
        )
        double = EarningRuleIn().load({"name": "双倍积分", "multiplier": "2"})
        field = FieldIn().load({"subject": "order", "kind": "text", "label_zh": "送货备注", "key": "delivery"})
        field_id = asking.create_field(session, field, actor=SYSTEM, at=shop.at).id
        rule = loyalty.create_rule(session, double, actor=SYSTEM, at=shop.at).id
        tier = loyalty.create_tier(
            session, TierIn().load({"name": "甜品师", "threshold": "9000.00"}), actor=SYSTEM, at=shop.at
        ).id
    return {
        "plan_id": str(plan.id), "template_id": str(template), "category_id": str(category), "batch_id": str(batch),
        "import_id": str(imported),
        "role_id": str(role), "token_id": str(program.id), "rule_id": str(rule), "field_id": str(field_id),
        "tier_id": str(tier), "product_id": str(till.products["拿铁"]),
        "row": "0", "group": "shop", "kind": "marketing", "name": "member", "app": "member", "file": "192",
    }  # fmt: skip


def _hire(shop: Cast) -> None:
    """南方, who owns the south and nothing else, and a newcomer in the east who may do nothing at all."""
    with database.transaction() as session:
        newcomer = {"name": "新人", "permissions": []}
        role = identity.create_role(session, newcomer, known=wiring.PERMISSIONS, actor=SYSTEM, at=shop.at).name
        for key, name, held, store in (("partner", "南方", "owner", shop.south), ("newcomer", "小新", role, shop.east)):
            told = {"username": key, "name": name, "password": PASSWORD, "role": held, "stores": [store.id]}
            shop.staff[key] = identity.create_staff(session, told, actor=SYSTEM, at=shop.at)
            shop.actors[key] = people.actor_of_staff(session, shop.staff[key], "tests")


def _passkey(session: Session, at: datetime, **owner: int) -> str:
    """The id of somebody's passkey."""
    name, random = f"东湖{owner}", token_bytes(32)
    made = Passkey(
        **owner, user_handle=random, credential_id=random, public_key=random, sign_count=0, transports=[], aaguid="", synced=False,
        backed_up=False, name=name, created_at=at,
    )  # fmt: skip
    session.add(made)
    session.flush()
    return str(made.id)


def _written(
    shop: Cast, till: Till, ids: dict[str, str]
) -> tuple[tuple[str, ...], dict[str, str], dict[str, dict[str, str]]]:
    """What is 林小满's own, and the poster at the door of the east store; fills `ids`."""
    at, member, phone = shop.at, till.member, shop.phone(till.member)
    coupon_id, coupon_code = give_coupon(shop, member, transferable=True)
    gift_id, _ = give_coupon(shop, member, transferable=True)
    used_id, used_code = give_coupon(shop, member, free_item(till.products["拿铁"]))
    with database.transaction() as session:
        gift = coupons.offer_transfer(session, gift_id, member.id, actor=SYSTEM, at=at)
        coupons.redeem(
            session, used_id, member_id=member.id, saved=2200, store_id=shop.east.id, actor=shop.cashier, at=at
        )
        redemption = find_redemption(session, used_id)
        changed = {"wechat_id": "xiaoman-wx", "note": "不吃坚果"}
        members.change_member(session, member.id, changed, actor=SYSTEM, at=at)
        told = {"title": "小满亲启", "body": "写给小满的话", "category": "service"}
        messaging.send_by_hand(session, member.id, told, language="zh", key="xiaoman", actor=SYSTEM, at=at)
        session.add(
            PushSubscription(
                app="member", member_id=member.id, endpoint=ENDPOINT, p256dh="x", auth="x", created_at=at, seen_at=at
            )
        )
        session.add(
            PushSubscription(
                app="staff",
                staff_id=shop.staff["cashier"].id,
                endpoint=TILL,
                p256dh="x",
                auth="x",
                created_at=at,
                seen_at=at,
            )
        )
        link = {"label": "东湖门口", "store_id": shop.east.id, "source": "walk_in"}
        poster = members.create_registration_link(session, link, actor=SYSTEM, at=at)
        device = ShopDevice(store_id=shop.east.id, name="东湖手机", key_hash="x", browser="", created_at=at, seen_at=at)
        session.add(device)
        session.flush()
        cashier, manager = shop.staff["cashier"].id, shop.staff["manager"].id
        keys = {
            place: {"passkey_id": _passkey(session, at, **owner)} for place, owner in {
                "": {"staff_id": cashier}, "staff.remove_passkey": {"staff_id": cashier}, "member": {"member_id": member.id},
                "member.remove_passkey": {"member_id": member.id}, "api_passkeys.remove_passkey": {"staff_id": manager},
                "staff.remove_passkey_of_person": {"staff_id": manager},
            }.items()
        }  # fmt: skip
        mine = session.scalars(select(StaffSession.id).where(StaffSession.staff_id == shop.staff["cashier"].id)).first()
        boss = session.scalars(select(StaffSession.id).where(StaffSession.staff_id == manager)).first()
        keys["staff.revoke_session_of_person"] = {"session_id": str(boss)}
        hers = session.scalars(select(MemberSession.id).where(MemberSession.member_id == member.id)).first()
        message_id = session.scalars(
            select(Message.id).where(Message.member_id == member.id).order_by(Message.id.desc())
        ).first()
    with database.transaction() as session:
        request = Approval(
            kind="payout", member_id=member.id, store_id=shop.east.id, amount=100, terms={}, reason="东湖想退",
            asked_kind="staff", asked_by=cashier, asked_name="小林", asked_at=at, expires_at=at + LIFE,
        )  # fmt: skip
        session.add(request)
        session.flush()
        ids["approval_id"] = str(request.id)
        export = Export(
            listing="orders", format="csv", columns=["number"], filters={}, words={"title": "东湖的导出"}, whole=False,
            permissions=["exports:create", "orders:read"], stores=[shop.east.id], actor_kind="staff", actor_id=cashier,
            actor_name="小林", state="failed", created_at=at,
        )  # fmt: skip
        session.add(export)
        session.flush()
        ids["export_id"] = str(export.id)
    handle = body(phone.api("POST", "/api/v1/me/devices", {"name": "iPhone"}))["handle"]
    ids |= _grouped(member.id, shop)
    made, deciding = _asked(shop)
    ids |= made
    keys |= deciding
    ids["interaction_id"], spare_note = (_noted(member.id, shop) for _ in range(2))
    keys["staff.remove_interaction"] = {"interaction_id": spare_note}
    told_of, *spare = (_told(member.id, at) for _ in range(3))
    ids |= told_of
    homes = [_shared(member, at, number) for number in range(3)]
    invited = homes[0].pop("token")
    keys["member"] |= homes[0]
    ids |= homes[0]
    keys["member.cancel_invitation"] = {"invitation_id": homes[1].pop("invitation_id")}
    for place, home in (("staff", homes[1]), ("member", homes[2])):
        keys[f"{place}.remove_{'from_household' if place == 'staff' else 'household_person'}"] = home
    for app, family in zip(("staff", "member"), spare, strict=True):
        keys |= {f"{app}.remove_{each}": {f"{each}_id": family[f"{each}_id"]} for each in ("child", "pregnancy")}
    ids |= {
        "coupon_id": str(coupon_id), "code": coupon_code, "redemption_id": str(redemption), "message_id": str(message_id),
        "link_id": str(poster.id), "shop_device_id": str(device.id),
        "session_id": str(mine), "staff_id": str(shop.staff["manager"].id), "handle": handle,
    }  # fmt: skip
    more = {
        "coupon_code": coupon_code, "used_code": used_code, "used_id": str(used_id), "gift": gift, "poster": poster.code,
        "member_session_id": str(hers), "invitation": invited, "number": ids["number"], "receipt_code": ids["receipt_code"],
    }  # fmt: skip
    words = ("东湖想退", "东湖抽屉", "东湖的悄悄话", "东湖抬头", "东湖做错了", "东湖靠窗", "东湖门口")
    return words, more, keys


def _grouped(member_id: int, shop: Cast) -> dict[str, str]:
    """A segment, and a tag that she has."""
    with database.transaction() as session:
        told = {"name": "东湖的客群", "note": "", "conditions": {"all": []}}
        segment = segments.create_segment(session, told, actor=shop.owner, at=shop.at)
        tag = segments.create_tag(
            session, {"name": "怕甜", "colour": "honey", "grouping": ""}, actor=shop.owner, at=shop.at
        )
        segments.add_tag(session, member_id, tag.id, actor=shop.owner, at=shop.at)
        return {"segment_id": str(segment.id), "tag_id": str(tag.id), "tag": str(tag.id)}


def _asked(shop: Cast) -> tuple[dict[str, str], dict[str, dict[str, str]]]:
    """A form at the counter of the east, with what somebody sent in her name: one for each way of deciding about it."""
    link, over = (
        hang_up(shop, {"kind": "phone", "required": True}, {"kind": "name"}, title_zh=name) for name in ("登记", "完了")
    )
    typed = {"phone": PHONE, "consent": "1", "a.q2": "林小满"}
    with database.transaction() as session:
        sent = [
            str(forms.submit_form(session, link.token, typed, actor=Actor("public"), at=shop.at).id) for _ in range(5)
        ]
    decided = [
        f"{place}.{verb}_{what}"
        for place, what in (("staff", "form_proposal"), ("member", "own_form"))
        for verb in ("confirm", "refuse")
    ]
    own = {place: {"proposal_id": each} for place, each in zip(decided, sent[1:], strict=True)}
    own |= {each: {"form_id": str(over.form_id)} for each in ("staff.close_form", "api_forms.close_form")}
    found = {
        "form_id": str(link.form_id), "form_link_id": str(link.id), "form_token": link.token, "submission_id": sent[0],
        "proposal_id": sent[0], "question_key": "q2", "place": "0",
    }  # fmt: skip
    return found, own


def _noted(member_id: int, shop: Cast) -> str:
    """What staff wrote down of her."""
    told = {"kind": "call", "words": "小满的悄悄话", "store_id": None, "at": None}
    with database.transaction() as session:
        return str(interactions.note_interaction(session, member_id, told, actor=SYSTEM, at=shop.at).id)


def _shared(holder: Member, at: datetime, number: int) -> dict[str, str]:
    """Somebody who shares her account, and a link for one more."""
    guest = welcome_member(at, f"小满的婆婆{number}", f"+861370000000{number}")
    limits = {"kinship": "other", "wallet": True, "per_day": 10_000, "per_payment": 5_000, "points": True}
    with database.transaction() as session:
        for member in (holder, guest):
            session.get_one(Member, member.id).phone_verified_at = at
        households.create_invitation(session, holder.id, limits, actor=SYSTEM, at=at)
        token = list_invitations(session, holder.id, at=at)[-1].token
        person = households.join_household(session, token, guest.id, actor=SYSTEM, at=at)
        if number == 2:
            return {"person_id": str(person.id)}
        invitation = households.create_invitation(session, holder.id, limits, actor=SYSTEM, at=at)
        last = list_invitations(session, holder.id, at=at)[-1]
        return {"person_id": str(person.id), "invitation_id": str(invitation.id), "token": last.token}


def _told(member_id: int, at: datetime) -> dict[str, str]:
    """Her family: a child, and a pregnancy that goes on."""
    both = {"children_consent": True, "health_consent": True}
    born, due = at.date() - timedelta(days=100), at.date() + timedelta(days=100)
    with database.transaction() as session:
        child = {"name": "小满家的豆豆", "born_on": born, "allergies": "小满家怕花生", **both}
        child_id = families.add_child(session, member_id, child, actor=SYSTEM, at=at).id
        pregnancy = families.add_pregnancy(session, member_id, {"due_on": due, **both}, actor=SYSTEM, at=at)
        return {"child_id": str(child_id), "pregnancy_id": str(pregnancy.id)}


def rows_now(*, store_id: int | None = None, member_id: int | None = None) -> Rows:
    """What the tables hold, but for counted requests; only the rows of a store, or of a member, when one is named."""
    found: Rows = {}
    with database.reading() as session:
        for table in database.Base.metadata.sorted_tables:
            columns = [column for column in table.columns if column.name not in UNCOUNTED_COLUMNS]
            query = select(*columns).order_by(*table.primary_key.columns)
            for name, value in (("store_id", store_id), ("member_id", member_id)):
                if value is not None:
                    query = query.where(table.columns[name] == value) if name in table.columns else query.where(false())
            if table.name not in UNCOUNTED:
                found[table.name] = [tuple(row) for row in session.execute(query)]
    return found


def changes(before: Rows, after: Rows) -> list[str]:
    """Which tables are other than they were, and by which rows."""
    return [
        f"{name}: {row}"
        for name, rows in before.items()
        for row in [*(row for row in after[name] if row not in rows), *(row for row in rows if row not in after[name])]
    ]
