"""Changing templates, issuing coupons, passing them on, using them up and taking that back."""

from services.coupons.commands.batches import issue_part, issue_to_lines, issue_to_members
from services.coupons.commands.claims import (
    CLAIMS_BY_MEMBER,
    CODES_BY_ACTOR,
    CODES_BY_MEMBER,
    claim_by_code,
    claim_coupon,
    give_welcome,
)
from services.coupons.commands.issuing import issue_coupon
from services.coupons.commands.redeeming import give_back, redeem, release, reserve, revoke_coupon, undo_redemption
from services.coupons.commands.templates import (
    archive_template,
    change_template,
    create_template,
    pause_template,
    restore_template,
    resume_template,
)
from services.coupons.commands.transfers import (
    cancel_open_transfers,
    cancel_transfer,
    offer_transfer,
    take_transfer,
)

__all__ = [
    "CLAIMS_BY_MEMBER",
    "CODES_BY_ACTOR",
    "CODES_BY_MEMBER",
    "archive_template",
    "cancel_open_transfers",
    "cancel_transfer",
    "change_template",
    "claim_by_code",
    "claim_coupon",
    "create_template",
    "give_back",
    "give_welcome",
    "issue_coupon",
    "issue_part",
    "issue_to_lines",
    "issue_to_members",
    "offer_transfer",
    "pause_template",
    "redeem",
    "release",
    "reserve",
    "restore_template",
    "resume_template",
    "revoke_coupon",
    "take_transfer",
    "undo_redemption",
]
