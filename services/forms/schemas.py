"""What comes in and goes out about forms. One schema reads form and JSON."""

from typing import Any

from marshmallow import EXCLUDE, Schema, ValidationError, fields, post_load, validate

from services.forms.rules.documents import MOST_PAGES, MOST_QUESTIONS
from services.forms.rules.kinds import KINDS, PURPOSES
from services.shared.fields import Complete, Identifier, Moment, Text, Whole
from services.shared.words import N_

_LIST = N_("请从列表里选")
_KEY = validate.Regexp(r"([a-z][a-z0-9_]{0,19})?\Z", error=N_("小写字母开头，小写字母、数字和下划线，最多 20 位"))
_MOST_POINTS = 10_000


def _most(characters: int) -> validate.Length:
    return validate.Length(max=characters, error=N_("太长了，写短一点"))


class AnswerChoiceIn(Schema):
    """One choice of a question. The key is given where none is told, and stays."""

    class Meta:
        """Programs may send more than we know."""

        unknown = EXCLUDE

    key = Text(load_default="", validate=_KEY)
    zh = Text(required=True, validate=_most(40))
    en = Text(load_default="", validate=_most(80))


class AskedIfIn(Schema):
    """Ask only where an earlier question was answered with one of these."""

    class Meta:
        """Programs may send more than we know."""

        unknown = EXCLUDE

    question = Text(required=True, validate=_KEY)
    any_of = fields.List(Text(validate=_most(60)), required=True, validate=validate.Length(1, 60, error=_LIST))


class QuestionIn(Schema):
    """A question. What its kind has no use for is left out; what is missing before it can be published is told then."""

    class Meta:
        """Programs may send more than we know."""

        unknown = EXCLUDE

    key = Text(load_default="", validate=_KEY)
    kind = Text(required=True, validate=validate.OneOf(tuple(KINDS), error=_LIST))
    label_zh = Text(load_default="", validate=_most(60))
    label_en = Text(load_default="", validate=_most(120))
    help_zh = Text(load_default="", validate=_most(100))
    help_en = Text(load_default="", validate=_most(200))
    required = fields.Boolean(load_default=False)
    choices = fields.List(
        fields.Nested(AnswerChoiceIn), load_default=list, validate=validate.Length(max=30, error=N_("最多 30 个选项"))
    )
    field = Text(load_default="", validate=_most(40))
    only_if = fields.Nested(AskedIfIn, load_default=None, allow_none=True)

    @post_load
    def _keep_what_counts(self, data: dict[str, Any], **_kwargs: Any) -> dict[str, Any]:
        kind = KINDS[data["kind"]]
        data["choices"] = _keyed(data["choices"]) if kind.chosen else []
        data["field"] = data["field"] if kind.name == "own" else ""
        return data


class FormPageIn(Schema):
    """What is asked together."""

    class Meta:
        """Programs may send more than we know."""

        unknown = EXCLUDE

    title_zh = Text(load_default="", validate=_most(40))
    title_en = Text(load_default="", validate=_most(80))
    questions = fields.List(fields.Nested(QuestionIn), load_default=list)


class PageTitles(FormPageIn):
    """The titles of a page alone."""

    class Meta:
        """Only these."""

        unknown = EXCLUDE
        exclude = ("questions",)


class FormPagesIn(Schema):
    """A form's pages as a whole; a question without a key gets one."""

    class Meta:
        """Programs may send more than we know."""

        unknown = EXCLUDE

    pages = fields.List(
        fields.Nested(FormPageIn), required=True, validate=validate.Length(1, MOST_PAGES, error=N_("1 到 10 页"))
    )

    @post_load
    def _number(self, data: dict[str, Any], **_kwargs: Any) -> dict[str, Any]:
        questions = [each for page in data["pages"] for each in page["questions"]]
        if len(questions) > MOST_QUESTIONS:
            raise ValidationError({"pages": [N_("题目太多了，没有人愿意填这么久")]})
        told = [each["key"] for each in questions if each["key"]]
        if len(told) > len(set(told)):
            raise ValidationError({"pages": [N_("题目的名字不能重复")]})
        number = 1 + max((int(key[1:]) for key in told if key[0] == "q" and key[1:].isdigit()), default=0)
        for each in questions:
            if not each["key"]:
                each["key"], number = f"q{number}", number + 1
        return {**data, "next": number}


class FormIn(Schema):
    """A form without its questions, as an owner or a program writes it."""

    kind = Text(required=True, validate=validate.OneOf(PURPOSES, error=_LIST))
    title_zh = Text(required=True, validate=_most(40))
    title_en = Text(load_default="", validate=_most(80))
    words_zh = Text(load_default="", validate=_most(300))
    words_en = Text(load_default="", validate=_most(600))
    thanks_zh = Text(load_default="", validate=_most(200))
    thanks_en = Text(load_default="", validate=_most(400))
    daily_most = Whole(least=1, most=100_000, load_default=None, allow_none=True)


class FormGiftIn(Schema):
    """What a member gets once for the form: a coupon, points, a tag by hand; each or none."""

    template = Identifier(load_default=None, allow_none=True, attribute="gift_template_id")
    points = Whole(least=0, most=_MOST_POINTS, load_default=0, attribute="gift_points")
    tag = Identifier(load_default=None, allow_none=True, attribute="gift_tag_id")


class FormGiftOut(Schema):
    """The gift as it is."""

    template = Identifier(attribute="gift_template_id", allow_none=True)
    points = fields.Integer(attribute="gift_points")
    tag = Identifier(attribute="gift_tag_id", allow_none=True)


class FormBody(FormIn):
    """The same with its pages, for programs."""

    document = Complete(FormPagesIn)


class FormLinkIn(Schema):
    """A link: where it hangs, at which store, as which source new members count, and whose it is."""

    label = Text(required=True, validate=validate.Length(1, 24, error=N_("最多 24 个字")))
    store = Identifier(required=True, attribute="store_id")
    source = Text(required=True, validate=validate.Length(1, 40, error=_LIST))
    staff = Identifier(load_default=None, allow_none=True, attribute="staff_id")


class ProposalConfirmIn(Schema):
    """Which answers of a proposal are true, by the key of their question."""

    questions = fields.List(Text(validate=_KEY), required=True, validate=validate.Length(max=MOST_QUESTIONS))


class FormPagesOut(Schema):
    """Pages as they were written."""

    pages = fields.List(fields.Nested(FormPageIn))


class FormOut(Schema):
    """A form. `document` is what is being written, `version` the number of what people see, `unpublished` whether the two differ."""

    id = Identifier()
    kind = fields.String()
    state = fields.String()
    title_zh = fields.String()
    title_en = fields.String()
    words_zh = fields.String()
    words_en = fields.String()
    thanks_zh = fields.String()
    thanks_en = fields.String()
    daily_most = fields.Integer(allow_none=True)
    gift = fields.Nested(FormGiftOut)
    document = fields.Nested(FormPagesOut, attribute="draft")
    version = fields.Integer(allow_none=True)
    unpublished = fields.Boolean()
    created_at = Moment()
    changed_at = Moment()


class FormLinkOut(Schema):
    """A link; `address` is what its QR says."""

    id = Identifier()
    label = fields.String()
    store = Identifier(attribute="store_id")
    source = fields.String()
    staff = Identifier(attribute="staff_id", allow_none=True)
    address = fields.String()
    submissions = fields.Integer()
    created_at = Moment()
    archived = fields.Boolean()


class FormAnswerOut(Schema):
    """One answer with what was asked; `hidden` where the reader may not see it."""

    question = fields.String(attribute="question.key")
    kind = fields.String(attribute="question.kind")
    label = fields.String()
    value = fields.Raw(allow_none=True)
    hidden = fields.Boolean()


class DifferenceOut(Schema):
    """What a proposal would change."""

    question = fields.String(attribute="question.key")
    label = fields.String()
    before = fields.Raw(allow_none=True)
    after = fields.Raw(allow_none=True)
    hidden = fields.Boolean()


class SubmissionOut(Schema):
    """What one person sent."""

    id = Identifier()
    form = Identifier(attribute="form_id")
    version = fields.Integer()
    link = Identifier(attribute="link_id")
    store = Identifier(attribute="store_id")
    staff = Identifier(attribute="staff_id", allow_none=True)
    member = Identifier(attribute="member_id", allow_none=True)
    state = fields.String()
    submitted_at = Moment()
    decided_at = Moment(allow_none=True)
    answers = fields.List(fields.Nested(FormAnswerOut))
    proposed = fields.List(fields.Nested(DifferenceOut))


def _keyed(sent: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The choices, each with a key of its own that was not there before."""
    numbers = [int(each["key"][1:]) for each in sent if each["key"][:1] == "c" and each["key"][1:].isdigit()]
    number = 1 + max(numbers, default=0)
    made: list[dict[str, Any]] = []
    for each in sent:
        key = each["key"]
        if not key or key in {one["key"] for one in made}:
            key, number = f"c{number}", number + 1
        made.append({**each, "key": key})
    return made
