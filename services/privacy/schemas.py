"""What is asked for around personal data."""

from marshmallow import Schema, fields, validate

from services.members.rules.purposes import KINDS, MEMBERSHIP
from services.privacy.minors import FIRST_YEAR
from services.privacy.retention import SHOWN
from services.shared.fields import Identifier, Moment, Text, Whole
from services.shared.words import N_

WORDS = (N_("注销"), "erase")  # what a member types: in either language of the app


class OwnErasureIn(Schema):
    """A member asks to be erased: the word, typed, whether money that is left is given up, and the wallet PIN where one guards it."""

    word = Text(required=True, validate=validate.OneOf(WORDS, error=N_("请输入“注销”两个字")))
    give_up = fields.Boolean(load_default=False)
    pin = Text(load_default="", validate=validate.Regexp(r"^(\d{6})?$", error=N_("请输入 6 位数字")))


class ErasureIn(Schema):
    """Staff erase a member who asked for it: why, and whether the member gave up money that is left."""

    reason = Text(required=True, validate=validate.Length(1, 100, error=N_("写下原因，最多 100 个字")))
    give_up = fields.Boolean(load_default=False)


class OwnDataOut(Schema):
    """Everything the shop knows of a member, as tables of plain values: money has two places, moments are ISO text in UTC."""

    profile = fields.List(fields.Dict())
    consents = fields.List(fields.Dict())
    orders = fields.List(fields.Dict())
    lines = fields.List(fields.Dict())
    refunds = fields.List(fields.Dict())
    invoices = fields.List(fields.Dict())
    points = fields.List(fields.Dict())
    growth = fields.List(fields.Dict())
    wallet = fields.List(fields.Dict())
    coupons = fields.List(fields.Dict())
    messages = fields.List(fields.Dict())
    sessions = fields.List(fields.Dict())
    devices = fields.List(fields.Dict())
    passkeys = fields.List(fields.Dict())


class PurposeIn(Schema):
    """Which purpose is meant; without one, membership."""

    kind = Text(load_default=MEMBERSHIP, validate=validate.OneOf(KINDS, error=N_("请从列表里选")))


class ConsentIn(PurposeIn):
    """A member agrees to a purpose. `version`: the words that they saw; where there are newer ones, these are to be read first."""

    version = Text(load_default="", validate=validate.Length(max=20))


class CounterConsentIn(ConsentIn):
    """The same, written down by staff: it was said at the counter, or signed on paper."""

    way = Text(load_default="counter", validate=validate.OneOf(("counter", "paper"), error=N_("请从列表里选")))


class ConsentTextIn(Schema):
    """New words for a purpose. `anew`: until members agree again, what they agreed to before holds no more. `over`: the version changed."""

    kind = Text(required=True, validate=validate.OneOf(KINDS, error=N_("请从列表里选")))
    words = Text(required=True, validate=validate.Length(10, 5000, error=N_("写 10 到 5000 个字")))
    anew = fields.Boolean(load_default=False)
    over = Text(load_default="", validate=validate.Length(max=20))


class ConsentTextOut(Schema):
    """The words of a purpose in one version. `id` is null for the product's own, which nobody published."""

    id = Identifier(allow_none=True)
    kind = fields.String()
    version = fields.String()
    words = fields.String()
    anew = fields.Boolean()
    published_at = Moment(allow_none=True)


class ConsentTextsOut(Schema):
    """Every version of every purpose's words, the newest first."""

    items = fields.List(fields.Nested(ConsentTextOut))


class ConsentOut(Schema):
    """One consent: for which purpose (`kind`), to which version of the words, by which way, from when, until when and how it ended."""

    kind = fields.String()
    version = fields.String()
    way = fields.String()
    given_at = Moment()
    withdrawn_at = Moment(allow_none=True)
    withdrawn_way = fields.String(allow_none=True)


class PurposeOut(Schema):
    """Where a member stands with one purpose, and its words now: `state` is holds, outdated (agree again), withdrawn or none."""

    kind = fields.String()
    state = fields.String()
    text = fields.Nested(ConsentTextOut)


class ConsentsOut(Schema):
    """Where a member stands with every purpose, and everything they ever agreed to, the newest first."""

    purposes = fields.List(fields.Nested(PurposeOut))
    items = fields.List(fields.Nested(ConsentOut))


class ChosenIn(Schema):
    """Members who are proposed for erasing, and why they are erased, or kept."""

    members = fields.List(
        Identifier(),
        required=True,
        validate=validate.Length(1, 500, error=N_("选 1 到 500 位会员")),
        error_messages={"required": N_("请选至少一位还在清单里的会员")},
    )
    reason = Text(required=True, validate=validate.Length(1, 100, error=N_("写下原因，最多 100 个字")))


class DecisionIn(ChosenIn):
    """The same from the page, which asks first what is to be done."""

    decision = Text(
        required=True,
        validate=validate.OneOf(("keep", "erase"), error=N_("选保留还是注销")),
        error_messages={"required": N_("选保留还是注销")},
    )


class ProposalOut(Schema):
    """A member who was not seen since `seen_at`. `holds` says what speaks against erasing: wallet, points, coupons, invoices, frozen.
    `points` are lost with them: who is proposed has only some that never expire. `kept_until` is set where somebody decided to keep them,
    `chosen_at` where they will be erased within a minute."""

    member = Identifier(attribute="member_id")
    seen_at = Moment()
    proposed_at = Moment()
    holds = fields.Function(
        lambda row: [each for each in row.held.split(",") if each],
        metadata={"type": "array", "items": {"type": "string"}},
    )
    points = fields.Integer()
    kept_until = Moment(allow_none=True)
    chosen_at = Moment(allow_none=True)
    reason = fields.String()


class ShownIn(Schema):
    """Which of them: proposed, held (something speaks against it), kept, chosen."""

    shown = Text(load_default="proposed", validate=validate.OneOf(SHOWN, error=N_("请从列表里选")))


class CountOut(Schema):
    """For how many members it was written down."""

    members = fields.Integer()


class MinorsAuditIn(Schema):
    """The year that is told of, and what the owner knows of incidents (anything that went wrong with minors' data)."""

    year = Whole(required=True, least=FIRST_YEAR, most=9999)
    incidents = Text(load_default="", validate=validate.Length(max=2000, error=N_("太长了，写短一点")))


class MinorsDismissalIn(Schema):
    """Why nothing has to be told for a year."""

    year = Whole(required=True, least=FIRST_YEAR, most=9999)
    reason = Text(required=True, validate=validate.Length(1, 200, error=N_("写下原因，最多 200 个字")))


class MinorsAuditOut(Schema):
    """A package was `made`, or dismissed; `note` says of incidents, or why not."""

    id = Identifier()
    year = fields.Integer()
    made = fields.Boolean()
    note = fields.String()
    at = Moment()


class MinorsCountOut(Schema):
    """How many of `what`."""

    what = fields.String()
    count = fields.Integer()


class MinorsConsentOut(Schema):
    """Guardians' consents to one version of the words, in the year and at its end."""

    version = fields.String()
    given = fields.Integer()
    withdrawn = fields.Integer()
    erased = fields.Integer()
    holding = fields.Integer()


class MinorsActOut(Schema):
    """Who did what when; `record` is a pseudonym, empty where it was about everybody."""

    at = Moment()
    who = fields.String()
    what = fields.String()
    record = fields.String()


class MinorsPersonOut(Schema):
    """Who may see or change such records today, by which permissions."""

    who = fields.String()
    role = fields.String()
    may = fields.List(fields.String())


class MinorsTokenOut(Schema):
    """A program that may do so today: its token's name, by which permissions, the names of its stores (null: all of them), and who made
    the token (null: whoever runs the machine)."""

    token = fields.String()
    may = fields.List(fields.String())
    stores = fields.List(fields.String(), allow_none=True)
    made_by = fields.String(allow_none=True)


class MinorsTablesOut(Schema):
    """The tables of a package."""

    counts = fields.List(fields.Nested(MinorsCountOut))
    consents = fields.List(fields.Nested(MinorsConsentOut))
    accesses = fields.List(fields.Nested(MinorsActOut))
    deletions = fields.List(fields.Nested(MinorsCountOut))
    exports = fields.List(fields.Nested(MinorsActOut))
    incidents = fields.List(fields.Nested(MinorsActOut))
    people = fields.List(fields.Nested(MinorsPersonOut))
    tokens = fields.List(fields.Nested(MinorsTokenOut))
    retention = fields.List(fields.Nested(MinorsCountOut))


class MinorsPackageOut(Schema):
    """The audit of a year up to a day: counts, consents, who saw, deletions, exports, incidents, who may, how long. Nobody's name."""

    year = fields.Integer()
    until = fields.Date()
    incidents = fields.String()
    tables = fields.Nested(MinorsTablesOut)
