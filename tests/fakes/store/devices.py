"""Devices, the timetable, readings and alarms of the fake store."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from attendance.changes import SET_BY_PEOPLE, AddAlarms
from attendance.errors import AlreadyExists, NotFound
from attendance.model import (
    Alarm,
    Device,
    DevicePicture,
    DeviceStatus,
    ItemRefusal,
    LastVisit,
    NearAlarms,
    Owner,
    OwnerKind,
    Page,
    Reading,
    ReadingSpan,
    Slot,
    Verdict,
    Visit,
    VisitPlace,
)
from attendance.rules.alarms import raised
from attendance.rules.paging import page_of
from attendance.rules.texts import folded
from attendance.rules.thinning import removable, surplus
from attendance.rules.versions import check_as_read
from attendance.sentences import moved_on, visit_taken
from tests.fakes.store.state import FakeState, in_utc, locked, need

_NO_DEVICE = "There is no such device."
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class DeviceState(FakeState):
    """What is remembered of devices."""

    def __init__(self) -> None:
        super().__init__()
        self._refusals: dict[tuple[str, str], ItemRefusal] = {}  # by device and item
        self._slots: dict[str, Slot] = {}
        self._readings: dict[tuple[str, str], Reading] = {}  # by device and id
        self._alarms: dict[str, Alarm] = {}
        self._pictures: dict[str, DevicePicture] = {}  # by recording

    def _change(self, device_id: str, **changes: Any) -> None:
        self._devices[device_id] = in_utc(replace(need(self._devices, device_id, _NO_DEVICE), **changes))


@locked
class FakeDevices(DeviceState):
    """The DeviceStore."""

    def _add_device(self, device: Device) -> None:
        if device.id in self._devices:
            raise AlreadyExists("This device already exists.")
        self._devices[device.id] = in_utc(device)

    def _save_device(self, device: Device, was: Device | None) -> None:
        check_as_read(self.device(device.id), was, SET_BY_PEOPLE)
        self._change(device.id, **{name: getattr(device, name) for name in SET_BY_PEOPLE})

    def _offer_pairing(self, device_id: str, pairing_hash: str, until: datetime) -> None:
        self._change(device_id, pairing_hash=pairing_hash, pairing_until=until)

    def _take_pairing(self, pairing_hash: str, key_hash: str, at: datetime) -> None:
        for device in self._devices.values():
            if device.pairing_hash == pairing_hash and device.pairing_until and device.pairing_until > at:
                used: dict[str, Any] = {"pairing_hash": None, "pairing_until": None}
                used["pairings"] = device.pairings_with_key(at)
                self._change(device.id, key_hash=key_hash, paired_at=at, revoked_at=None, **used)
                return
        raise moved_on()

    def _revoke_device(self, device_id: str, at: datetime) -> None:
        self._change(device_id, revoked_at=at, pairing_hash=None, pairing_until=None)

    def _remove_device(self, device_id: str) -> None:
        need(self._devices, device_id, _NO_DEVICE)
        del self._devices[device_id]
        self._switches.pop(Owner(OwnerKind.DEVICE, device_id), None)
        self._refusals = {key: one for key, one in self._refusals.items() if one.device_id != device_id}
        self._readings = {key: one for key, one in self._readings.items() if key[0] != device_id}
        self._alarms = {key: one for key, one in self._alarms.items() if one.device_id != device_id}
        self._pictures = {key: one for key, one in self._pictures.items() if one.device_id != device_id}
        self._drop_visits(lambda visit: visit.device_id == device_id)
        self._drop_registrations(lambda one: one.device_id == device_id)
        self._attempts = {one.id: one for one in self._attempts.values() if one.device_id != device_id}
        self._decisions = {key: one for key, one in self._decisions.items() if one.device_id != device_id}

    def see_device(self, device_id: str, at: datetime, status: DeviceStatus | None = None) -> None:
        if device_id in self._devices:
            said = {"status": status} if status else {}
            self._change(device_id, last_seen_at=at, silent_since=None, **said)

    def _note_silence(self, device_id: str, since: datetime) -> None:
        device = self._devices.get(device_id)
        if device is None or device.last_seen_at != since or device.silent_since or device.revoked_at:
            raise moved_on()
        self._change(device_id, silent_since=since)

    def device(self, device_id: str) -> Device:
        return need(self._devices, device_id, _NO_DEVICE)

    def find_device_by_pairing(self, pairing_hash: str) -> Device | None:
        return next((one for one in self._devices.values() if one.pairing_hash == pairing_hash), None)

    def find_device_by_key(self, key_hash: str) -> Device | None:
        return next((device for device in self._devices.values() if device.key_hash == key_hash), None)

    def devices(self) -> Sequence[Device]:
        return sorted(self._devices.values(), key=lambda one: (folded(one.room), folded(one.name), one.id))

    def refuse_item(self, refusal: ItemRefusal) -> None:
        need(self._devices, refusal.device_id, _NO_DEVICE)
        self._refusals[refusal.device_id, refusal.item_id] = in_utc(refusal)

    def accept_item(self, device_id: str, item_id: str) -> None:
        self._refusals.pop((device_id, item_id), None)

    def refusals(self, device_id: str, item_ids: Sequence[str]) -> Mapping[str, ItemRefusal]:
        keys = [(device_id, item_id) for item_id in item_ids]
        return {key[1]: self._refusals[key] for key in keys if key in self._refusals}

    def remove_refusals_before(self, moment: datetime) -> int:
        old = [key for key, refusal in self._refusals.items() if refusal.at < moment]
        for key in old:
            del self._refusals[key]
        return len(old)


@locked
class FakeTimetable(DeviceState):
    """The TimetableStore."""

    def _add_slot(self, slot: Slot) -> None:
        need(self._courses, slot.course_id, "There is no such course.")
        if slot.id in self._slots:
            raise AlreadyExists("This line of the timetable already exists.")
        self._slots[slot.id] = slot

    def _remove_slot(self, slot_id: str) -> None:
        self.slot(slot_id)
        del self._slots[slot_id]

    def slot(self, slot_id: str) -> Slot:
        found = need(self._slots, slot_id, "There is no such line in the timetable.")
        need(self._courses, found.course_id, "There is no such line in the timetable.")
        return found

    def slots(self, *, room: str | None = None, course_id: str | None = None) -> Sequence[Slot]:
        found = [slot for slot in self._slots.values() if slot.course_id in self._courses]
        found = [slot for slot in found if room is None or folded(slot.room) == folded(room)]
        found = [slot for slot in found if course_id in (None, slot.course_id)]
        return sorted(found, key=lambda slot: (slot.weekday, slot.starts, folded(slot.room), slot.id))


@locked
class FakeReadings(DeviceState):
    """The ReadingStore."""

    def add_readings(self, device_id: str, batch: Sequence[Reading]) -> int:
        need(self._devices, device_id, _NO_DEVICE)
        new = {reading.id: in_utc(reading) for reading in batch if (device_id, reading.id) not in self._readings}
        self._readings |= {(device_id, reading_id): reading for reading_id, reading in new.items()}
        return len(new)

    def known_readings(self, device_id: str, reading_ids: Sequence[str]) -> set[str]:
        return {reading_id for reading_id in reading_ids if (device_id, reading_id) in self._readings}

    def reading(self, device_id: str, reading_id: str) -> Reading:
        if (device_id, reading_id) not in self._readings:
            raise NotFound("There is no such reading.")
        return self._readings[device_id, reading_id]

    def latest_reading(self, device_id: str) -> Reading | None:
        own = [reading for reading in self._readings.values() if reading.device_id == device_id]
        return max(own, key=lambda reading: (reading.at, reading.id), default=None)

    def hottest_reading(self, device_id: str, from_at: datetime, before_at: datetime) -> Reading | None:
        estimated = [one for one in self._between(device_id, from_at, before_at) if one.skin_c is not None]
        return max(estimated, key=lambda reading: reading.skin_c or 0.0, default=None)

    def readings(self, device_id: str, from_at: datetime, before_at: datetime, limit: int = 1000) -> Sequence[Reading]:
        return self._between(device_id, from_at, before_at)[:limit]

    def reading_spans(
        self, device_id: str, from_at: datetime, before_at: datetime, minutes: int
    ) -> Sequence[ReadingSpan]:
        spans: dict[datetime, list[Reading]] = {}
        for reading in self._between(device_id, from_at, before_at):
            span = reading.at - (reading.at - _EPOCH) % timedelta(minutes=minutes)
            spans.setdefault(span, []).append(reading)
        return [_span(at, its) for at, its in spans.items()]

    def thin_readings(self, device_id: str, before_at: datetime, most_minutes: int = 60) -> int:
        minutes = surplus(*self._readings_and_named(device_id), before_at)
        return self._remove(one for its in minutes[:most_minutes] for one in its)

    def remove_readings(self, device_id: str, before_at: datetime, most: int = 5000) -> int:
        return self._remove(removable(*self._readings_and_named(device_id), before_at)[:most])

    def _between(self, device_id: str, from_at: datetime, before_at: datetime) -> list[Reading]:
        own = [one for one in self._readings.values() if one.device_id == device_id and from_at <= one.at < before_at]
        return sorted(own, key=lambda reading: (reading.at, reading.id))

    def _readings_and_named(self, device_id: str) -> tuple[list[Reading], set[str]]:
        named = {alarm.reading_id for alarm in self._alarms.values() if alarm.device_id == device_id}
        return [one for one in self._readings.values() if one.device_id == device_id], named

    def _remove(self, readings: Iterable[Reading]) -> int:
        gone = list(readings)
        for reading in gone:
            del self._readings[reading.device_id, reading.id]
        return len(gone)


@locked
class FakeAlarms(DeviceState):
    """The AlarmStore."""

    def _add_alarms(self, device_id: str, new: Sequence[Alarm], quiet: timedelta) -> None:
        need(self._devices, device_id, _NO_DEVICE)
        if len(raised(new, self._alarms_of(device_id), quiet)) < len(new):
            raise moved_on()
        self._alarms.update({alarm.id: in_utc(alarm) for alarm in new})

    def near_alarms(self, device_id: str, alarms: Sequence[Alarm], quiet: timedelta) -> NearAlarms:
        return self._alarms_of(device_id)

    def _alarms_of(self, device_id: str) -> NearAlarms:
        own = [one for one in self._alarms.values() if one.device_id == device_id]
        return NearAlarms([one.at for one in own], [one.reading_id for one in own])

    def alarm(self, alarm_id: str) -> Alarm:
        return need(self._alarms, alarm_id, "There is no such alarm.")

    def alarms(
        self, *, device_id: str | None = None, unseen_only: bool = False, page: int = 1, size: int = 50
    ) -> Page[Alarm]:
        found = [one for one in self._alarms.values() if device_id in (None, one.device_id)]
        found = [one for one in found if not unseen_only or one.seen_at is None]
        found.sort(key=lambda alarm: alarm.id)
        found.sort(key=lambda alarm: alarm.at, reverse=True)
        return page_of(found, page, size)

    def unseen_alarms(self) -> Counter[str]:
        return Counter(alarm.device_id for alarm in self._alarms.values() if alarm.seen_at is None)

    def see_alarm(self, alarm_id: str, by: str, at: datetime) -> None:
        alarm = self.alarm(alarm_id)
        if alarm.seen_at is None:
            self._alarms[alarm_id] = in_utc(replace(alarm, seen_by=by, seen_at=at))

    def store_picture(self, picture: DevicePicture) -> None:
        need(self._devices, picture.device_id, _NO_DEVICE)
        need(self._recordings, picture.recording_id, "There is no such recording.")
        self._pictures[picture.recording_id] = in_utc(picture)

    def pictures(self, device_id: str, from_at: datetime, before_at: datetime) -> Sequence[DevicePicture]:
        there = [one for one in self._pictures.values() if one.recording_id in self._recordings]
        own = [one for one in there if one.device_id == device_id and from_at <= one.at < before_at]
        return sorted(own, key=lambda picture: (picture.at, picture.recording_id))


@locked
class FakeVisits(DeviceState):
    """The VisitStore."""

    def _add_visits(self, visits: Sequence[Visit], alarms: AddAlarms | None) -> None:
        for visit in visits:
            need(self._devices, visit.device_id, _NO_DEVICE)
            self._need_student(visit)
            if visit.id in self._visits:
                raise visit_taken()
            self._visits[visit.id] = in_utc(visit)
        if alarms is not None:
            self._add_alarms(alarms.device_id, alarms.alarms, alarms.quiet)  # type: ignore[attr-defined]

    def _name_visit(self, old: Visit, new: Visit) -> None:
        self._need_student(new)
        if self._visits.get(old.id) != old:
            raise moved_on()
        self._visits[old.id] = in_utc(new)

    def _remove_visits(self, visit_ids: Sequence[str]) -> None:
        self._drop_visits(lambda visit: visit.id in visit_ids)

    def visit(self, visit_id: str) -> Visit:
        return need(self._visits, visit_id, "There is no such visit.")

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
        found = [
            visit
            for visit in self._visits.values()
            if visit.device_id in device_ids
            and student_id in (None, visit.student_id)
            and not (unnamed and visit.verdict is Verdict.KNOWN)
            and not (with_vector and visit.vector is None)
            and (from_at is None or visit.at >= from_at)
            and (before is None or visit.place < before)
        ]
        return _newest_first(found)[:limit]

    def visits_by_id(self, visit_ids: Sequence[str]) -> Mapping[str, Visit]:
        return {visit_id: self._visits[visit_id] for visit_id in visit_ids if visit_id in self._visits}

    def last_visits(self, device_ids: Sequence[str]) -> Sequence[LastVisit]:
        last: dict[tuple[str, str], LastVisit] = {}
        for visit in sorted(self._visits.values(), key=lambda one: one.place):
            if visit.verdict is Verdict.KNOWN and visit.student_id and visit.device_id in device_ids:
                place = visit.device_id, visit.student_id
                last[place] = LastVisit(*place, visit.id, visit.at)
        return sorted(last.values(), key=lambda one: one.place, reverse=True)

    def set_visit_vectors(self, vectors: Mapping[str, tuple[float, ...] | None], engine: str | None = None) -> None:
        for one, vector in vectors.items():
            if one in self._visits:
                made_by = engine if vector is not None else None
                self._visits[one] = replace(self._visits[one], vector=vector, vector_engine=made_by)

    def _need_student(self, visit: Visit) -> None:
        if visit.student_id is not None:
            need(self._students, visit.student_id, f"There is no student with the id {visit.student_id}.")


def _newest_first(visits: Iterable[Visit]) -> list[Visit]:
    return sorted(visits, key=lambda one: one.place, reverse=True)


def _span(at: datetime, its: Sequence[Reading]) -> ReadingSpan:
    estimates = [reading.skin_c for reading in its if reading.skin_c is not None]
    return ReadingSpan(
        at,
        len(its),
        min(reading.coolest_c for reading in its),
        sum(reading.mean_c for reading in its) / len(its),
        max(reading.hottest_c for reading in its),
        max(estimates, default=None),
    )
