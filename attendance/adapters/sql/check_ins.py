"""Check-ins at kiosks in SQL, with what kiosks asked, personal PINs, and who asks to be registered."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, and_, delete, insert, or_, select, true, update

from attendance.adapters.sql.connection import Database
from attendance.adapters.sql.outbox import erase_keys
from attendance.adapters.sql.rows import lock, lock_as_read, one, read, read_all, values
from attendance.adapters.sql.tables import (
    check_ins,
    courses,
    devices,
    door_registrations,
    kiosk_attempts,
    personal_pins,
    students,
)
from attendance.changes import CheckInStep, dropped_pictures
from attendance.model import DoorCheckIn, DoorCheckInPlace, DoorRegistration, KioskAttempt, PersonalPin
from attendance.rules.texts import folded
from attendance.sentences import (
    attempt_taken,
    moved_on,
    no_attempt,
    no_check_in,
    no_course,
    no_device,
    no_pin,
    no_registration,
    no_student,
)
from attendance.wall_time import wall_time

_HAS_TRACES = or_(
    check_ins.c.picture_key.is_not(None),
    check_ins.c.out_picture_key.is_not(None),
    check_ins.c.in_temperature_c.is_not(None),
    check_ins.c.out_temperature_c.is_not(None),
)


class SqlCheckIns(Database):
    """The CheckInStore."""

    def _save_check_ins(self, steps: Sequence[CheckInStep]) -> None:
        """Raises NotFound, MovedOn."""
        with self._writing(moved_on()) as connection:
            _take_steps(connection, steps)
            erase_keys(connection, [key for step in steps for key in dropped_pictures(step)])

    def _record_attempt(
        self,
        attempt: KioskAttempt,
        was: KioskAttempt | None,
        steps: Sequence[CheckInStep],
        registration: DoorRegistration | None,
    ) -> None:
        """Raises NotFound, AlreadyExists, MovedOn."""
        its = kiosk_attempts.c.id == attempt.id
        with self._writing(moved_on()) as connection:
            lock(connection, devices, attempt.device_id, no_device())  # one attempt of a kiosk at a time
            if was is not None:
                lock_as_read(connection, kiosk_attempts, attempt.id, was, no_attempt())
                connection.execute(update(kiosk_attempts).where(its).values(values(attempt, kiosk_attempts)))
            else:
                if connection.execute(select(kiosk_attempts.c.id).where(its)).one_or_none() is not None:
                    raise attempt_taken()
                connection.execute(insert(kiosk_attempts).values(values(attempt, kiosk_attempts)))
            if registration is not None:
                lock(connection, courses, registration.course_id, no_course())
                connection.execute(insert(door_registrations).values(values(registration, door_registrations)))
            _take_steps(connection, steps)
            erase_keys(connection, [key for step in steps for key in dropped_pictures(step)])

    def _remove_attempts(self, before: datetime) -> None:
        with self._removing() as connection:
            connection.execute(delete(kiosk_attempts).where(kiosk_attempts.c.answered_at < before))

    def _remove_registration(self, registration_id: str) -> None:
        """Raises NotFound."""
        its = door_registrations.c.id == registration_id
        with self._removing() as connection:
            found = one(connection, DoorRegistration, door_registrations, its, no_registration())
            connection.execute(delete(door_registrations).where(its))
            erase_keys(connection, [found.picture_key])

    def _save_pin(self, pin: PersonalPin, was: PersonalPin | None) -> None:
        """Raises NotFound, MovedOn."""
        its = personal_pins.c.student_id == pin.student_id
        with self._removing() as connection:
            lock(connection, students, pin.student_id, no_student(pin.student_id))
            row = connection.execute(select(personal_pins).where(its)).one_or_none()
            if (read(PersonalPin, personal_pins, row) if row is not None else None) != was:
                raise moved_on()
            connection.execute(delete(personal_pins).where(its))
            connection.execute(insert(personal_pins).values(values(pin, personal_pins)))

    def _remove_pin(self, student_id: str) -> None:
        """Raises NotFound."""
        with self._removing() as connection:
            if not connection.execute(delete(personal_pins).where(personal_pins.c.student_id == student_id)).rowcount:
                raise no_pin()

    def door_check_in(self, check_in_id: str) -> DoorCheckIn:
        """Raises NotFound."""
        with self._looking() as connection:
            return one(connection, DoorCheckIn, check_ins, check_ins.c.id == check_in_id, no_check_in())

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
        """Newest first."""
        at, own_id = check_ins.c.checked_in_at, check_ins.c.id
        wanted = and_(
            at >= from_at,
            at < before_at if before_at is not None else true(),
            check_ins.c.student_id == student_id if student_id is not None else true(),
            check_ins.c.room_folded == folded(room) if room is not None else true(),
            _HAS_TRACES if with_traces else true(),
            or_(at < before.at, and_(at == before.at, own_id < before.id)) if before is not None else true(),
        )
        return self._found(select(check_ins).where(wanted).order_by(at.desc(), own_id.desc()).limit(limit))

    def open_check_ins(self) -> Sequence[DoorCheckIn]:
        """The first to come first."""
        own = select(check_ins).where(check_ins.c.open_of.is_not(None))
        return self._found(own.order_by(check_ins.c.checked_in_at, check_ins.c.id))

    def kiosk_attempt(self, attempt_id: str) -> KioskAttempt | None:
        """None where there is none."""
        with self._looking() as connection:
            row = connection.execute(select(kiosk_attempts).where(kiosk_attempts.c.id == attempt_id)).one_or_none()
            return read(KioskAttempt, kiosk_attempts, row) if row is not None else None

    def door_registration(self, registration_id: str) -> DoorRegistration:
        """Raises NotFound."""
        its = door_registrations.c.id == registration_id
        with self._looking() as connection:
            return one(connection, DoorRegistration, door_registrations, its, no_registration())

    def door_registrations(self) -> Sequence[DoorRegistration]:
        """The first to ask first."""
        query = select(door_registrations).order_by(door_registrations.c.at, door_registrations.c.id)
        with self._looking() as connection:
            return read_all(connection, DoorRegistration, door_registrations, query)

    def personal_pin(self, student_id: str) -> PersonalPin | None:
        """None where there is none."""
        query = select(personal_pins).where(personal_pins.c.student_id == student_id)
        with self._looking() as connection:
            row = connection.execute(query).one_or_none()
            return read(PersonalPin, personal_pins, row) if row is not None else None

    def _found(self, query: Select[Any]) -> list[DoorCheckIn]:
        with self._looking() as connection:
            return read_all(connection, DoorCheckIn, check_ins, query)


def _take_steps(connection: Connection, steps: Sequence[CheckInStep]) -> None:
    """Those that end before those that begin: of each student one is open at every moment, also in between."""
    for student_id in sorted({step.new.student_id for step in steps}):
        lock(connection, students, student_id, no_student(student_id))
    for step in sorted(steps, key=lambda one: one.new.is_open):
        if step.old is None:
            connection.execute(insert(check_ins).values(_row(step.new)))
            continue
        lock_as_read(connection, check_ins, step.old.id, step.old, no_check_in())
        connection.execute(update(check_ins).where(check_ins.c.id == step.old.id).values(_row(step.new)))


def _row(check_in: DoorCheckIn) -> dict[str, Any]:
    out = check_in.checked_out_at
    clock = {
        "open_of": check_in.student_id if check_in.is_open else None,
        "day": check_in.day,
        "local_in": wall_time(check_in.timezone, check_in.checked_in_at).replace(microsecond=0),
        "local_out": None if out is None else wall_time(check_in.timezone, out).replace(microsecond=0),
    }
    return values(check_in, check_ins) | clock
