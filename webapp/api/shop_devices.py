"""/shop-devices: phones and tablets of the shop; /staff/pin: the own PIN. Enrolling, and coming in by PIN, is done there."""

from flask import Response
from sqlalchemy.orm import Session

from services.shared import clock
from services.signin import commands, permissions, queries
from services.signin.schemas import DeviceCodeIn, DeviceCodeOut, DeviceName, ShopDeviceOut, StaffPinIn
from webapp.api import shape
from webapp.api.document import Blueprint
from webapp.web import edge, guards, people, step_up

blueprint = Blueprint("api_shop_devices", __name__, description="店里的手机 Devices of the shop")


@blueprint.get("/shop-devices")
@blueprint.listing(ShopDeviceOut)
@guards.api(permissions.SHOP_DEVICES_CHANGE)
def list_shop_devices() -> Response:
    """The devices in use, in the order they were enrolled."""
    return shape.page(
        ShopDeviceOut,
        lambda after, limit: queries.list_shop_devices(edge.read(), actor=edge.actor(), after=after or 0, limit=limit),
    )


@blueprint.post("/shop-devices/codes")
@blueprint.response(201, DeviceCodeOut)
@blueprint.takes(DeviceCodeIn)
@guards.api(permissions.SHOP_DEVICES_CHANGE)
def create_device_code() -> Response:
    """A code that enrols one device within ten minutes."""
    at, actor, data = clock.now(), edge.actor(), shape.body(DeviceCodeIn)
    return edge.write(
        lambda session: shape.one(DeviceCodeOut, commands.issue_device_code(session, data, actor=actor, at=at), 201)
    )


@blueprint.patch("/shop-devices/<int:shop_device_id>")
@blueprint.response(200, ShopDeviceOut)
@blueprint.takes(DeviceName)
@guards.api(permissions.SHOP_DEVICES_CHANGE)
def change_shop_device(shop_device_id: int) -> Response:
    """Call it otherwise."""
    at, actor, data = clock.now(), edge.actor(), shape.body(DeviceName)
    return edge.write(
        lambda session: shape.one(
            ShopDeviceOut, commands.rename_shop_device(session, shop_device_id, data, actor=actor, at=at)
        )
    )


@blueprint.delete("/shop-devices/<int:shop_device_id>")
@blueprint.response(204)
@guards.api(permissions.SHOP_DEVICES_CHANGE)
def revoke_shop_device(shop_device_id: int) -> Response:
    """Take it out of use: whoever is in on it is out, and no PIN counts there."""
    at, actor = clock.now(), edge.actor()

    def effect(session: Session) -> Response:
        commands.revoke_shop_device(session, shop_device_id, actor=actor, at=at)
        return Response(status=204)

    return edge.write(effect)


@blueprint.put("/staff/pin")
@blueprint.response(204)
@blueprint.takes(StaffPinIn)
@guards.api_staff
def change_own_pin() -> Response:
    """Choose my PIN. 403 `step_up_needed` when I was not verified lately."""
    (person, _session_id), at = people.signed_in(), clock.now()
    step_up.require(person, None, always=True)
    pin_hash = commands.hash_pin(shape.body(StaffPinIn)["pin"])

    def effect(session: Session) -> Response:
        commands.change_staff_pin(session, pin_hash, actor=person.actor, at=at)
        return Response(status=204)

    return edge.write(effect)


@blueprint.delete("/staff/pin")
@blueprint.response(204)
@guards.api_staff
def erase_own_pin() -> Response:
    """My PIN opens nothing any more."""
    at, actor = clock.now(), edge.actor()

    def effect(session: Session) -> Response:
        commands.erase_staff_pin(session, actor=actor, at=at)
        return Response(status=204)

    return edge.write(effect)
