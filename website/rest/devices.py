"""Devices in rooms, as admins see to them; what devices ask for themselves is the device API."""

from __future__ import annotations

from typing import Any

import marshmallow as ma
from flask import url_for
from flask.typing import ResponseReturnValue

from attendance.model import Device, Role
from attendance.use_cases.devices.devices import (
    PairingCode,
    add_device,
    change_device,
    new_pairing_code,
    remove_device,
    revoke_device,
)
from website.current import current_services, signed_in_user
from website.openapi.schemas import LenientSchema, Text
from website.rest.blueprint import blueprint, check_version
from website.rest.paging import PageAnswer, PageQuery, cut, page_of


class DeviceSchema(LenientSchema):
    """What a device is called, and where it stands. What is left out of a change stays."""

    name = Text()
    room = Text()


class NewDeviceSchema(DeviceSchema):
    """The same, of a new device."""

    name = Text(required=True)
    room = Text(required=True)


class DeviceAnswer(ma.Schema):
    """A device."""

    id = ma.fields.String()
    name = ma.fields.String()
    room = ma.fields.String()
    state = ma.fields.String(metadata={"description": "unpaired, paired or revoked."})
    created_at = ma.fields.AwareDateTime()
    paired_at = ma.fields.AwareDateTime(allow_none=True)
    revoked_at = ma.fields.AwareDateTime(allow_none=True)
    silent_since = ma.fields.AwareDateTime(allow_none=True, metadata={"description": "Since when it is missed."})
    alarm_threshold_c = ma.fields.Float(allow_none=True, attribute="alarm_line_c")
    calibration_offset_c = ma.fields.Float()
    calibrated_on = ma.fields.Date(allow_none=True)


class DeviceWithCodeAnswer(DeviceAnswer):
    """A device, and the code that pairs it: it is said here once."""

    pairing_code = ma.fields.String(metadata={"description": "Left out where the request was answered before."})
    pairing_until = ma.fields.AwareDateTime()


class DevicesAnswer(PageAnswer):
    """A page of devices, sorted by room and name."""

    items = ma.fields.List(ma.fields.Nested(DeviceAnswer))


@blueprint.operation("GET", "/devices", "devices:read", Role.ADMIN)
@blueprint.arguments(PageQuery, location="query")
@blueprint.response(200, DevicesAnswer)
def devices(asked: dict[str, Any]) -> ResponseReturnValue:
    """All devices, also revoked ones."""
    found = cut(current_services().store.devices(), asked)
    return page_of(found, found.items)


@blueprint.operation("POST", "/devices", "devices:write", Role.ADMIN)
@blueprint.arguments(NewDeviceSchema)
@blueprint.response(201, DeviceWithCodeAnswer)
def add_a_device(words: dict[str, Any]) -> ResponseReturnValue:
    """Add a device; the code that pairs it is said in this answer alone, and works once, for one hour."""
    offered = add_device(current_services(), **words, by=signed_in_user().id)
    return _with_code(offered), 201, {"Location": url_for("rest.device", device_id=offered.device.id)}


@blueprint.operation("GET", "/devices/<device_id>", "devices:read", Role.ADMIN)
@blueprint.response(200, DeviceAnswer)
@blueprint.refuses(404)
def device(device_id: str) -> Device:
    """One device."""
    return current_services().store.device(device_id)


@blueprint.operation("PATCH", "/devices/<device_id>", "devices:write", Role.ADMIN, versioned=True)
@blueprint.arguments(DeviceSchema)
@blueprint.response(200, DeviceAnswer)
@blueprint.refuses(404, 412)
def change_a_device(words: dict[str, Any], device_id: str) -> Device:
    """Rename a device, or move it to another room."""
    found = current_services().store.device(device_id)
    check_version(device, device_id=device_id)
    named = {"name": found.name, "room": found.room} | words
    return change_device(current_services(), device_id, **named, by=signed_in_user().id)


@blueprint.operation("DELETE", "/devices/<device_id>", "devices:write", Role.ADMIN, versioned=True)
@blueprint.response(204)
@blueprint.refuses(404, 412)
def remove_a_device(device_id: str) -> None:
    """Remove a device with its readings and alarms; its recordings stay with their lectures."""
    check_version(device, device_id=device_id)
    remove_device(current_services(), device_id, by=signed_in_user().id)


@blueprint.operation("POST", "/devices/<device_id>/pairing-code", "devices:write", Role.ADMIN)
@blueprint.response(200, DeviceWithCodeAnswer)
@blueprint.refuses(404)
def offer_a_code(device_id: str) -> ResponseReturnValue:
    """Make a new pairing code; the key in use works until somebody types it."""
    offered = new_pairing_code(current_services(), device_id, by=signed_in_user().id)
    return _with_code(offered), 200, {"Content-Location": url_for("rest.device", device_id=device_id)}


@blueprint.operation("POST", "/devices/<device_id>/revoke", "devices:write", Role.ADMIN)
@blueprint.response(200, DeviceAnswer)
@blueprint.refuses(404)
def revoke_a_device(device_id: str) -> ResponseReturnValue:
    """Refuse the key of a device from now on."""
    revoke_device(current_services(), device_id, by=signed_in_user().id)
    return device(device_id), 200, {"Content-Location": url_for("rest.device", device_id=device_id)}


def _with_code(offered: PairingCode) -> dict[str, Any]:
    found = offered.device
    names = [one.attribute or name for name, one in DeviceAnswer().fields.items()]
    return {
        **{name: getattr(found, name) for name in names},
        "pairing_code": offered.code,
        "pairing_until": offered.until,
    }
