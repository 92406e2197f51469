"""The list of every page, made from the product's own route table, with an address for each."""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from flask import Flask
from werkzeug.routing import Rule

from tests.kit.shop import Shop
from webapp import create_app

Who = Literal["staff", "member", "nobody"]

# Routes under GET that answer something else than a page. Whatever else is not visited fails the test.
NOT_PAGES = {
    "assets.dist": "built files",
    "assets.upload": "pictures",
    "health.healthz": "JSON for machines",
    "pwa.icon": "pictures",
    "pwa.manifest": "JSON for browsers",
    "pwa.screenshot": "pictures",
    "staff.find_at_counter": "a fragment: it stands inside the counter's page",
    "staff.offline_kit": "JSON for the counter",
    "staff.member_strip": "a fragment: it stands inside the counter's page",
    "staff.member_standing": "JSON for the counter",
    "staff.coupon_example": "a fragment: it stands inside the coupon editor",
    "staff.preview_earning_rule": "a fragment: it stands inside the rule's form",
    "staff.field_example": "a fragment: it stands inside the field's form",
    "staff.preview_tier": "a fragment: it stands inside the level's form",
    "staff.plan_sentence": "a fragment: it stands inside the plan's form",
    "member.whose_card": "asked of who comes in after a long silence: visited by its own test",
    "member.gift_page": "a link that a member makes: visited by its own test",
    "pwa.worker_queue": "a script of the worker",
    "pwa.preview": "JSON for the colour field; only while someone chooses a colour",
    "ca.page": "only with TLS=local",
    "ca.certificate": "a certificate, only with TLS=local",
    "setup.wizard": "only an empty shop has it: visited by its own test",
}
# Where a value in an address comes from: the newest row of the demo shop.
VALUES = {
    "member_id": "SELECT :member",
    "loser_id": "SELECT max(id) FROM members WHERE archived_at IS NULL AND id <> :member",
    "merge_id": "SELECT max(id) FROM merges",
    "order_id": "SELECT max(id) FROM orders WHERE state = 'paid' AND member_id IS NOT NULL",
    "product_id": "SELECT max(id) FROM products",
    "category_id": "SELECT max(id) FROM categories",
    "store_id": "SELECT max(id) FROM stores",
    "staff_id": "SELECT max(id) FROM staff",
    "message_id": "SELECT max(id) FROM messages WHERE member_id = :member",
    "link_id": "SELECT max(id) FROM registration_links",
    "code": "SELECT code FROM registration_links WHERE archived_at IS NULL ORDER BY id LIMIT 1",
    "group": "SELECT 'shop'",
    "kind": "SELECT 'marketing'",
    "name": "SELECT 'member'",
    "template_id": "SELECT max(id) FROM coupon_templates WHERE claimable AND archived_at IS NULL",
    "coupon_id": "SELECT max(id) FROM coupons WHERE member_id = :member",
    "plan_id": "SELECT max(id) FROM top_up_plans",
    "child_id": "SELECT max(id) FROM children WHERE member_id = :member",
    "pregnancy_id": "SELECT max(id) FROM pregnancies WHERE member_id = :member",
    "person_id": "SELECT min(id) FROM household_people WHERE holder_id = :member",
    "invitation_id": "SELECT max(id) FROM household_invitations WHERE holder_id = :member AND ended_at IS NULL",
    "row": "SELECT 0",
    "field_id": "SELECT min(id) FROM fields",
    "form_id": "SELECT min(id) FROM forms",
    "form_link_id": "SELECT max(id) FROM form_links WHERE form_id = (SELECT min(id) FROM forms)",
    "form_token": "SELECT token FROM form_links WHERE archived_at IS NULL ORDER BY id LIMIT 1",
    "submission_id": "SELECT max(id) FROM form_submissions WHERE form_id = (SELECT min(id) FROM forms)",
    "proposal_id": "SELECT max(id) FROM form_submissions WHERE state = 'proposal' AND member_id = :member",
    "question_key": "SELECT 'q1'",
    "place": "SELECT 0",
    "segment_id": "SELECT min(id) FROM segments",
    "tag_id": "SELECT min(id) FROM tags",
    "import_id": "SELECT max(id) FROM imports",
    "tier_id": "SELECT max(id) FROM tiers",
    "role_id": "SELECT id FROM roles WHERE name = 'cashier'",
    "rule_id": "SELECT max(id) FROM earning_rules",
    "shift_id": "SELECT max(id) FROM till_shifts",
    "top_up_id": "SELECT max(id) FROM top_ups WHERE member_id = :member",
    "day": "SELECT max(day) FROM orders",
}
# Some pages are about orders of their own kind.
ORDERS_OF = {
    "/member/": "SELECT max(id) FROM orders WHERE member_id = :member",
    "/staff/invoices/": "SELECT max(order_id) FROM invoice_requests",
}
# Values of pages that the demo shop has no row for; their own tests visit them.
NOT_IN_DEMO = {"batch_id", "payout_id", "proof_id", "refund_id", "token"}


@dataclass(frozen=True)
class Place:
    """One page: the route's endpoint, an address of it, and who has to be signed in."""

    endpoint: str
    path: str
    who: Who

    @property
    def name(self) -> str:
        """A name for pictures: `staff-orders`."""
        return self.endpoint.replace(".", "-").replace("_", "-")


def every_page(shop: Shop, member_id: int) -> list[Place]:
    """Every page of the product. Raises KeyError for a value in an address that nobody knows how to fill."""
    with closing(sqlite3.connect(f"file:{shop.data / 'changke.db'}?mode=ro", uri=True)) as books:
        return sorted(_places(_routes(shop.data.parent), books, member_id), key=lambda place: place.path)


def _routes(folder: Path) -> Flask:
    """An application of the same code, beside the running one: only its route table is read."""
    return create_app({"DATA": str(folder / "routes"), "DEMO": "1"})


def _places(app: Flask, books: sqlite3.Connection, member_id: int) -> Iterator[Place]:
    for rule in app.url_map.iter_rules():
        if "GET" not in (rule.methods or ()) or rule.rule.startswith("/api/") or rule.endpoint in NOT_PAGES:
            continue
        if NOT_IN_DEMO & rule.arguments:
            continue
        yield Place(rule.endpoint, _address(rule, books, member_id), _who(rule))


def _address(rule: Rule, books: sqlite3.Connection, member_id: int) -> str:
    path = rule.rule
    for name in rule.arguments:
        own = (query for start, query in ORDERS_OF.items() if name == "order_id" and path.startswith(start))
        query = next(own, VALUES[name])
        value = books.execute(query, {"member": member_id} if ":member" in query else {}).fetchone()[0]
        path = re.sub(rf"<(?:[^<>]*:)?{name}>", str(value), path)
    return path


def _who(rule: Rule) -> Who:
    if rule.endpoint in {"staff.sign_in", "member.sign_in"} or rule.endpoint.endswith("_offline"):
        return "nobody"
    if rule.rule.startswith("/staff"):
        return "staff"
    return "member" if rule.rule.startswith("/member") else "nobody"
