"""Refuse what a device cannot have recorded: nobody writes history from before it was there, not even with its key."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from attendance.device_errors import TooOld
from attendance.device_model import Device
from attendance.rules import could_record
from attendance.services import Services


def check_time(services: Services, device: Device, at: datetime) -> None:
    """Of one thing. Raises TooOld."""
    if not could_record(device, at, services.now(), outbox_lasts(services)):
        raise _too_old(services, at)


def check_times(services: Services, device: Device, moments: Mapping[str, datetime]) -> None:
    """Of a batch, by its ids. Raises TooOld, which has the ids of those that cannot be."""
    now, lasts = services.now(), outbox_lasts(services)
    wrong = [name for name, at in moments.items() if not could_record(device, at, now, lasts)]
    if wrong:
        refused = _too_old(services, moments[wrong[0]])
        refused.ids = wrong
        raise refused


def outbox_lasts(services: Services) -> timedelta:
    """How long a device may be without a network and send everything afterwards."""
    return timedelta(days=services.settings.device_outbox_days)


def _too_old(services: Services, at: datetime) -> TooOld:
    days = services.settings.device_outbox_days
    if at < services.now() - outbox_lasts(services):
        return TooOld(
            "This was recorded at %(at)s; what is older than %(days)s days is not taken.", at=at.isoformat(), days=days
        )
    return TooOld("This was recorded at %(at)s, when this device was not paired.", at=at.isoformat())
