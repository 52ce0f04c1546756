"""Devices: added, paired, changed, calibrated, revoked and removed."""

from __future__ import annotations

import hashlib
import math
import secrets
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import partial
from itertools import takewhile

from attendance.changes import AddDevice, NoteSilence, OfferPairing, RemoveDevice, RevokeDevice, SaveDevice, TakePairing
from attendance.committing import commit, read_again
from attendance.device_errors import CodeRefused, KeyRefused
from attendance.errors import InvalidInput, MovedOn, Phrase
from attendance.events import DeviceSilent
from attendance.model import AuditEntry, Device, DeviceKind, DeviceStatus, new_id
from attendance.rules.devices import is_silent
from attendance.rules.paging import all_items
from attendance.services import Services
from attendance.use_cases.devices.readings import check_time
from attendance.use_cases.erasing import erase_soon
from attendance.use_cases.names import clean_name

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


def add_device(
    services: Services, *, name: str, room: str, by: str | None, kind: DeviceKind = DeviceKind.CLASSROOM
) -> PairingCode:
    """A new device with the code that pairs it. A door records nothing until somebody lets it. Raises InvalidInput."""
    device = Device(id=new_id(), name=_name(name), room=clean_room(room), created_at=services.now(), kind=kind)
    commit(services, AddDevice(device), _entry(services, by, "device.added", device))
    return offer_pairing(services, device.id)


def new_pairing_code(services: Services, device_id: str, *, by: str | None) -> PairingCode:
    """For a device that lost its key or was set up anew; the old key works until it is paired. Raises NotFound."""
    device = services.store.device(device_id)
    return offer_pairing(services, device_id, _entry(services, by, "device.code_made", device))


@read_again
def change_device(services: Services, device_id: str, *, name: str, room: str, by: str | None) -> Device:
    """Rename or move it; what it sent stays with the lectures of the old room. Raises NotFound, InvalidInput."""
    device = services.store.device(device_id)
    changed = replace(device, name=_name(name), room=clean_room(room))
    if changed != device:
        commit(services, SaveDevice(changed, device), _entry(services, by, "device.changed", changed))
    return changed


def revoke_device(services: Services, device_id: str, *, by: str | None) -> None:
    """Refuse its key from now on; it stays in the list with all that it sent. Raises NotFound."""
    device = services.store.device(device_id)
    # Again takes back a code that waits.
    commit(
        services,
        RevokeDevice(device_id, device.revoked_at or services.now()),
        _entry(services, by, "device.revoked", device),
    )


def remove_device(services: Services, device_id: str, *, by: str | None) -> None:
    """Remove it with its readings and alarms; the recordings that it sent are those of their lectures and stay.

    Raises NotFound.
    """
    device = services.store.device(device_id)
    services.store.commit(RevokeDevice(device_id, services.now()))  # so that nothing comes meanwhile
    while services.store.remove_readings(device_id, services.now() + _AHEAD):
        pass
    commit(services, RemoveDevice(device_id), _entry(services, by, "device.removed", device))
    erase_soon(services)


def hear_of(services: Services, device: Device, status: DeviceStatus | None = None) -> None:
    """Note that the device was here, at once where it says something of itself. Raises TooOld."""
    if status is not None:
        check_time(services, device, status.at)
    now = services.now()
    if status is not None or device.last_seen_at is None or now - device.last_seen_at >= SEEN_EVERY:
        services.store.see_device(device.id, now, status)


def note_silence(services: Services) -> None:
    """Tell once of each device that is missed; of several processes that notice it one does."""
    now = services.now()
    for device in services.store.devices():
        since = device.last_seen_at
        if since is not None and device.silent_since is None and is_silent(device, now):
            silent = DeviceSilent(at=now, device_id=device.id, since=since)
            with suppress(MovedOn):  # it was heard of at this moment, or another process told of it
                commit(services, NoteSilence(device.id, since), silent)


def list_devices(services: Services) -> Sequence[DeviceRow]:
    """All, also revoked ones, sorted by room and name."""
    unseen = services.store.unseen_alarms()
    return [DeviceRow(device, unseen[device.id]) for device in services.store.devices()]


def alarms_since(services: Services, moment: datetime) -> Counter[str]:
    """How many alarms each device made since then, by device id."""
    newest_first = all_items(lambda page: services.store.alarms(page=page, size=_PAGE))
    return Counter(alarm.device_id for alarm in takewhile(lambda alarm: alarm.at >= moment, newest_first))


def clean_room(room: str) -> str:
    """The name of a room in NFC without blanks around it. Raises InvalidInput."""
    return clean_name(room, Phrase("The room"))


def _name(name: str) -> str:
    return clean_name(name, Phrase("The name of the device"))


def _entry(services: Services, by: str | None, action: str, device: Device, detail: str | None = None) -> AuditEntry:
    return AuditEntry(services.now(), by, action, device.name, device.room if detail is None else detail)


CODE_LASTS = timedelta(hours=1)

_SIGNS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"  # none that is easily taken for another: no I, O, 0, 1
_SIGNS_OF_A_CODE = 8


@dataclass(frozen=True, slots=True)
class PairingCode:
    """A code to be typed on the device, shown once: only its hash is stored."""

    device: Device
    code: str
    until: datetime


@dataclass(frozen=True, slots=True)
class DeviceKey:
    """A device with its new key, shown once: only its hash is stored."""

    device: Device
    key: str


def offer_pairing(services: Services, device_id: str, *written_down: AuditEntry) -> PairingCode:
    """A new code; the one before is worth nothing any more, the key in use stays. Raises NotFound."""
    signs = "".join(secrets.choice(_SIGNS) for _ in range(_SIGNS_OF_A_CODE))
    until = services.now() + CODE_LASTS
    services.store.commit(OfferPairing(device_id, _hash(signs), until), *written_down)
    return PairingCode(services.store.device(device_id), f"{signs[:4]}-{signs[4:]}", until)


def pair_device(services: Services, code: str) -> DeviceKey:
    """A new key for the device that offers this code, typed in any case and with any gaps. Raises CodeRefused."""
    signs = "".join(code.upper().replace("-", " ").split())
    return _pair(
        services,
        _hash(signs),
        partial(_entry, services, None, "device.paired"),
        CodeRefused("This pairing code is wrong, was used already, or is older than an hour."),
    )


def give_key(services: Services, device_id: str, *, by: str | None) -> DeviceKey:
    """A new key to be copied to the device by hand; the one before is refused from now on. Raises NotFound."""
    once = secrets.token_urlsafe(32)
    services.store.commit(OfferPairing(device_id, _hash(once), services.now() + CODE_LASTS))
    return _pair(
        services,
        _hash(once),
        partial(_entry, services, by, "device.key_given"),
        CodeRefused("Somebody else made a code for this device at the same moment; please try again."),
    )


def device_of_key(services: Services, key: str) -> Device:
    """Raises KeyRefused, with one sentence for keys that are wrong and keys that were revoked."""
    key_hash = _hash(key)
    device = services.store.find_device_by_key(key_hash) if key else None
    if (
        device is None
        or device.revoked_at is not None
        or not secrets.compare_digest(device.key_hash or "", key_hash)  # a database may compare less strictly
    ):
        raise KeyRefused("This device key is wrong or was revoked; pair the device again.")
    return device


def _pair(
    services: Services, pairing_hash: str, entry: Callable[[Device], AuditEntry], refused: CodeRefused
) -> DeviceKey:
    key = secrets.token_urlsafe(32)
    device = services.store.find_device_by_pairing(pairing_hash)
    if device is None:
        raise refused
    try:
        commit(services, TakePairing(pairing_hash, _hash(key), services.now()), entry(device))
    except MovedOn:
        raise refused from None
    return DeviceKey(services.store.device(device.id), key)


def _hash(secret: str) -> str:
    """Of random secrets, which need no salt; those of codes are worth nothing after an hour."""
    return hashlib.sha256(secret.encode(errors="surrogatepass")).hexdigest()


PROPOSED_THRESHOLD_C = 37.5
MOST_OFFSET_C = 10.0
LOWEST_THRESHOLD_C, HIGHEST_THRESHOLD_C = 30.0, 45.0


@read_again
def calibrate_device(services: Services, device_id: str, *, offset_c: float, on: date, by: str | None) -> Device:
    """Add `offset_c` to its skin estimates from now on; `on` says since when. Raises NotFound, InvalidInput."""
    if not math.isfinite(offset_c) or abs(offset_c) > MOST_OFFSET_C:
        raise InvalidInput(
            "The offset must be a number from -%(most)s to %(most)s degrees.",
            most=f"{MOST_OFFSET_C:g}",
            field="offset_c",
        )
    if on > services.now().date() + timedelta(days=1):  # it is tomorrow already in the east
        raise InvalidInput("The day of the calibration lies in the future.", field="on")
    device = services.store.device(device_id)
    changed = replace(device, calibration_offset_c=offset_c, calibrated_on=on)
    detail = f"{offset_c:+.2f} °C, {on.isoformat()}"
    commit(services, SaveDevice(changed, device), _entry(services, by, "device.calibrated", device, detail))
    return changed


@read_again
def set_alarm_threshold(services: Services, device_id: str, *, threshold_c: float | None, by: str | None) -> Device:
    """Make an alarm of skin estimates from here on; None makes none. Raises NotFound, InvalidInput."""
    if threshold_c is not None and not LOWEST_THRESHOLD_C <= threshold_c <= HIGHEST_THRESHOLD_C:
        raise InvalidInput(
            "The alarm threshold must be from %(low)s to %(high)s degrees.",
            low=f"{LOWEST_THRESHOLD_C:g}",
            high=f"{HIGHEST_THRESHOLD_C:g}",
            field="threshold_c",
        )
    device = services.store.device(device_id)
    changed = replace(device, alarm_line_c=threshold_c)
    detail = "-" if threshold_c is None else f"{threshold_c:g} °C"
    commit(services, SaveDevice(changed, device), _entry(services, by, "device.alarm_line_set", device, detail))
    return changed
