"""What is taken from devices, and when they are missed."""

from __future__ import annotations

from datetime import datetime, timedelta

from attendance.model import Device, DeviceState, Pairing

CLOCK_TOLERANCE = timedelta(hours=1)
"""How far behind a device's clock may be that has not heard of the site since its start: Debian keeps the time for a
machine without a clock of its own once an hour, and it goes on from there after the power was away."""


def could_record(device: Device, at: datetime, now: datetime, outbox_lasts: timedelta) -> bool:
    """Whether what a device says it recorded then can be so: it had a key, and its outbox would still hold it.

    One that never had a key was never without one either; it cannot ask.
    """
    times = device.paired_times if device.key_hash is not None else (Pairing(now - outbox_lasts),)
    return at >= now - outbox_lasts - CLOCK_TOLERANCE and any(_is_within(at, one) for one in times)


def _is_within(at: datetime, pairing: Pairing) -> bool:
    until = pairing.until
    return pairing.since - CLOCK_TOLERANCE <= at and (until is None or at <= until + CLOCK_TOLERANCE)


SILENT_AFTER = timedelta(minutes=10)
"""A device says every minute how it is; so long it may be without a network before somebody is told."""


def is_silent(device: Device, now: datetime) -> bool:
    """Whether a device that is to send, and was heard of before, has said nothing for longer than SILENT_AFTER."""
    if device.state is not DeviceState.PAIRED or device.last_seen_at is None:
        return False
    return now - device.last_seen_at > SILENT_AFTER
