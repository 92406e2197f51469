"""店里的手机: which phones and tablets of the shop staff share; a manager enrols one with a code that is shown once."""

from typing import Any

from flask import Response, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from services.shared import clock, limits
from services.signin import commands, permissions, queries
from services.signin.commands.shop_devices import ShownCode
from services.signin.schemas import DeviceCodeIn, DeviceName, EnrolIn
from services.stores import queries as stores
from webapp.staff import blueprint
from webapp.staff.signin import end_former
from webapp.web import cookies, devices, edge, forms, guards, links, people, toasts
from webapp.web.forms import Form

SHOWN = limits.Rule("device_codes:actor", most=20, seconds=3600)
# Eight digits that live ten minutes: so many guesses find none.
GUESSES_FROM = limits.Rule("device_codes:address", most=10, seconds=900)
GUESSES = limits.Rule("device_codes:all", most=100, seconds=900)
EVERYBODY = "all"


@blueprint.get("/devices")
@guards.staff(permissions.SHOP_DEVICES_CHANGE)
def shop_devices() -> str:
    """The devices in use, and the form for one more."""
    person = people.person()
    return _page(Form({"store": person.store_id if person else None}))


@blueprint.post("/devices/code")
@guards.staff(permissions.SHOP_DEVICES_CHANGE)
def show_device_code() -> ResponseReturnValue:
    """Make a code and show it once. Not keyed: a second tap makes a second code, and the digits are stored nowhere."""
    at, actor, made = clock.now(), edge.actor(), []

    def first(_data: dict[str, Any]) -> None:
        edge.spend(SHOWN, actor.scope, at=at)

    def perform(session: Session, data: dict[str, Any]) -> ResponseReturnValue:
        made.append(commands.issue_device_code(session, data, actor=actor, at=at))
        return "", 204

    answer = forms.submit(DeviceCodeIn, perform, _page, first=first, keyed=False)
    if not made:
        return answer
    response = Response(_page(Form({}), made[0]))
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.post("/devices/<int:shop_device_id>")
@guards.staff(permissions.SHOP_DEVICES_CHANGE)
def rename_shop_device(shop_device_id: int) -> ResponseReturnValue:
    """Call it otherwise."""
    at, actor = clock.now(), edge.actor()

    def perform(session: Session, data: dict[str, Any]) -> Response:
        commands.rename_shop_device(session, shop_device_id, data, actor=actor, at=at)
        toasts.say(_("已保存"))
        return links.to("staff.shop_devices")

    return forms.submit(DeviceName, perform, _page)


@blueprint.post("/devices/<int:shop_device_id>/revoke")
@guards.staff(permissions.SHOP_DEVICES_CHANGE)
def revoke_shop_device(shop_device_id: int) -> ResponseReturnValue:
    """It is lost, or no longer the shop's: whoever is in on it is out."""
    at, actor = clock.now(), edge.actor()

    def effect(session: Session) -> Response:
        commands.revoke_shop_device(session, shop_device_id, actor=actor, at=at)
        toasts.say(_("那台设备停用了，登录着的人已退出"))
        return links.to("staff.shop_devices")

    return edge.write(effect)


@blueprint.get("/devices/enrol")
@guards.public("a device of the shop before anybody is signed in; the code is the secret")
def enrol() -> str:
    """Where the digits are typed on the shop's phone; the QR brings them along."""
    return _door(Form({"code": request.args.get("code", "")[:9]}))


@blueprint.post("/devices/enrol")
@guards.public("a device of the shop before anybody is signed in; the code is the secret")
def enrol_device() -> ResponseReturnValue:
    """This browser is a device of the shop from now on; whoever was in is out, and comes in as on any: by PIN, or password, with the lock.
    A try is counted before it is compared."""
    at, address = clock.now(), people.address()

    def first(_data: dict[str, Any]) -> None:
        edge.spend(GUESSES_FROM, address, at=at)
        edge.spend(GUESSES, EVERYBODY, at=at)

    def perform(session: Session, data: dict[str, Any]) -> Response:
        digits, browser = data["code"].replace(" ", ""), request.user_agent.string
        key = commands.enrol_device(session, digits, browser=browser, actor=edge.actor(), at=at)
        end_former(session, at)
        door = cookies.take(links.to("staff.sign_in"), people.STAFF_COOKIE)
        return cookies.give(door, people.DEVICE_COOKIE, key)

    answer = forms.submit(EnrolIn, perform, _door, first=first, keyed=False)
    if isinstance(answer, Response) and answer.status_code == 303:
        edge.give_back(GUESSES_FROM, address, at=at)
        edge.give_back(GUESSES, EVERYBODY, at=at)
    return answer


def enrol_url(code: ShownCode) -> str:
    """The address inside the QR."""
    return links.absolute(f"/staff/devices/enrol?code={code.digits}")


def _page(form: Form, code: ShownCode | None = None) -> str:
    session, actor = edge.read(), edge.actor()
    return render_template(
        "staff/devices/list.html",
        form=form,
        code=code,
        url=enrol_url(code) if code else "",
        minutes=queries.signin_code_minutes(),
        devices=queries.list_shop_devices(session, actor=actor),
        own_stores=stores.list_stores(session, actor=actor),
        this_one=devices.this_one(),
    )


def _door(form: Form) -> str:
    return render_template("staff/devices/enrol.html", form=form, device=devices.this_one())
