"""What comes in and goes out about households. One schema reads form and JSON."""

from typing import Any

from marshmallow import Schema, fields, pre_load, validate

from services.household.rules import KINSHIPS
from services.members.schemas import Phone
from services.shared.fields import Identifier, Moment, Money, Text
from services.shared.words import N_


class LimitsIn(Schema):
    """What a person may take: stored value up to `per_day` and `per_payment`, points, or both. `pin`: the holder's wallet PIN, where one
    was chosen."""

    kinship = Text(required=True, validate=validate.OneOf(tuple(KINSHIPS), error=N_("请从列表里选")))
    wallet = fields.Boolean(load_default=False)
    per_day = Money(load_default=0, allow_none=True)
    per_payment = Money(load_default=0, allow_none=True)
    points = fields.Boolean(load_default=False)
    pin = Text(load_default="", validate=validate.Regexp(r"^(\d{6})?$", error=N_("请输入 6 位数字")))

    @pre_load
    def _untold(self, data: dict[str, Any], **_kwargs: Any) -> dict[str, Any]:
        """An amount that nobody typed is none."""
        empty = {name: None for name in ("per_day", "per_payment", "phone") if data.get(name) == ""}
        return {**data, **empty}


class HouseholdInvitationIn(LimitsIn):
    """Whom to ask in; with a `phone` only whoever has that number may take the link."""

    phone = Phone(load_default=None, allow_none=True)


class HouseholdPersonChange(LimitsIn):
    """Any of the limits of a person."""


class HouseholdJoinIn(Schema):
    """The token at the end of an invitation's link."""

    token = Text(required=True, validate=validate.Length(max=100))


class LimitsOut(Schema):
    """What a person may take; amounts are those that hold, the shop's own limit counted in."""

    wallet = fields.Boolean(attribute="limits.wallet")
    per_day = Money(attribute="limits.per_day")
    per_payment = Money(attribute="limits.per_payment")
    points = fields.Boolean(attribute="limits.points")


class HouseholdPersonOut(LimitsOut):
    """Somebody who shares the account, by a masked name. `stopped` says why nothing may be used now: paused, off, frozen, cooling or
    unproven; empty where it may."""

    id = Identifier()
    name = fields.String()
    kinship = fields.String()
    stopped = fields.String()
    spent_today = Money()
    left_today = Money()
    joined_at = Moment()


class HouseholdInvitationOut(LimitsOut):
    """A link that is open; `token` stands at the end of it. `bound`: to a phone number."""

    id = Identifier()
    kinship = fields.String()
    bound = fields.Boolean()
    token = fields.String()
    expires_at = Moment()


class HouseholdOut(Schema):
    """A household: the holder sees `people` and open `invitations`, a person only what is shared with them (`me`)."""

    holder = fields.String(attribute="holder_name")
    people = fields.List(fields.Nested(HouseholdPersonOut))
    invitations = fields.List(fields.Nested(HouseholdInvitationOut))
    me = fields.Nested(HouseholdPersonOut, allow_none=True)


class PersonSeenOut(HouseholdPersonOut):
    """A person as the shop sees them."""

    member = Identifier(attribute="member_id")


class HouseholdSeenOut(Schema):
    """A household as the shop sees it; nobody's link."""

    holder = Identifier(attribute="holder_id")
    holder_name = fields.String()
    people = fields.List(fields.Nested(PersonSeenOut))
    me = fields.Nested(PersonSeenOut, allow_none=True)
