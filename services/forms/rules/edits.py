"""Changing a document step by step, as the builder does: each takes the JSON as it is and gives the next one. Keys are never used again."""

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from services.forms.rules.documents import MOST_PAGES, MOST_QUESTIONS
from services.shared.refusals import Invalid, NotFound
from services.shared.words import N_

Raw = dict[str, Any]


def add_page(raw: Mapping[str, Any]) -> Raw:
    """One more page at the end. Raises Invalid where there are enough."""
    made = deepcopy(dict(raw))
    if len(made["pages"]) >= MOST_PAGES:
        raise Invalid({"pages": [N_("页太多了")]})
    made["pages"].append({"title_zh": "", "title_en": "", "questions": []})
    return made


def change_page(raw: Mapping[str, Any], place: int, told: Mapping[str, Any]) -> Raw:
    """Other titles for a page. Raises NotFound."""
    made = deepcopy(dict(raw))
    _page(made, place).update(told)
    return made


def drop_page(raw: Mapping[str, Any], place: int) -> Raw:
    """Without this page; its questions go to the one before (of the first, to the one behind). The last page stays. Raises NotFound."""
    made = deepcopy(dict(raw))
    page = _page(made, place)
    if len(made["pages"]) > 1:
        made["pages"].pop(place)
        if place:
            made["pages"][place - 1]["questions"] += page["questions"]
        else:
            made["pages"][0]["questions"] = page["questions"] + made["pages"][0]["questions"]
    return made


def add_question(raw: Mapping[str, Any], place: int, told: Mapping[str, Any]) -> tuple[Raw, str]:
    """A question at the end of a page, and its key. Raises NotFound, Invalid where there are enough."""
    made = deepcopy(dict(raw))
    page = _page(made, place)
    if sum(len(each["questions"]) for each in made["pages"]) >= MOST_QUESTIONS:
        raise Invalid({"kind": [N_("题目太多了，没有人愿意填这么久")]})
    key = f"q{made['next']}"
    made["next"] += 1
    page["questions"].append({**told, "key": key})
    return made, key


def change_question(raw: Mapping[str, Any], key: str, told: Mapping[str, Any]) -> Raw:
    """Other words, choices or another condition; its kind stays. Raises NotFound."""
    made = deepcopy(dict(raw))
    questions, place = find(made, key)
    questions[place] = {**questions[place], **told, "key": key, "kind": questions[place]["kind"]}
    return made


def drop_question(raw: Mapping[str, Any], key: str) -> Raw:
    """Without this question; conditions that looked at it go with it. Raises NotFound."""
    made = deepcopy(dict(raw))
    questions, place = find(made, key)
    questions.pop(place)
    for page in made["pages"]:
        for each in page["questions"]:
            if each.get("only_if") and each["only_if"]["question"] == key:
                each["only_if"] = None
    return made


def move_question(raw: Mapping[str, Any], key: str, by: int) -> Raw:
    """One place up (-1) or down (1), over the edge of its page too. At the very end nothing changes. Raises NotFound."""
    made = deepcopy(dict(raw))
    questions, place = find(made, key)
    pages = made["pages"]
    page = next(number for number, each in enumerate(pages) if each["questions"] is questions)
    question = questions.pop(place)
    if 0 <= place + by <= len(questions):
        questions.insert(place + by, question)
    elif 0 <= page + by < len(pages):
        neighbour = pages[page + by]["questions"]
        neighbour.insert(0 if by > 0 else len(neighbour), question)
    else:
        questions.insert(place, question)
    return made


def find(raw: Mapping[str, Any], key: str) -> tuple[list[Raw], int]:
    """The questions of the page that this one stands on, and its place there. Raises NotFound."""
    for page in raw["pages"]:
        for place, each in enumerate(page["questions"]):
            if each["key"] == key:
                return page["questions"], place
    raise NotFound("form_question_not_found")


def _page(raw: Mapping[str, Any], place: int) -> Raw:
    if not 0 <= place < len(raw["pages"]):
        raise NotFound("form_page_not_found")
    page: Raw = raw["pages"][place]
    return page
