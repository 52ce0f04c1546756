"""The Store's part for devices: who they are, their rooms' timetable, what they measured, and alarms."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from attendance.model import (
    Alarm,
    Device,
    DevicePicture,
    DeviceStatus,
    DoorCheckIn,
    DoorCheckInPlace,
    DoorRegistration,
    ItemRefusal,
    KioskAttempt,
    LastVisit,
    NearAlarms,
    Page,
    PersonalPin,
    Reading,
    ReadingSpan,
    Slot,
    Visit,
    VisitPlace,
)


class DeviceStore(Protocol):
    """Devices with their keys. Each method changes what it names alone, so that none undoes another's change."""

    def see_device(self, device_id: str, at: datetime, status: DeviceStatus | None = None) -> None:
        """Say when it was heard of last, and what it said of itself, if anything; it is silent no longer.

        Nothing happens where it is gone.
        """

    def device(self, device_id: str) -> Device:
        """Raises NotFound."""

    def find_device_by_pairing(self, pairing_hash: str) -> Device | None:
        """The one that offers this code, also where it is too old."""

    def find_device_by_key(self, key_hash: str) -> Device | None:
        """Also one that was revoked."""

    def devices(self) -> Sequence[Device]:
        """Sorted by room, name and id, without case."""

    def refuse_item(self, refusal: ItemRefusal) -> None:
        """Store why; the same item again replaces it. Raises NotFound (device)."""

    def accept_item(self, device_id: str, item_id: str) -> None:
        """Forget that it was refused; nothing happens where it was not."""

    def refusals(self, device_id: str, item_ids: Sequence[str]) -> Mapping[str, ItemRefusal]:
        """Those of these items that were refused."""

    def remove_refusals_before(self, moment: datetime) -> int:
        """How many were removed."""


class TimetableStore(Protocol):
    """When which course meets in which room."""

    def slot(self, slot_id: str) -> Slot:
        """Raises NotFound."""

    def slots(self, *, room: str | None = None, course_id: str | None = None) -> Sequence[Slot]:
        """All, or those of a room (compared without case) or a course; sorted by weekday, start, room and id.

        They go with their course.
        """


class ReadingStore(Protocol):
    """What sensors measured. Readings of one device with one id are the same reading."""

    def add_readings(self, device_id: str, batch: Sequence[Reading]) -> int:
        """How many were new, the others are passed over. All are of this device. Raises NotFound (device).

        What is too much for one transaction is stored in steps; the same batch again completes what broke off.
        """

    def known_readings(self, device_id: str, reading_ids: Sequence[str]) -> set[str]:
        """Those of these ids that are here."""

    def reading(self, device_id: str, reading_id: str) -> Reading:
        """Raises NotFound."""

    def latest_reading(self, device_id: str) -> Reading | None:
        """By its time."""

    def hottest_reading(self, device_id: str, from_at: datetime, before_at: datetime) -> Reading | None:
        """The one with the highest skin estimate, of several the first; None where none has any."""

    def readings(self, device_id: str, from_at: datetime, before_at: datetime, limit: int = 1000) -> Sequence[Reading]:
        """The first ones, sorted by time."""

    def reading_spans(
        self, device_id: str, from_at: datetime, before_at: datetime, minutes: int
    ) -> Sequence[ReadingSpan]:
        """What they add up to in spans of so many minutes, which begin at multiples of them since 1970; sorted.

        Spans without a reading are left out.
        """

    def thin_readings(self, device_id: str, before_at: datetime, most_minutes: int = 60) -> int:
        """How many were removed; 0 when there is nothing left to do.

        Of the readings of one minute, of those before that moment and named by no alarm, the one with the hottest
        pixel stays. At most so many minutes in one call, the oldest first.
        """

    def remove_readings(self, device_id: str, before_at: datetime, most: int = 5000) -> int:
        """Those before that moment that no alarm names, the oldest first; how many were removed."""


class AlarmStore(Protocol):
    """Readings that reached their device's line, and the pictures that were taken with readings."""

    def alarm(self, alarm_id: str) -> Alarm:
        """Raises NotFound."""

    def near_alarms(self, device_id: str, alarms: Sequence[Alarm], quiet: timedelta) -> NearAlarms:
        """What bears on whether these, of which there is one at least, are raised."""

    def alarms(
        self, *, device_id: str | None = None, unseen_only: bool = False, page: int = 1, size: int = 50
    ) -> Page[Alarm]:
        """Newest first."""

    def unseen_alarms(self) -> Counter[str]:
        """How many alarms of each device nobody looked at, by its id."""

    def see_alarm(self, alarm_id: str, by: str, at: datetime) -> None:
        """Who looked at it first stays. Raises NotFound."""

    def store_picture(self, picture: DevicePicture) -> None:
        """The same recording again replaces it. Raises NotFound (device or recording)."""

    def pictures(self, device_id: str, from_at: datetime, before_at: datetime) -> Sequence[DevicePicture]:
        """Sorted by time. They go with their recording."""


class VisitStore(Protocol):
    """Who was seen at doors."""

    def visit(self, visit_id: str) -> Visit:
        """Raises NotFound."""

    def visits(
        self,
        device_ids: Sequence[str],
        *,
        student_id: str | None = None,
        unnamed: bool = False,
        with_vector: bool = False,
        from_at: datetime | None = None,
        before: VisitPlace | None = None,
        limit: int = 50,
    ) -> Sequence[Visit]:
        """Those at these doors, newest first, from a moment on and before a place in that order.

        With `student_id` only those that show, or may show, this student; with `unnamed` only those that are not known;
        with `with_vector` only those that have one.
        """

    def visits_by_id(self, visit_ids: Sequence[str]) -> Mapping[str, Visit]:
        """Those of these that exist."""

    def last_visits(self, device_ids: Sequence[str]) -> Sequence[LastVisit]:
        """Of each student who is known at one of these doors, the newest visit at each of them; newest first.

        What is read grows with the people, not with their visits.
        """

    def set_visit_vectors(self, vectors: Mapping[str, tuple[float, ...] | None], engine: str | None = None) -> None:
        """Keep these vectors, which this engine made, with their visits, or forget them (None); visits that are gone
        are passed over.
        """


class CheckInStore(Protocol):
    """Check-ins at kiosks, what kiosks asked, and PINs. All are written by `commit` alone; check-ins and PINs go with
    their student, attempts and registrations with their kiosk.
    """

    def door_check_in(self, check_in_id: str) -> DoorCheckIn:
        """Raises NotFound."""

    def door_check_ins(
        self,
        *,
        from_at: datetime,
        before_at: datetime | None = None,
        student_id: str | None = None,
        room: str | None = None,
        with_traces: bool = False,
        before: DoorCheckInPlace | None = None,
        limit: int = 50,
    ) -> Sequence[DoorCheckIn]:
        """Who checked in from a moment on and before another, newest first, and before a place in that order.

        With `student_id` only those of this student; with `room` (compared without case) only those in this place; with
        `with_traces`, and no student, only those that have pictures or temperatures.
        """

    def open_check_ins(self) -> Sequence[DoorCheckIn]:
        """Who is there now, the first to come first."""

    def kiosk_attempt(self, attempt_id: str) -> KioskAttempt | None:
        """None where the kiosk never asked that, or it is long ago."""

    def door_registration(self, registration_id: str) -> DoorRegistration:
        """Raises NotFound."""

    def door_registrations(self) -> Sequence[DoorRegistration]:
        """Who waits for an admin, the first to ask first."""

    def personal_pin(self, student_id: str) -> PersonalPin | None:
        """None where the student has none."""
