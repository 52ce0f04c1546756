"""What pages show of devices: their readings, a day's chart, alarms with pictures, and skin beside a recording."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from attendance.device_model import Alarm, Device, DevicePicture, Reading, ReadingSpan
from attendance.errors import NotFound
from attendance.list_model import Page
from attendance.model import Recording
from attendance.services import Services
from attendance.wall_time import day_bounds

PICTURE_NEAR = timedelta(minutes=1)
SKIN_NEAR = timedelta(seconds=10)


@dataclass(frozen=True, slots=True)
class DayOfReadings:
    """What a device measured on a day of some time zone, in spans of so many minutes; empty spans are left out."""

    device: Device
    starts_at: datetime
    ends_at: datetime
    minutes: int
    spans: Sequence[ReadingSpan]


@dataclass(frozen=True, slots=True)
class AlarmEntry:
    """An alarm with its device, its reading, and the recording that was taken nearest to it, where there are any."""

    alarm: Alarm
    device: Device
    reading: Reading | None
    picture: Recording | None


@dataclass(frozen=True, slots=True)
class MeasuredSkin:
    """The highest estimate while a recording ran, with the device's offset of today."""

    temperature_c: float
    reading: Reading
    device: Device


def latest_reading(services: Services, device_id: str) -> Reading | None:
    """None where it has measured nothing. Raises NotFound (device)."""
    services.store.device(device_id)
    return services.store.latest_reading(device_id)


def day_of_readings(services: Services, device_id: str, day: date, *, timezone: str, minutes: int = 5) -> DayOfReadings:
    """From midnight to midnight of that zone, which may be 23 or 25 hours. Raises NotFound."""
    device = services.store.device(device_id)
    starts_at, ends_at = day_bounds(timezone, day)
    spans = services.store.reading_spans(device_id, starts_at, ends_at, minutes)
    return DayOfReadings(device, starts_at, ends_at, minutes, spans)


def list_alarms(
    services: Services, *, device_id: str | None = None, unseen_only: bool = False, page: int = 1, size: int = 50
) -> Page[AlarmEntry]:
    """Newest first."""
    found = services.store.alarms(device_id=device_id, unseen_only=unseen_only, page=page, size=size)
    return Page([_entry(services, alarm) for alarm in found.items], found.number, found.size, found.total)


def see_alarm(services: Services, alarm_id: str, *, by: str) -> None:
    """Note who looked at it first. Raises NotFound."""
    services.store.see_alarm(alarm_id, by, services.now())


def device_of(services: Services, recording: Recording) -> Device | None:
    """The device that sent a recording; None where a person did."""
    if recording.device_id is None:
        return None
    try:
        return services.store.device(recording.device_id)
    except NotFound:
        return None


def skin_during(services: Services, recording: Recording) -> MeasuredSkin | None:
    """The highest skin estimate of the device that made the recording, ten seconds before and after it included."""
    device = device_of(services, recording)
    if device is None:
        return None
    from_at, before_at = recording.started_at - SKIN_NEAR, recording.ended_at + SKIN_NEAR
    reading = services.store.hottest_reading(device.id, from_at, before_at)
    if reading is None or reading.skin_c is None:
        return None
    return MeasuredSkin(reading.skin_c + device.calibration_offset_c, reading, device)


def _entry(services: Services, alarm: Alarm) -> AlarmEntry:
    return AlarmEntry(
        alarm, services.store.device(alarm.device_id), _reading(services, alarm), _picture(services, alarm)
    )


def _reading(services: Services, alarm: Alarm) -> Reading | None:
    try:
        return services.store.reading(alarm.device_id, alarm.reading_id)
    except NotFound:
        return None


def _picture(services: Services, alarm: Alarm) -> Recording | None:
    """The picture of the alarm's own reading, else the nearest in time; it may arrive before or after the reading."""
    near = services.store.pictures(alarm.device_id, alarm.at - PICTURE_NEAR, alarm.at + PICTURE_NEAR)

    def distance(picture: DevicePicture) -> tuple[bool, timedelta]:
        return picture.reading_id != alarm.reading_id, abs(picture.at - alarm.at)

    for picture in sorted(near, key=distance):
        try:
            return services.store.recording(picture.recording_id)
        except NotFound:  # removed at this moment
            continue
    return None
