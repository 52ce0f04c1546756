"""Check-ins at kiosks, what kiosks asked, personal PINs and requests to be registered, in the fake store."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from attendance.changes import CheckInStep, dropped_pictures
from attendance.model import DoorCheckIn, DoorCheckInPlace, DoorRegistration, KioskAttempt, PersonalPin
from attendance.rules.texts import folded
from attendance.rules.versions import check_as_read
from attendance.sentences import attempt_taken, moved_on, no_pin, no_registration
from tests.fakes.store.state import FakeState, in_utc, locked, need


@locked
class FakeCheckIns(FakeState):
    """The CheckInStore."""

    def _save_check_ins(self, steps: Sequence[CheckInStep]) -> None:
        for step in steps:
            need(self._students, step.new.student_id, f"There is no student with the id {step.new.student_id}.")
            if step.old is None:
                if step.new.id in self._check_ins:
                    raise moved_on()
            else:
                check_as_read(need(self._check_ins, step.old.id, "There is no such check-in."), step.old)
            self._erase(dropped_pictures(step))
            self._check_ins[step.new.id] = in_utc(step.new)
        there = [one.student_id for one in self._check_ins.values() if one.is_open]
        if len(there) != len(set(there)):
            raise moved_on()

    def _record_attempt(
        self,
        attempt: KioskAttempt,
        was: KioskAttempt | None,
        steps: Sequence[CheckInStep],
        registration: DoorRegistration | None,
    ) -> None:
        need(self._devices, attempt.device_id, "There is no such device.")
        if was is not None:
            check_as_read(need(self._attempts, attempt.id, "The kiosk never asked this."), was)
        elif attempt.id in self._attempts:
            raise attempt_taken()
        if registration is not None:
            need(self._courses, registration.course_id, "There is no such course.")
            self._registrations[registration.id] = in_utc(registration)
        self._save_check_ins(steps)
        self._attempts[attempt.id] = in_utc(attempt)

    def _remove_attempts(self, before: datetime) -> None:
        self._attempts = {one.id: one for one in self._attempts.values() if one.answered_at >= before}

    def _remove_registration(self, registration_id: str) -> None:
        self.door_registration(registration_id)
        self._drop_registrations(lambda one: one.id == registration_id)

    def _save_pin(self, pin: PersonalPin, was: PersonalPin | None) -> None:
        need(self._students, pin.student_id, f"There is no student with the id {pin.student_id}.")
        if self._pins.get(pin.student_id) != was:
            raise moved_on()
        self._pins[pin.student_id] = in_utc(pin)

    def _remove_pin(self, student_id: str) -> None:
        if self._pins.pop(student_id, None) is None:
            raise no_pin()

    def door_check_in(self, check_in_id: str) -> DoorCheckIn:
        return need(self._check_ins, check_in_id, "There is no such check-in.")

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
        found = [
            one
            for one in self._check_ins.values()
            if one.checked_in_at >= from_at
            and (before_at is None or one.checked_in_at < before_at)
            and (student_id is None or one.student_id == student_id)
            and (room is None or folded(one.room) == folded(room))
            and (before is None or one.place < before)
            and (one.has_traces or not with_traces)
        ]
        return sorted(found, key=lambda one: one.place, reverse=True)[:limit]

    def open_check_ins(self) -> Sequence[DoorCheckIn]:
        return sorted((one for one in self._check_ins.values() if one.is_open), key=lambda one: one.place)

    def kiosk_attempt(self, attempt_id: str) -> KioskAttempt | None:
        return self._attempts.get(attempt_id)

    def door_registration(self, registration_id: str) -> DoorRegistration:
        found = self._registrations.get(registration_id)
        if found is None:
            raise no_registration()
        return found

    def door_registrations(self) -> Sequence[DoorRegistration]:
        return sorted(self._registrations.values(), key=lambda one: (one.at, one.id))

    def personal_pin(self, student_id: str) -> PersonalPin | None:
        return self._pins.get(student_id)
