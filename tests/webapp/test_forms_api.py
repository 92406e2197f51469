"""Forms over HTTP."""

from typing import Any

import pytest

from services.forms import commands
from services.forms.models import FormLink
from services.members import commands as members
from services.members.models import Member
from services.members.queries import get_member
from services.shared import database
from services.shared.actors import Actor
from tests.browse import Browser, body
from tests.cast import Cast
from tests.forming import NAME, PHONE, STARS, hang_up

SURVEY: dict[str, Any] = {
    "kind": "survey",
    "title_zh": "今天怎么样",
    "document": {"pages": [{"questions": [{"kind": "rating", "label_zh": "满意吗", "required": True}]}]},
}


@pytest.fixture
def owner(shop: Cast) -> Browser:
    return shop.browser("owner")


@pytest.fixture
def xiaoman(shop: Cast) -> Member:
    """小满, whom the shop knows."""
    data = {"phone": "+8613800138000", "name": "小满", "consent": True}
    with database.transaction() as session:
        return members.create_member(session, data, actor=shop.owner, at=shop.at)


def sent(link: FormLink, **typed: Any) -> str:
    """What somebody sends; the path of what came."""
    told = {"phone": "13800138000", "consent": "1", **typed}
    with database.transaction() as session:
        row = commands.submit_form(session, link.token, told, actor=Actor("public"), at=link.created_at)
        return f"/api/v1/forms/{link.form_id}/submissions/{row.id}"


def test_a_form_is_written_published_and_hung_up(shop: Cast, owner: Browser) -> None:
    made = body(owner.api("POST", "/api/v1/forms", SURVEY))
    here = f"/api/v1/forms/{made['id']}"
    assert (made["state"], made["document"]["pages"][0]["questions"][0]["key"]) == ("draft", "q1")
    published = owner.api("POST", f"{here}/versions")
    assert (published.status_code, body(published)["state"], body(published)["version"]) == (201, "published", 1)
    told = {"label": "桌卡", "store": str(shop.east.id), "source": "walk_in", "staff": str(shop.staff["cashier"].id)}
    link = body(owner.api("POST", f"{here}/links", told))
    assert shop.browser().get("/f/" + link["address"].rpartition("/f/")[2]).status_code == 200
    assert [each["id"] for each in body(owner.api("GET", f"{here}/links"))["items"]] == [link["id"]]
    assert owner.api("DELETE", f"{here}/links/{link['id']}").status_code == 204
    assert body(owner.api("DELETE", f"{here}/versions"))["state"] == "closed"


def test_pages_change_when_they_are_published_and_keys_stay(owner: Browser) -> None:
    here = f"/api/v1/forms/{body(owner.api('POST', '/api/v1/forms', SURVEY))['id']}"
    owner.api("POST", f"{here}/versions")
    questions = [{"kind": "text", "label_zh": "叫什么"}, {"key": "q1", "kind": "rating", "label_zh": "满意吗"}]
    changed = body(owner.api("PATCH", here, {"document": {"pages": [{"questions": questions}]}}))
    assert [each["key"] for each in changed["document"]["pages"][0]["questions"]] == ["q2", "q1"]
    assert (changed["version"], changed["unpublished"]) == (1, True)
    assert body(owner.api("POST", f"{here}/versions"))["version"] == 2


@pytest.mark.parametrize(
    ("document", "place"),
    [
        ({"pages": []}, "document.pages"),
        ({"pages": [{"questions": [{"kind": "mood"}]}]}, "document.pages.0.questions.0.kind"),
        ({"pages": [{"questions": [{"kind": "text", "key": "a"}, {"kind": "text", "key": "a"}]}]}, "document.pages"),
        ({"pages": [{"questions": [{"kind": "text", "only_if": {"question": "a"}}]}]}, "document.pages.0.questions.0.only_if.any_of"),
        ({"pages": [{"questions": [{"kind": "text"}] * 41}]}, "document.pages"),
        ("pages", "document"),
    ],
)  # fmt: skip
def test_a_document_that_is_none_is_told_by_place(owner: Browser, document: Any, place: str) -> None:
    answer = owner.api("POST", "/api/v1/forms", SURVEY | {"document": document})
    assert (answer.status_code, place in str(list(body(answer)["errors"]))) == (422, True), body(answer)


def test_what_is_missing_before_publishing_is_told_by_place(owner: Browser) -> None:
    made = body(owner.api("POST", "/api/v1/forms", SURVEY | {"kind": "registration"}))
    answer = owner.api("POST", f"/api/v1/forms/{made['id']}/versions")
    assert (answer.status_code, body(answer)["code"], list(body(answer)["errors"])) == (
        422,
        "form_not_ready",
        ["pages"],
    )


def test_answers_come_with_their_questions(shop: Cast, owner: Browser, xiaoman: Member) -> None:
    link = hang_up(shop, PHONE, STARS)
    path = sent(link, **{"a.q2": "4"})
    told = body(owner.api("GET", path))
    assert (told["state"], told["member"]) == ("proposal", str(xiaoman.id))
    assert [(each["label"], each["value"], each["hidden"]) for each in told["answers"]] == [
        ("手机号", "+8613800138000", False), ("今天满意吗", 4, False),
    ]  # fmt: skip
    masked = body(shop.app.test_client().get(path, headers=shop.token("form_answers:read")))
    assert (masked["answers"][0]["value"], masked["answers"][0]["hidden"]) == ("138 **** 8000", True)


def test_a_program_confirms_what_is_true(shop: Cast, owner: Browser, xiaoman: Member) -> None:
    path = sent(hang_up(shop, PHONE, NAME), **{"a.q2": "林小满"})
    proposed = body(owner.api("GET", path))["proposed"]
    assert [(each["question"], each["before"], each["after"]) for each in proposed] == [("q2", "小满", "林小满")]
    done = owner.api("POST", f"{path}/confirmation", {"questions": ["q2"]})
    assert (done.status_code, body(done)["state"]) == (201, "applied")
    again = owner.api("POST", f"{path}/confirmation", {"questions": ["q2"]})
    assert (again.status_code, body(again)["code"]) == (409, "proposal_over")
    with database.reading() as session:
        assert get_member(session, xiaoman.id).name == "林小满"


def test_what_is_refused_is_forgotten(shop: Cast, owner: Browser, xiaoman: Member) -> None:
    path = sent(hang_up(shop, PHONE, NAME), **{"a.q2": "别人"})
    told = body(owner.api("POST", f"{path}/refusal"))
    assert (told["state"], told["answers"]) == ("refused", [])


def test_submissions_are_listed_by_state(shop: Cast, owner: Browser, xiaoman: Member) -> None:
    link = hang_up(shop, PHONE, NAME)
    sent(link)
    sent(link, phone="13900139000")
    here = f"/api/v1/forms/{link.form_id}/submissions"
    assert [each["state"] for each in body(owner.api("GET", here))["items"]] == ["applied", "proposal"]
    assert [each["state"] for each in body(owner.api("GET", f"{here}?state=proposal"))["items"]] == ["proposal"]
    first = body(owner.api("GET", f"{here}?limit=1"))
    rest = body(owner.api("GET", f"{here}?limit=1&cursor={first['next']}"))
    assert [each["state"] for each in first["items"] + rest["items"]] == ["applied", "proposal"]
    assert rest["next"] is None


def test_the_gift_is_told_and_changed_apart(shop: Cast, owner: Browser) -> None:
    link = hang_up(shop, STARS, kind="survey")
    here = f"/api/v1/forms/{link.form_id}"
    assert body(owner.api("PUT", f"{here}/gift", {"points": 20})) == {"template": None, "points": 20, "tag": None}
    assert body(owner.api("GET", here))["gift"]["points"] == 20
    refused = shop.app.test_client().put(
        f"{here}/gift", json={"points": 9}, headers=shop.token("forms:change") | {"Idempotency-Key": "give-more-1"}
    )
    assert refused.status_code == 403
