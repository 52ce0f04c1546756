"""Devices, their readings and their alarms as pages show them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from statistics import median

from attendance.errors import NotFound
from attendance.model import PIXELS, Alarm, Device, DevicePicture, Page, Reading, ReadingSpan, Recording, Visit
from attendance.services import Services
from attendance.wall_time import day_bounds

PICTURE_NEAR = timedelta(minutes=1)
SKIN_NEAR = timedelta(seconds=10)
_LATEST_VISITS = 20


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
    """An alarm with its device, its reading, and the recording that was taken nearest to it, where there are any.

    That of a door has the visit that it was raised by, which has both, until the visit is erased.
    """

    alarm: Alarm
    device: Device
    reading: Reading | None
    picture: Recording | None
    visit: Visit | None = None


@dataclass(frozen=True, slots=True)
class MeasuredSkin:
    """The highest estimate while a recording ran, with the device's offset of today."""

    temperature_c: float
    reading: Reading
    device: Device


def latest_reading(services: Services, device_id: str) -> Reading | None:
    """None where it has measured nothing; of a door that of the last visit. Raises NotFound (device)."""
    if services.store.device(device_id).is_door:
        measured = (visit.reading for visit in services.store.visits([device_id], limit=_LATEST_VISITS))
        return next((reading for reading in measured if reading is not None), None)
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


def alarm_entry(services: Services, alarm_id: str) -> AlarmEntry:
    """One alarm. Raises NotFound."""
    return _entry(services, services.store.alarm(alarm_id))


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
    device = services.store.device(alarm.device_id)
    if device.is_door:
        visit = _visit(services, alarm)
        return AlarmEntry(alarm, device, visit.reading if visit is not None else None, None, visit)
    return AlarmEntry(alarm, device, _reading(services, alarm), _picture(services, alarm))


def _visit(services: Services, alarm: Alarm) -> Visit | None:
    """The reading of a stay has its id."""
    try:
        return services.store.visit(alarm.reading_id)
    except NotFound:
        return None


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


def names_of_users(services: Services, user_ids: Iterable[str]) -> Mapping[str, str]:
    """Names, or emails of those who have none; accounts that were removed are left out."""
    names = {}
    for user_id in set(user_ids):
        try:
            user = services.store.user(user_id)
        except NotFound:
            continue
        names[user_id] = user.name or user.email
    return names


ROW = 8
PATCH = 4
"""So many pixels make an estimate."""

ABOVE_ROOM_C = 3.0
"""Warmer than the room by so much is somebody: the sensor's noise is far below, and bare skin in a room far above."""

COOLEST_SKIN_C, HOTTEST_SKIN_C = 28.0, 45.0
"""What is hotter is a lamp or a kettle: living skin takes harm from 45 degrees on."""


def skin_estimate(pixels_c: Sequence[float]) -> float | None:
    """The highest mean of four pixels that touch by their sides; None where there are none.

    Pixels count that are warmer than the room, taken as the median of all, and as warm as skin can be.
    """
    least_c = max(median(pixels_c) + ABOVE_ROOM_C, COOLEST_SKIN_C)
    warm = [pixel if least_c <= pixel <= HOTTEST_SKIN_C else -math.inf for pixel in pixels_c]
    if warm.count(-math.inf) > PIXELS - PATCH:
        return None
    hottest = max(warm[a] + warm[b] + warm[c] + warm[d] for a, b, c, d in _PATCHES)
    return hottest / PATCH if hottest > -math.inf else None


def _patches() -> list[tuple[int, ...]]:
    """All ways to choose four of the 64 places that touch by their sides: there are 801."""
    grown = {frozenset({place}) for place in range(PIXELS)}
    for _ in range(PATCH - 1):
        grown = {patch | {near} for patch in grown for place in patch for near in _beside(place) - patch}
    return [tuple(sorted(patch)) for patch in grown]


def _beside(place: int) -> set[int]:
    row, column = divmod(place, ROW)
    beside = {(row - 1, column), (row + 1, column), (row, column - 1), (row, column + 1)}
    return {near * ROW + across for near, across in beside if 0 <= near < ROW and 0 <= across < ROW}


_PATCHES = _patches()
