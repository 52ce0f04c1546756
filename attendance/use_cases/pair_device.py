"""Pair devices by a code that works once, and know them again by their keys."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from attendance.device_errors import CodeRefused, KeyRefused
from attendance.device_model import Device
from attendance.list_model import AuditEntry
from attendance.services import Services

CODE_LASTS = timedelta(hours=1)

_SIGNS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"  # none that is easily taken for another: no I, O, 0, 1
_SIGNS_OF_A_CODE = 8


@dataclass(frozen=True, slots=True)
class PairingCode:
    """A code to be typed on the device, shown once: only its hash is kept."""

    device: Device
    code: str
    until: datetime


@dataclass(frozen=True, slots=True)
class DeviceKey:
    """A device with its new key, shown once: only its hash is kept."""

    device: Device
    key: str


def offer_pairing(services: Services, device_id: str) -> PairingCode:
    """A new code; the one before is worth nothing any more, the key in use stays. Raises NotFound."""
    signs = "".join(secrets.choice(_SIGNS) for _ in range(_SIGNS_OF_A_CODE))
    until = services.now() + CODE_LASTS
    services.store.offer_pairing(device_id, _hash(signs), until)
    return PairingCode(services.store.device(device_id), f"{signs[:4]}-{signs[4:]}", until)


def pair_device(services: Services, code: str) -> DeviceKey:
    """A new key for the device that offers this code, typed in any case and with any gaps. Raises CodeRefused."""
    signs = "".join(code.upper().replace("-", " ").split())
    paired = _pair(services, _hash(signs))
    if paired is None:
        raise CodeRefused("This pairing code is wrong, was used already, or is older than an hour.")
    _audit(services, None, "device.paired", paired.device)
    return paired


def give_key(services: Services, device_id: str, *, by: str | None) -> DeviceKey:
    """A new key to be copied to the device by hand; the one before is refused from now on. Raises NotFound."""
    once = secrets.token_urlsafe(32)
    services.store.offer_pairing(device_id, _hash(once), services.now() + CODE_LASTS)
    paired = _pair(services, _hash(once))
    if paired is None:
        raise CodeRefused("Somebody else made a code for this device at the same moment; please try again.")
    _audit(services, by, "device.key_given", paired.device)
    return paired


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


def _pair(services: Services, pairing_hash: str) -> DeviceKey | None:
    key = secrets.token_urlsafe(32)
    device = services.store.take_pairing(pairing_hash, _hash(key), services.now())
    return DeviceKey(device, key) if device is not None else None


def _hash(secret: str) -> str:
    """Of random secrets, which need no salt; those of codes are worth nothing after an hour."""
    return hashlib.sha256(secret.encode(errors="surrogatepass")).hexdigest()


def _audit(services: Services, by: str | None, action: str, device: Device) -> None:
    services.store.add_audit(AuditEntry(services.now(), by, action, device.name, device.room))
