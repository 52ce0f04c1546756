"""Add, change, revoke and remove devices, and hear what they say of themselves."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from attendance.device_model import Device, DeviceStatus
from attendance.errors import Phrase
from attendance.list_model import AuditEntry
from attendance.model import new_id
from attendance.services import Services
from attendance.use_cases.device_times import check_time
from attendance.use_cases.erase import erase_soon
from attendance.use_cases.names import clean_name
from attendance.use_cases.pair_device import PairingCode, offer_pairing

SEEN_EVERY = timedelta(minutes=1)
"""How exactly it is known when a device was heard of: each request would be a write otherwise."""

_PAGE = 200
_AHEAD = timedelta(days=366)
"""Clocks of devices may be ahead of ours; what is later than this was never taken."""


@dataclass(frozen=True, slots=True)
class DeviceRow:
    """A device in the list, and how many of its alarms nobody has looked at."""

    device: Device
    unseen_alarms: int


def add_device(services: Services, *, name: str, room: str, by: str | None) -> PairingCode:
    """A new device with the code that pairs it. Raises InvalidInput."""
    device = Device(id=new_id(), name=_name(name), room=clean_room(room), created_at=services.now())
    services.store.add_device_once(device)
    _audit(services, by, "device.added", device)
    return offer_pairing(services, device.id)


def new_pairing_code(services: Services, device_id: str, *, by: str | None) -> PairingCode:
    """For a device that lost its key or was set up anew; the old key works until it is paired. Raises NotFound."""
    offered = offer_pairing(services, device_id)
    _audit(services, by, "device.code_made", offered.device)
    return offered


def change_device(services: Services, device_id: str, *, name: str, room: str, by: str | None) -> Device:
    """Rename or move it; what it sent stays with the lectures of the old room. Raises NotFound, InvalidInput."""
    device = services.store.device(device_id)
    changed = replace(device, name=_name(name), room=clean_room(room))
    if changed != device:
        services.store.save_device(changed)
        _audit(services, by, "device.changed", changed)
    return changed


def revoke_device(services: Services, device_id: str, *, by: str | None) -> None:
    """Refuse its key from now on; it stays in the list with all that it sent. Raises NotFound."""
    device = services.store.device(device_id)
    services.store.revoke_device(device_id, device.revoked_at or services.now())  # again takes back a code that waits
    _audit(services, by, "device.revoked", device)


def remove_device(services: Services, device_id: str, *, by: str | None) -> None:
    """Remove it with its readings and alarms; the recordings that it sent are those of their lectures and stay.

    Raises NotFound.
    """
    device = services.store.device(device_id)
    services.store.revoke_device(device_id, services.now())  # so that nothing comes meanwhile
    while services.store.remove_readings(device_id, services.now() + _AHEAD):
        pass
    services.store.remove_device(device_id)
    _audit(services, by, "device.removed", device)
    erase_soon(services)


def hear_of(services: Services, device: Device, status: DeviceStatus | None = None) -> None:
    """Note that the device was here, at once where it says something of itself. Raises TooOld."""
    if status is not None:
        check_time(services, device, status.at)
    now = services.now()
    if status is not None or device.last_seen_at is None or now - device.last_seen_at >= SEEN_EVERY:
        services.store.see_device(device.id, now, status)


def list_devices(services: Services) -> Sequence[DeviceRow]:
    """All, also revoked ones, sorted by room and name."""
    unseen = services.store.unseen_alarms()
    return [DeviceRow(device, unseen[device.id]) for device in services.store.devices()]


def alarms_since(services: Services, moment: datetime) -> Counter[str]:
    """How many alarms each device made since then, by device id."""
    counted: Counter[str] = Counter()
    number = 1
    while True:
        page = services.store.alarms(page=number, size=_PAGE)
        young = [alarm.device_id for alarm in page.items if alarm.at >= moment]
        counted.update(young)
        if len(young) < len(page.items) or number >= page.pages:
            return counted
        number += 1


def clean_room(room: str) -> str:
    """The name of a room in NFC without blanks around it. Raises InvalidInput."""
    return clean_name(room, Phrase("The room"))


def _name(name: str) -> str:
    return clean_name(name, Phrase("The name of the device"))


def _audit(services: Services, by: str | None, action: str, device: Device) -> None:
    services.store.add_audit(AuditEntry(services.now(), by, action, device.name, device.room))
