"""Which readings reach the threshold of their device, and which of those raise an alarm."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta

from attendance.model import Alarm, Device, NearAlarms, Reading

QUIET = timedelta(minutes=10)
"""A device makes one alarm in this time, not one a second while somebody stands there."""


def candidates(device: Device, readings: Iterable[Reading], make_id: Callable[[], str]) -> list[Alarm]:
    """An alarm for each reading whose skin estimate, with the device's offset, is on its threshold or above it.

    None where the device has no threshold.
    """
    threshold_c = device.alarm_line_c
    if threshold_c is None:
        return []
    estimated = [(one, one.skin_c + device.calibration_offset_c) for one in readings if one.skin_c is not None]
    return [
        Alarm(make_id(), device.id, one.at, skin_c, threshold_c, one.id)
        for one, skin_c in estimated
        if skin_c >= threshold_c
    ]


def near_time(alarms: Sequence[Alarm], quiet: timedelta) -> tuple[datetime, datetime]:
    """From when until when other alarms of the device bear on these, of which there is one at least."""
    moments = [alarm.at for alarm in alarms]
    return min(moments) - quiet, max(moments) + quiet


def raised(wanted: Iterable[Alarm], there: NearAlarms, quiet: timedelta) -> list[Alarm]:
    """Those of a device's candidates that become alarms, sorted by time.

    From the earliest on: one that has no other alarm nearer in time than `quiet`, and none of the same reading.
    """
    moments, reading_ids = list(there.moments), set(there.reading_ids)
    chosen = []
    for alarm in sorted(wanted, key=lambda alarm: alarm.at):
        if alarm.reading_id not in reading_ids and all(abs(alarm.at - at) >= quiet for at in moments):
            chosen.append(alarm)
            moments.append(alarm.at)
            reading_ids.add(alarm.reading_id)
    return chosen
