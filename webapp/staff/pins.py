"""PIN: one's own, chosen beside a password or passkey; and coming in with it on a device of the shop, nowhere else."""

from dataclasses import replace
from typing import Any

from flask import Response, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from services.shared import clock, limits
from services.shared.refusals import Invalid
from services.shared.words import N_
from services.signin import commands, queries
from services.signin.schemas import StaffPinIn, SwitchIn
from webapp.staff import blueprint
from webapp.staff.signin import door, end_former, leave
from webapp.web import cookies, devices, edge, forms, guards, links, people, toasts
from webapp.web.forms import Form

# facts.md §6: five wrong tries of a person on a device, then a quarter of an hour; and so few a day that no PIN is found in a year, nor
# by whoever enrols one device after the other.
TRIES = limits.Rule("staff_pin", most=5, seconds=900)
TRIES_A_DAY = limits.Rule("staff_pin:day", most=20, seconds=86_400)
TRIES_OF_A_PERSON = limits.Rule("staff_pin:person", most=30, seconds=86_400)


@blueprint.post("/sign-in/pin")
@guards.public("the door of an enrolled device: its key and the PIN are the secrets")
def switch_person() -> ResponseReturnValue:
    """Come in on this device; whoever was in is out. A try is counted before it is compared, whoever is named; a right one is given back,
    but what was wrong before it stays wrong: a colleague guesses no more often because its person unlocks in between."""
    at, key = clock.now(), devices.key()

    def first(data: dict[str, Any]) -> None:
        device = devices.this_one()
        if device is None or key is None:
            raise Invalid({"pin": [N_("这台设备没有登记，请用密码登录")]}, "device_unknown")
        here, store_id = f"{device.id}:{data['who']}", device.store_id
        counted = ((TRIES, here), (TRIES_A_DAY, here), (TRIES_OF_A_PERSON, str(data["who"])))
        data["actor"] = replace(people.PUBLIC, origin=people.origin(device.id))
        for rule, subject in counted:
            edge.spend(rule, subject, at=at)
        data["known"] = queries.check_staff_pin(edge.read(), data["who"], data["pin"], store_id=store_id)
        for rule, subject in counted:
            edge.give_back(rule, subject, at=at)

    def perform(session: Session, data: dict[str, Any]) -> Response:
        browser = request.user_agent.string
        secret = commands.switch_staff(session, str(key), data["known"], browser=browser, actor=data["actor"], at=at)
        end_former(session, at)
        answer = cookies.give(links.go_on(data["next"], "staff"), people.STAFF_COOKIE, secret)
        return cookies.give(answer, people.DEVICE_COOKIE, str(key))

    return forms.submit(SwitchIn, perform, door, first=first, keyed=False)


@blueprint.post("/lock")
@guards.staff()
def lock() -> ResponseReturnValue:
    """Leave this device to whoever comes next: the session is over, the faces stand at the door."""
    return leave()


@blueprint.post("/present")
@guards.staff()
def stay() -> ResponseReturnValue:
    """Somebody has touched this device: it locks later (presence.py notes it)."""
    return "", 204


@blueprint.get("/account/pin")
@guards.staff()
def own_pin() -> str:
    """My PIN."""
    return _page(Form())


@blueprint.post("/account/pin")
@guards.staff(verified=True)
def change_pin() -> ResponseReturnValue:
    """Choose one, or another one."""
    at, actor = clock.now(), edge.actor()

    def first(data: dict[str, Any]) -> None:
        data["hash"] = commands.hash_pin(data["pin"])

    def perform(session: Session, data: dict[str, Any]) -> Response:
        commands.change_staff_pin(session, data["hash"], actor=actor, at=at)
        toasts.say(_("PIN 设好了，在店里的手机上点自己的名字就能用"))
        return links.to("staff.own_pin")

    return forms.submit(StaffPinIn, perform, _page, first=first)


@blueprint.post("/account/pin/remove")
@guards.staff()
def erase_pin() -> ResponseReturnValue:
    """It opens nothing any more."""
    at, actor = clock.now(), edge.actor()

    def effect(session: Session) -> Response:
        commands.erase_staff_pin(session, actor=actor, at=at)
        toasts.say(_("PIN 删掉了"))
        return links.to("staff.own_pin")

    return edge.write(effect)


def _page(form: Form) -> str:
    person, _session_id = people.signed_in()
    has_one = queries.has_staff_pin(edge.read(), int(person.actor.id or 0))
    return render_template("staff/pin.html", form=form, has_one=has_one)
