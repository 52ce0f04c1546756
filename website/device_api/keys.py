"""Which device asks: by the key in its Authorization header, and by nothing else. A session gives no rights here."""

from __future__ import annotations

from flask import g, request

from attendance.device_errors import KeyRefused
from attendance.model import Device
from attendance.use_cases.devices.devices import device_of_key, hear_of
from website.current import current_services
from website.device_api.limits import count_request

WITHOUT_KEY = ("device_api.pair",)


def authorize() -> None:
    """Before a byte of the body is read. Raises KeyRefused, TooManyRequests, ServiceUnavailable."""
    if request.endpoint in WITHOUT_KEY:
        return
    scheme, _, key = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer":
        raise KeyRefused("Send the device key in the header Authorization, as: Bearer KEY.")
    device = device_of_key(current_services(), key.strip())
    count_request(device)
    hear_of(current_services(), device)
    g.device = device


def current_device() -> Device:
    """The device that asks; only behind `authorize`."""
    device: Device = g.device
    return device
