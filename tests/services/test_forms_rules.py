"""Forms: what can be published, what is read from what was typed, how the builder changes a draft."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest

from services.forms.rules import answers, documents, edits
from services.forms.rules.answers import Asking
from services.forms.rules.documents import Document
from services.shared.refusals import NotFound
from tests.forming import HOW, NAME, PHONE, STARS, document


@dataclass(frozen=True)
class Own:
    """An own field of the tests."""

    kind: str = "choice"
    required: bool = False
    choices: tuple[dict[str, Any], ...] = (
        {"key": "sweet", "zh": "甜", "en": "", "archived": False},
        {"key": "old", "zh": "旧", "en": "", "archived": True},
    )


TODAY = date(2026, 11, 21)
FIELDS = {"taste": Own()}
NEW, KNOWN = Asking(FIELDS, TODAY), Asking(FIELDS, TODAY, known=True)
GUEST = {"phone": "138 0013 8000", "consent": "1"}


def ask(*questions: dict[str, Any]) -> Document:
    return documents.read(document(*questions))


def why(**only_if: Any) -> dict[str, Any]:
    return {"kind": "words", "label_zh": "哪里不好", "required": True, "only_if": only_if}


def test_what_is_hidden_is_neither_asked_nor_kept() -> None:
    form = ask(STARS, why(question="q1", any_of=["1", "2"]))
    assert answers.read(form, {"a.q1": "5", "a.q2": "打错了的"}, NEW).values == {"q1": 5}
    assert answers.read(form, {"a.q1": "2"}, NEW).mistakes == {"a.q2": ["请填写"]}
    assert answers.read(form, {"a.q1": "2", "a.q2": "排队"}, NEW).values == {"q1": 2, "q2": "排队"}


def test_who_hides_a_question_hides_what_hangs_on_it() -> None:
    last = {"kind": "text", "label_zh": "叫什么", "only_if": {"question": "q2", "any_of": ["1"]}}
    child = {"kind": "yes_no", "label_zh": "有孩子吗", "only_if": {"question": "q1", "any_of": ["c2"]}}
    found = answers.read(ask(HOW, child, last), {"a.q1": "c1", "a.q2": "1", "a.q3": "豆豆"}, NEW)
    assert found.values == {"q1": "c1"}


@pytest.mark.parametrize(("chosen", "shown"), [(["c1"], False), (["c1", "c2"], True), ([], False)])
def test_of_several_answers_one_is_enough_for_a_condition(chosen: list[str], shown: bool) -> None:
    form = ask(HOW | {"kind": "choices"}, why(question="q1", any_of=["c2"]))
    assert ("q2" in answers.read(form, {"a.q1": chosen, "a.q2": "x"}, NEW).values) is shown


@pytest.mark.parametrize(
    ("question", "typed", "value"),
    [
        (STARS, {"a.q1": "4"}, 4),
        ({"kind": "yes_no", "label_zh": "来过吗"}, {"a.q1": "0"}, False),
        ({"kind": "number", "label_zh": "几位"}, {"a.q1": "２.5"}, "2.5"),
        ({"kind": "date", "label_zh": "哪天"}, {"a.q1": "2026-12-01"}, "2026-12-01"),
        ({"kind": "gender"}, {"a.q1": "female"}, "female"),
        ({"kind": "own", "field": "taste"}, {"a.q1": "sweet"}, "sweet"),
        ({"kind": "words", "label_zh": "想说的"}, {"a.q1": " 一行\n两行 "}, "一行\n两行"),
        (
            {"kind": "birthday"},
            {"birthday_calendar": "lunar", "birthday_month": "8", "birthday_day": "15"},
            {"calendar": "lunar", "month": 8, "day": 15, "year": None, "leap": False},
        ),
        (
            {"kind": "child"},
            {"a.q1.born_on": "2025-02-03", "a.q1.name": "豆豆", "a.q1.sex": "girl", "a.q1.consent": "1"},
            {"name": "豆豆", "sex": "girl", "born_on": "2025-02-03"},
        ),
        ({"kind": "due_date"}, {"a.q1": "2027-03-01", "a.q1.consent": "1"}, "2027-03-01"),
    ],
)
def test_every_kind_is_read(question: dict[str, Any], typed: dict[str, Any], value: Any) -> None:
    found = answers.read(ask(question), typed, KNOWN)
    assert (found.values, found.mistakes) == ({"q1": value}, {})


@pytest.mark.parametrize(
    ("question", "typed"),
    [
        (STARS, {"a.q1": "6"}),
        (STARS, {"a.q1": "0"}),
        (HOW, {"a.q1": "c9"}),
        ({"kind": "gender"}, {"a.q1": "x"}),
        ({"kind": "own", "field": "taste"}, {"a.q1": "old"}),
        ({"kind": "text", "label_zh": "x"}, {"a.q1": "长" * 201}),
        ({"kind": "birthday"}, {"birthday_month": "2", "birthday_day": "30"}),
        ({"kind": "birthday"}, {"birthday_month": "12", "birthday_day": "1", "birthday_year": "2026"}),
        ({"kind": "child"}, {"a.q1.born_on": "2026-11-22", "a.q1.consent": "1"}),
        ({"kind": "child"}, {"a.q1.name": "豆豆", "a.q1.consent": "1"}),
        ({"kind": "child"}, {"a.q1.born_on": "2025-02-03"}),
        ({"kind": "due_date"}, {"a.q1": "2028-01-01", "a.q1.consent": "1"}),
        ({"kind": "phone"}, {"phone": "12"}),
    ],
)
def test_what_cannot_be_is_told_and_not_kept(question: dict[str, Any], typed: dict[str, Any]) -> None:
    found = answers.read(ask(question), typed, NEW)
    assert found.mistakes


def test_a_phone_needs_the_notice_to_be_agreed_to_and_a_survey_without_one_does_not() -> None:
    form = ask(PHONE | {"required": False}, STARS)
    assert answers.read(form, {"a.q2": "5"}, NEW).mistakes == {}
    assert list(answers.read(form, {"a.q2": "5", "phone": "13800138000"}, NEW).mistakes) == ["consent"]
    assert answers.read(form, {"a.q2": "5", **GUEST}, NEW).values == {"q1": "+8613800138000", "q2": 5}


def test_a_member_who_is_signed_in_is_not_asked_who_they_are() -> None:
    found = answers.read(ask(PHONE, NAME), {"phone": "13900139000", "a.q2": "小满"}, KNOWN)
    assert (found.values, found.mistakes) == ({"q2": "小满"}, {})


@pytest.mark.parametrize(
    ("questions", "place"),
    [
        ((), "pages"),
        ((NAME,), "pages"),
        ((PHONE | {"required": False},), "pages"),
        ((HOW, PHONE | {"only_if": {"question": "q1", "any_of": ["c1"]}}), "pages"),
        ((PHONE, PHONE), "pages.0.questions.1.kind"),
        ((PHONE, HOW | {"choices": [{"zh": "朋友"}]}), "pages.0.questions.1.choices"),
        ((PHONE, HOW | {"label_zh": ""}), "pages.0.questions.1.label_zh"),
        ((PHONE, {"kind": "own", "field": "gone"}), "pages.0.questions.1.field"),
        ((PHONE, {"kind": "own", "field": "taste"}, {"kind": "own", "field": "taste"}), "pages.0.questions.2.field"),
        ((PHONE, why(question="q3", any_of=["1"]), STARS), "pages.0.questions.1.only_if"),
        ((PHONE, STARS, why(question="q2", any_of=["9"])), "pages.0.questions.2.only_if"),
        ((PHONE, NAME, why(question="q2", any_of=["x"])), "pages.0.questions.2.only_if"),
    ],
)
def test_a_form_that_makes_no_sense_is_not_ready(questions: tuple[dict[str, Any], ...], place: str) -> None:
    assert place in documents.mistakes(ask(*questions), "registration", FIELDS)


def test_a_sensible_form_is_ready() -> None:
    form = ask(PHONE, {"kind": "own", "field": "taste"}, why(question="q2", any_of=["sweet"]), {"kind": "child"})
    assert documents.mistakes(form, "registration", FIELDS) == {}
    assert documents.mistakes(ask(STARS), "survey", FIELDS) == {}
    assert documents.mistakes(ask({"kind": "child"}), "survey", FIELDS) != {}


def keys(raw: Any) -> list[list[str]]:
    return [[each["key"] for each in page["questions"]] for page in raw["pages"]]


def test_the_builder_moves_questions_over_the_edge_of_a_page() -> None:
    raw, key = edits.add_question(edits.add_page(document(PHONE, NAME)), 1, STARS)
    assert (key, keys(raw)) == ("q3", [["q1", "q2"], ["q3"]])
    assert keys(edits.move_question(raw, "q3", -1)) == [["q1", "q2", "q3"], []]
    assert keys(edits.move_question(raw, "q2", 1)) == [["q1"], ["q2", "q3"]]
    assert keys(edits.move_question(raw, "q1", -1)) == keys(raw) == keys(edits.move_question(raw, "q3", 1))
    assert keys(edits.move_question(raw, "q1", 1)) == [["q2", "q1"], ["q3"]]
    assert keys(edits.drop_page(raw, 1)) == keys(edits.drop_page(raw, 0)) == [["q1", "q2", "q3"]]


def test_a_key_is_never_used_again_and_conditions_go_with_what_they_look_at() -> None:
    raw = edits.drop_question(document(STARS, why(question="q1", any_of=["1"])), "q1")
    assert raw["pages"][0]["questions"][0]["only_if"] is None
    assert edits.add_question(edits.drop_question(raw, "q2"), 0, NAME)[1] == "q3"
    with pytest.raises(NotFound):
        edits.change_question(raw, "q1", {"label_zh": "x"})
