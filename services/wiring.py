"""The story of the system on one screen: who reacts to what, what runs when, who may do what."""

from collections.abc import Callable, Iterator, Mapping
from functools import partial

from sqlalchemy.orm import Session

from services.approvals import events as approving
from services.approvals import models as approvals
from services.approvals import reactions as approval_reactions
from services.approvals.jobs import forget_requests
from services.approvals.permissions import APPROVALS_DECIDE, APPROVALS_READ
from services.audit import models as audit
from services.audit.checks import find_differences as find_audit_differences
from services.audit.jobs import chain_audit
from services.audit.permissions import AUDIT_EXPORT, AUDIT_READ
from services.catalog import models as catalog
from services.catalog.permissions import PRODUCTS_CHANGE, PRODUCTS_READ, PRODUCTS_SELL_OUT
from services.catalog.queries import list_pictures as list_product_pictures
from services.checkout import jobs as benefits
from services.checkout import models as checkout_tables
from services.checkout import reactions as checkout
from services.checkout.checks import find_differences as find_sale_differences
from services.checkout.permissions import (
    DISCOUNTS_CREATE,
    ORDERS_CLAIM,
    ORDERS_CREATE,
    ORDERS_REASSIGN,
    QUOTES_CREATE,
    REFUNDS_CREATE,
)
from services.coupons import models as coupons
from services.coupons import reactions as coupon_reactions
from services.coupons.checks import find_differences as find_coupon_differences
from services.coupons.events import (
    CouponGiven,
    CouponIssued,
    CouponRedeemed,
    CouponRedeemedAlone,
    CouponReturned,
    CouponRevoked,
    CouponTransferred,
)
from services.coupons.jobs import expire_coupons, issue_batch, issue_batches
from services.coupons.permissions import (
    COUPON_TEMPLATES_CHANGE,
    COUPONS_ISSUE,
    COUPONS_READ,
    COUPONS_REDEEM,
    COUPONS_REVOKE,
    COUPONS_UNDO,
)
from services.dataio import models as dataio
from services.dataio.jobs import forget_rows, work_on_import, work_on_imports
from services.dataio.permissions import IMPORTS_CREATE
from services.dealing import models as dealing
from services.dealing.permissions import DEALING_READ
from services.exports import models as exports
from services.exports.jobs import forget_exports, make_export, make_exports
from services.exports.permissions import EXPORTS_CREATE
from services.family import models as family
from services.family.events import BirthAsked, FamilyChanged, FamilyStopped
from services.family.jobs import ask_about_births
from services.family.permissions import CHILDREN_CHANGE, CHILDREN_CREATE, CHILDREN_REVEAL, VACCINATION_PLANS_CREATE
from services.fields import models as fields
from services.fields.permissions import FIELDS_CHANGE, FIELDS_READ_PRIVATE
from services.forms import models as forms
from services.forms.events import FormSubmitted
from services.forms.permissions import (
    FORM_ANSWERS_EXPORT,
    FORM_ANSWERS_READ,
    FORM_GIFTS_CHANGE,
    FORM_LINKS_CHANGE,
    FORMS_CHANGE,
    FORMS_READ,
)
from services.household import models as household
from services.household import reactions as households
from services.household.events import HouseholdChanged
from services.household.permissions import HOUSEHOLDS_REMOVE
from services.identity import models as identity
from services.identity.permissions import KIT_READ, ROLES_CHANGE, STAFF_CHANGE, STAFF_READ, TOKENS_CREATE
from services.interactions import models as interactions
from services.interactions.events import InteractionNoted
from services.interactions.permissions import INTERACTIONS_CREATE, INTERACTIONS_READ, INTERACTIONS_REMOVE
from services.loyalty import models as loyalty_tables
from services.loyalty import reactions as loyalty
from services.loyalty.checks import find_differences as find_lot_differences
from services.loyalty.events import PointsAdjusted, PointsExpired, TierChanged, TierKept, TierWarned
from services.loyalty.jobs import keep_points, review_tiers, settle_ladder, warn_of_expiry
from services.loyalty.permissions import EARNING_RULES_CHANGE, POINTS_ADJUST, POINTS_READ, TIERS_CHANGE
from services.loyalty.queries import GROWTH, POINTS
from services.members import models as members
from services.members.events import ConsentWithdrawn, MemberChanged, MemberJoined
from services.members.jobs import follow_searched_fields
from services.members.permissions import (
    BIRTHDAYS_CHANGE,
    CONSENT_TEXTS_CREATE,
    MEMBERS_ARCHIVE,
    MEMBERS_CHANGE,
    MEMBERS_CREATE,
    MEMBERS_PHONES,
    MEMBERS_READ,
    MEMBERS_REVEAL,
    REGISTRATION_LINKS_CHANGE,
)
from services.merging import models as merging_tables
from services.merging import reactions as merging
from services.merging.checks import find_differences as find_merging_differences
from services.merging.events import MembersMerged, MergeUndone
from services.merging.permissions import MEMBERS_MERGE
from services.messaging import models as messaging_tables
from services.messaging import reactions as messaging
from services.messaging.jobs import deliver, forget_deliveries, forget_messages, sweep_deliveries
from services.messaging.permissions import MESSAGES_READ, MESSAGES_SEND
from services.orders import models as orders
from services.orders.checks import find_differences as find_order_differences
from services.orders.events import InvoiceAnswered, InvoiceAsked, OrderCompleted, OrderHandedOver, OrderRefunded
from services.orders.permissions import INVOICES_CREATE, INVOICES_READ, INVOICES_SETTLE, ORDERS_READ, ORDERS_REVIEW
from services.privacy import models as privacy
from services.privacy import purging
from services.privacy.checks import find_differences as find_privacy_differences
from services.privacy.jobs import erase_chosen_members, keep_erasures, propose_erasures
from services.privacy.parts import PARTS_OF_AN_ERASURE
from services.privacy.permissions import MEMBERS_ERASE, MINORS_EXPORT
from services.privacy.purging import Purge, purge_old
from services.segments import models as segments
from services.segments import reactions as following
from services.segments.events import TagAdded, TagRemoved
from services.segments.jobs import follow_facts, follow_tags, keep_day
from services.segments.permissions import SEGMENTS_CHANGE, SEGMENTS_READ, TAGS_CHANGE
from services.shared import events, jobs, pictures
from services.shared.actors import EVERYTHING
from services.shared.books.nightly import keep_nightly_copy
from services.shared.events import Event, Reaction
from services.shared.jobs import Every, Job
from services.shared.ledger import Ledger
from services.shared.pictures import Finder
from services.shared.upkeep import forget_old, forget_orphaned_pictures, sweep_outbox
from services.signin import events as entrance
from services.signin import models as signin
from services.signin import permissions as door
from services.signin import reactions as asking
from services.signin.commands.sms_codes import answer_asks
from services.signin.forgetting import forget_scans, forget_sessions
from services.signin.jobs import forget_ended
from services.signin.sms import tell_of_budget
from services.sms import models as sms
from services.sms.events import SmsBudgetReached
from services.sms.jobs import deliver as deliver_codes
from services.sms.jobs import forget_sent, sweep_messages
from services.stores import models as stores
from services.stores.permissions import SETTINGS_CHANGE, SETTINGS_READ, STORES_CHANGE, STORES_CREATE, STORES_READ
from services.stores.queries import list_pictures as list_setting_pictures
from services.tills import models as tills
from services.tills.events import TillClosed, TillOpened
from services.tills.permissions import TILLS_AUDIT, TILLS_CLOSE, TILLS_ENTER, TILLS_OPEN, TILLS_READ
from services.wallet import models as wallet
from services.wallet import reactions as wallets
from services.wallet.checks import find_differences as find_wallet_differences
from services.wallet.events import PaidOut, ToppedUp, WalletAdjusted
from services.wallet.permissions import (
    LIABILITY_READ,
    TOP_UP_PLANS_CHANGE,
    WALLET_ADJUST,
    WALLET_PAY_OUT,
    WALLET_READ,
    WALLET_TOP_UP,
)
from services.wallet.queries import WALLET

Check = Callable[[Session], Iterator[str]]

# What happened → what the domains do about it, each in its own transaction.
REACTIONS: Mapping[type[Event], tuple[Reaction, ...]] = {
    MemberJoined: (loyalty.start_on_ladder, coupon_reactions.give_welcome, following.look_again),
    MemberChanged: (asking.cool_changed_number, asking.tell_of_number, following.look_again),
    OrderCompleted: (checkout.keep_facts, checkout.tell_member, checkout.tell_holder, checkout.grow_by_sale),
    OrderRefunded: (checkout.correct_facts, checkout.tell_of_refund, checkout.tell_holder_of_refund),
    HouseholdChanged: (households.tell_of_household,),
    OrderHandedOver: (checkout.move_facts, checkout.tell_of_handover),
    MembersMerged: (merging.tell_of_merge, following.look_at_both),
    MergeUndone: (merging.tell_of_undoing, following.look_at_both),
    ConsentWithdrawn: (messaging.stop_deliveries, messaging.tell_of_withdrawal, following.look_again),
    BirthAsked: (messaging.ask_about_birth,),
    FamilyChanged: (following.look_again,),
    FamilyStopped: (messaging.stop_family_deliveries, following.look_again),
    InvoiceAnswered: (checkout.tell_of_invoice,),
    PointsAdjusted: (loyalty.tell_member, following.look_again),
    ToppedUp: (wallets.tell_of_top_up, following.look_again),
    PaidOut: (wallets.tell_of_payout, following.look_again),
    WalletAdjusted: (wallets.tell_of_adjustment, following.look_again),
    PointsExpired: (loyalty.tell_of_end, following.look_again),
    TierChanged: (loyalty.tell_of_tier, following.look_again),
    TierKept: (loyalty.tell_of_kept,),
    TierWarned: (loyalty.tell_of_warning,),
    entrance.SpendingAsked: (asking.ask_member,),
    entrance.SpendingOverridden: (asking.tell_of_override,),
    entrance.ShownCodeUsed: (asking.tell_of_signin,),
    entrance.NewPhoneIn: (asking.tell_of_new_phone,),
    entrance.SpendingFrozen: (checkout.stop_gifts, households.stop_invitations, asking.tell_of_freeze),
    entrance.SpendingThawed: (asking.tell_of_thaw,),
    entrance.WalletPinChanged: (asking.tell_of_pin,),
    SmsBudgetReached: (tell_of_budget,),
    entrance.PasskeyAdded: (asking.tell_of_passkey,),
    entrance.CodesGuessed: (asking.tell_of_guessing,),
    entrance.StaffWayChanged: (asking.tell_of_staff_way,),
    approving.ApprovalAsked: (approval_reactions.tell_deciders,),
    approving.ApprovalDecided: (approval_reactions.tell_requester,),
    approving.ApprovalsLoosened: (approval_reactions.tell_of_loosening,),
    CouponGiven: (coupon_reactions.tell_of_gift,),
    CouponRedeemedAlone: (coupon_reactions.tell_of_redemption,),
    CouponReturned: (coupon_reactions.tell_of_return,),
    CouponRevoked: (coupon_reactions.tell_of_revocation,),
    CouponTransferred: (coupon_reactions.tell_of_transfer,),
    # Heard by the screens and messages that the rest of part 2 brings, and by automations.
    **dict.fromkeys(
        (
            CouponIssued, CouponRedeemed, FormSubmitted, InteractionNoted, InvoiceAsked, TagAdded, TagRemoved, TillClosed,
            TillOpened,
        ),
        (),
    ),
}  # fmt: skip

# Work that other processes carry, by name.
JOBS: tuple[Job, ...] = (
    deliver, deliver_codes, benefits.catch_up_growth, settle_ladder, issue_batch, work_on_import, make_export,
)  # fmt: skip

# What runs when; every job is safe to run twice.
SCHEDULE: Mapping[Job, Every] = {
    sweep_outbox: Every(minutes=1),
    sweep_deliveries: Every(minutes=1),
    answer_asks: Every(minutes=1),
    follow_searched_fields: Every(minutes=1),
    sweep_messages: Every(minutes=1),
    follow_facts: Every(minutes=1),
    follow_tags: Every(minutes=1),
    keep_day: Every(minutes=30),
    chain_audit: Every(minutes=1),
    issue_batches: Every(minutes=1),
    work_on_imports: Every(minutes=1),
    expire_coupons: Every(hour=17),
    ask_about_births: Every(minutes=30),
    keep_points: Every(minutes=30),
    warn_of_expiry: Every(minutes=30),
    review_tiers: Every(minutes=30),
    benefits.give_benefits: Every(minutes=30),
    forget_old: Every(hour=20),
    forget_ended: Every(hour=20),
    forget_rows: Every(hour=20),
    purge_old: Every(hour=20),
    forget_orphaned_pictures: Every(hour=20),
    keep_nightly_copy: Every(hour=19),
    keep_erasures: Every(hour=19),
    propose_erasures: Every(hour=19),
    erase_chosen_members: Every(minutes=1),
    make_exports: Every(minutes=1),
    forget_exports: Every(hour=20),
}

# What is forgotten as many days after it was over as the shop has set.
PURGES: tuple[Purge, ...] = (
    Purge("sessions", "retention.sessions_days", forget_sessions),
    Purge("messages", "retention.messages_days", forget_messages),
    Purge("scans", "retention.scans_days", partial(forget_scans, named=orders.Order.scan_id)),
    Purge("deliveries", "retention.deliveries_days", forget_deliveries),
    Purge("sms_messages", "retention.deliveries_days", forget_sent),
    Purge("parked_carts", "retention.drafts_days", benefits.forget_carts),
    Purge("approvals", "retention.approvals_days", forget_requests),
)

# What the worker that keeps the schedule does every few seconds, too: tags follow a sale while the customer is still there.
OFTEN: tuple[Job, ...] = (follow_facts,)

# What a worker does first: the work that a dead one left goes on at once.
FIRST: tuple[Job, ...] = (sweep_outbox, sweep_deliveries, answer_asks, sweep_messages, make_exports)

# The pictures that something shows; any other upload is forgotten after a day.
PICTURES: tuple[Finder, ...] = (list_product_pictures, list_setting_pictures)

# Every domain's tables: a copy of the books has them all, also in a process that shows no pages.
TABLES = (
    approvals, audit, catalog, checkout_tables, coupons, dataio, dealing, exports, family, fields, forms, household, identity,
    interactions, loyalty_tables, members, merging_tables, messaging_tables, orders, privacy, segments, signin, sms, stores, tills,
    wallet,
)  # fmt: skip

# The books that must add up; `changke verify` walks them.
LEDGERS: tuple[Ledger, ...] = (POINTS, GROWTH, WALLET)
CHECKS: tuple[Check, ...] = (
    find_order_differences, find_lot_differences, find_wallet_differences, find_coupon_differences, find_sale_differences,
    find_audit_differences, find_privacy_differences, find_merging_differences,
)  # fmt: skip

PERMISSIONS = frozenset(
    {
        APPROVALS_DECIDE, APPROVALS_READ,
        AUDIT_EXPORT, AUDIT_READ, BIRTHDAYS_CHANGE, COUPONS_ISSUE, COUPONS_READ, COUPONS_REDEEM, COUPONS_REVOKE, COUPONS_UNDO,
        CHILDREN_CHANGE, CHILDREN_CREATE, CHILDREN_REVEAL, CONSENT_TEXTS_CREATE, DEALING_READ, door.FREEZES_LIFT,
        COUPON_TEMPLATES_CHANGE, DISCOUNTS_CREATE, EARNING_RULES_CHANGE, EXPORTS_CREATE, INVOICES_CREATE,
        IMPORTS_CREATE, INTERACTIONS_CREATE, INTERACTIONS_READ, INTERACTIONS_REMOVE,
        FIELDS_CHANGE, FIELDS_READ_PRIVATE, FORMS_CHANGE, FORMS_READ, FORM_ANSWERS_EXPORT, FORM_ANSWERS_READ, FORM_GIFTS_CHANGE,
        FORM_LINKS_CHANGE, HOUSEHOLDS_REMOVE,
        INVOICES_READ, INVOICES_SETTLE, KIT_READ, LIABILITY_READ, MEMBERS_ARCHIVE, MEMBERS_CHANGE, MEMBERS_CREATE, MEMBERS_ERASE,
        MEMBERS_MERGE,
        MEMBERS_PHONES, MEMBERS_READ, MEMBERS_REVEAL, MESSAGES_READ, MESSAGES_SEND, MINORS_EXPORT, ORDERS_CLAIM, ORDERS_CREATE, ORDERS_READ,
        ORDERS_REASSIGN, ORDERS_REVIEW, POINTS_ADJUST, POINTS_READ, PRODUCTS_CHANGE, PRODUCTS_READ, PRODUCTS_SELL_OUT,
        SEGMENTS_CHANGE, SEGMENTS_READ, TAGS_CHANGE,
        door.PROOFS_CREATE, door.PROOFS_OVERRIDE, QUOTES_CREATE, REFUNDS_CREATE, REGISTRATION_LINKS_CHANGE, ROLES_CHANGE,
        door.SCANS_CREATE, SETTINGS_CHANGE, SETTINGS_READ, door.SHOP_DEVICES_CHANGE, door.SIGNIN_CODES_CREATE, STAFF_CHANGE,
        STAFF_READ, door.STAFF_RECOVER,
        STORES_CHANGE, STORES_CREATE, STORES_READ, TIERS_CHANGE, TILLS_AUDIT, TILLS_CLOSE, TILLS_ENTER, TILLS_OPEN, TILLS_READ,
        TOKENS_CREATE, TOP_UP_PLANS_CHANGE, WALLET_ADJUST, WALLET_PAY_OUT, VACCINATION_PLANS_CREATE,
        WALLET_READ, WALLET_TOP_UP,
    }
)  # fmt: skip

_CASHIER = {
    CHILDREN_CREATE, COUPONS_READ, COUPONS_REDEEM, INTERACTIONS_CREATE, INTERACTIONS_READ, INVOICES_CREATE, INVOICES_READ,
    MEMBERS_CHANGE, MEMBERS_CREATE, MEMBERS_READ,
    MEMBERS_REVEAL, ORDERS_CLAIM, ORDERS_CREATE, ORDERS_READ, POINTS_READ, PRODUCTS_READ, PRODUCTS_SELL_OUT, door.PROOFS_CREATE,
    QUOTES_CREATE, door.SCANS_CREATE, SETTINGS_READ, door.SIGNIN_CODES_CREATE, STORES_READ, TILLS_CLOSE, TILLS_ENTER, TILLS_OPEN,
    TILLS_READ, WALLET_READ, WALLET_TOP_UP,
}  # fmt: skip

_MANAGER = _CASHIER | {
    APPROVALS_DECIDE, APPROVALS_READ,
    AUDIT_READ, BIRTHDAYS_CHANGE, CHILDREN_CHANGE, CHILDREN_REVEAL, door.FREEZES_LIFT, COUPONS_ISSUE, COUPONS_REVOKE, COUPONS_UNDO,
    COUPON_TEMPLATES_CHANGE, DISCOUNTS_CREATE, EARNING_RULES_CHANGE, EXPORTS_CREATE,
    FIELDS_READ_PRIVATE, FORMS_READ, FORM_ANSWERS_EXPORT, FORM_ANSWERS_READ, FORM_LINKS_CHANGE,
    HOUSEHOLDS_REMOVE, INTERACTIONS_REMOVE, INVOICES_SETTLE, LIABILITY_READ, MEMBERS_ARCHIVE, MEMBERS_MERGE,
    MEMBERS_PHONES,
    MESSAGES_READ, MESSAGES_SEND,
    ORDERS_REASSIGN, ORDERS_REVIEW, POINTS_ADJUST, PRODUCTS_CHANGE, door.PROOFS_OVERRIDE, REFUNDS_CREATE, REGISTRATION_LINKS_CHANGE,
    SEGMENTS_CHANGE, SEGMENTS_READ, door.SHOP_DEVICES_CHANGE, STAFF_READ, door.STAFF_RECOVER, TAGS_CHANGE, TILLS_AUDIT, WALLET_PAY_OUT,
}  # fmt: skip

# The roles every shop starts with; the owner changes them later.
ROLES: Mapping[str, frozenset[str]] = {
    "owner": frozenset({EVERYTHING}),
    "manager": frozenset(_MANAGER),
    "cashier": frozenset(_CASHIER),
    "kitchen": frozenset({ORDERS_READ, PRODUCTS_READ, PRODUCTS_SELL_OUT, STORES_READ, SETTINGS_READ}),
}  # fmt: skip


# Commands that keep facts and tags by rule true.
PARTS_OF_AN_IMPORT = (
    "services.dataio.commands.working.give_up_row",
    "services.family.commands.erasing.forget_children",
    "services.loyalty.commands.opening.open_points",
    "services.loyalty.commands.opening.take_back_openings",
    "services.loyalty.commands.tiers.settle_later",
    "services.members.commands.bulk.end_consents",
    "services.members.commands.bulk.open_members",
    "services.members.commands.bulk.put_away",
    "services.members.commands.terms.add_terms",
    "services.wallet.commands.opening.open_wallet",
    "services.wallet.commands.opening.open_wallets",
    "services.wallet.commands.opening.take_back_openings",
)
FOLLOWING = (
    "services.members.commands.facts.call_due",
    "services.members.commands.facts.hold_due",
    "services.members.commands.facts.note_living",
    "services.members.commands.facts.restate_visits",
    "services.members.commands.facts.write_facts",
    "services.segments.commands.facts.rebuild",
    "services.segments.commands.facts.work_out",
    "services.segments.commands.following.add_rows",
    "services.segments.commands.following.begin_day",
    "services.segments.commands.following.begin_month",
    "services.segments.commands.following.call_aged",
    "services.segments.commands.following.follow_due",
    "services.segments.commands.following.keep_classes",
    "services.segments.commands.following.note_followed",
    "services.segments.commands.following.settle_tag",
)

# Commands without an audit line of their own, and why (tests/architecture keeps the list short and true).
UNAUDITED: Mapping[str, str] = {
    "services.messaging.commands.send_message": "the row in the inbox is itself the record; by hand it is audited",
    "services.messaging.commands.mark_read": "reading is not an act upon the shop",
    "services.messaging.commands.mark_all_read": "reading is not an act upon the shop",
    "services.signin.commands.sessions.touch_session": "being here is not an act",
    "services.identity.commands.tokens.touch_token": "being here is not an act",
    "services.signin.commands.codes.end_codes": "part of a number's change or release, which has the audit line",
    "services.approvals.commands.exporting.use_export": "part of an export, which has the audit line",
    "services.privacy.commands.erasing.hold_member": "it only looks",
    "services.privacy.commands.proposals.forget_proposal": "part of an erasure, which has the audit line",
    "services.privacy.commands.retention.write_proposals": "a list that a job makes; what somebody decides about it has the audit line",
    **dict.fromkeys(
        (
            f"services.exports.commands.{name}"
            for name in ("claim_export", "note_progress", "finish_export", "fail_export", "put_off")
        ),
        "a worker at what was asked for, which has the audit line; taking the file has one, too",
    ),
    "services.fields.commands.values.write_values": "part of opening or changing what it is about, which has the audit line",
    "services.fields.commands.definitions.note_indexed": "how far the search follows a field; its change has the audit line",
    **dict.fromkeys(PARTS_OF_AN_IMPORT, "part of an import, which has the audit line"),
    "services.members.commands.terms.write_terms": "part of a change, which has the audit line",
    "services.members.commands.terms.follow_fields": "the search follows a field; its change has the audit line",
    **dict.fromkeys(FOLLOWING, "facts and tags by rule follow what happened, which has the audit line"),
    "services.segments.commands.segments.read_asked": "part of saving a segment or a tag, which has the audit line",
    "services.checkout.commands.sales.spends": "it only adds up",
    "services.household.commands.invitations.told": "it only puts into words",
    **dict.fromkeys(PARTS_OF_AN_ERASURE, "the erasure of a member has the audit line, and what ended is told there"),
    "services.signin.commands.passkeys.ask_for_passkey": "a question is not an act",
    "services.signin.commands.passkeys.ask_to_sign_in": "a question is not an act",
    "services.signin.commands.passkeys.ask_to_step_up": "a question is not an act",
    "services.signin.commands.shop_devices.end_sessions_of_device": "part of coming in, or of revoking a device",
    "services.signin.commands.shop_devices.hold_device": "it only looks",
    "services.signin.commands.staff_pins.drop_staff_pin": "part of setting a password, which has the audit line",
    "services.signin.commands.second_steps.drop_second_steps": "part of setting a password, which has the audit line",
    "services.signin.commands.recovery_codes.drop_shown_code": "part of setting a password, which has the audit line",
    "services.signin.commands.sessions.hold_checked": "it only looks",
    "services.signin.commands.passkeys.drop_credentials": "part of a sign-in or a report, which has the audit line",
    "services.signin.commands.codes.tell_of_new_phone": "the sign-in has the audit line",
    "services.signin.commands.pins.hash_pin": "it only computes",
    "services.messaging.commands.tell_staff": "the system speaks; what it speaks of has its own line",
    **dict.fromkeys(
        (
            "services.sms.commands.ask_for_code",
            "services.sms.commands.take_ask",
            "services.sms.commands.send_code",
            "services.sms.commands.send_number_code",
            "services.sms.commands.drop_ask",
            "services.sms.commands.forget_phone_of",
            "services.signin.commands.sms_codes.ask_for_sms_code",
        ),
        "a wish for a code: the code that answers it has the audit line, a wish of nobody's leaves none",
    ),
    **dict.fromkeys(
        (
            f"services.{name}"
            for name in (
                "loyalty.commands.points.open_earning",
                "loyalty.commands.points.open_spending",
                "loyalty.commands.points.earn",
                "loyalty.commands.points.grant_points",
                "loyalty.commands.points.spend",
                "loyalty.commands.points.claw_back",
                "loyalty.commands.points.give_back",
                "loyalty.commands.handovers.hand_over_points",
                "wallet.commands.moves.open_spending",
                "wallet.commands.moves.spend",
                "wallet.commands.moves.give_back",
                "wallet.commands.moves.put",
                "wallet.commands.moves.take",
                "wallet.commands.moves.enter",
                "wallet.commands.moves.change_lots",
                "wallet.commands.top_ups.record_top_up",
                "coupons.commands.redeeming.redeem",
                "coupons.commands.redeeming.give_back",
                "coupons.commands.redeeming.reserve",
                "coupons.commands.redeeming.release",
                "coupons.commands.events.note",
                "signin.commands.proofs.use_proof",
                "signin.commands.proofs.use_up_scan",
            )
        ),
        "part of a sale, refund or top-up: that one has the audit line, the sealed entry or the coupon's story says the rest",
    ),
    **dict.fromkeys(
        (
            f"services.{name}"
            for name in (
                "checkout.commands.merging.carry_growth",
                "checkout.commands.merging.carry_on",
                "checkout.commands.merging.hand_on_carts",
                "checkout.commands.merging.hold_accounts",
                "coupons.commands.merging.hand_on_coupons",
                "family.commands.merging.hand_back_family",
                "family.commands.merging.hand_on_family",
                "fields.commands.merging.hand_on_values",
                "forms.commands.merging.hand_on_proposals",
                "loyalty.commands.merging.hand_back_growth",
                "loyalty.commands.merging.hand_back_points",
                "loyalty.commands.merging.hand_on_growth",
                "loyalty.commands.merging.hand_on_pending",
                "loyalty.commands.merging.hand_on_points",
                "loyalty.commands.merging.part_levels",
                "loyalty.commands.points.enter",
                "loyalty.commands.points.open_lot",
                "loyalty.commands.points.put_in",
                "loyalty.commands.points.take_from",
                "loyalty.commands.points.take_out",
                "members.commands.free_phones.flush_new_phone",
                "members.commands.merging.hand_on_own_cards",
                "members.commands.merging.join_consents",
                "members.commands.merging.join_facts",
                "members.commands.merging.join_profiles",
                "members.commands.merging.part_consents",
                "members.commands.merging.part_profiles",
                "members.commands.merging.restate_facts",
                "members.commands.merging.pick",
                "merging.commands.merging.hold_both",
                "merging.commands.merging.hold_growth",
                "segments.commands.merging.hand_on_tags",
                "wallet.commands.merging.hand_back_wallet",
                "wallet.commands.merging.hand_on_wallet",
            )
        ),
        "part of a merge, its undoing, or a refund of an order of a merged card: that one has the audit line",
    ),
}

# Events that nobody reacts to yet.
SILENT: frozenset[str] = frozenset(
    {
        "CouponIssued", "CouponRedeemed", "FormSubmitted", "InteractionNoted", "InvoiceAsked",
        "TagAdded", "TagRemoved", "TillClosed", "TillOpened",
    }
)  # fmt: skip


def wire() -> None:
    """Connect everything. Called once per process, before any work."""
    events.wire(REACTIONS)
    jobs.wire(JOBS, SCHEDULE)
    pictures.wire(PICTURES)
    purging.wire(PURGES)
