"""Check-ins at kiosks in DynamoDB, with what kiosks asked, personal PINs, and who asks to be registered."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import islice

from attendance.adapters.dynamodb import keys
from attendance.adapters.dynamodb.actions import NEW, STAYS, THERE, as_stored, check, delete, put
from attendance.adapters.dynamodb.check_in_items import remove_attempts, stepping
from attendance.adapters.dynamodb.media_items import erasing, media_of
from attendance.adapters.dynamodb.table import TablePart
from attendance.adapters.dynamodb.values import Item, attribute, attributes, read, text
from attendance.changes import CheckInStep
from attendance.model import DoorCheckIn, DoorCheckInPlace, DoorRegistration, KioskAttempt, PersonalPin
from attendance.rules.texts import folded
from attendance.rules.versions import check_as_read
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

_LAST = "~"  # sorts behind every moment
_AT_ONCE = 100


class DynamoCheckIns(TablePart):
    """The CheckInStore."""

    def _save_check_ins(self, steps: Sequence[CheckInStep]) -> None:
        """Raises NotFound, MovedOn."""
        self.table.again(lambda: self.table.transact(stepping(self.table, steps)))

    def _record_attempt(
        self,
        attempt: KioskAttempt,
        was: KioskAttempt | None,
        steps: Sequence[CheckInStep],
        registration: DoorRegistration | None,
    ) -> None:
        """Raises NotFound, AlreadyExists, MovedOn."""
        self.table.again(partial(self._record, attempt, was, steps, registration))

    def _remove_attempts(self, before: datetime) -> None:
        for item in list(self.table.query(keys.DEVICES, only=("id",))):
            remove_attempts(self.table.steps, text(item, "id"), keys.moment(before))

    def _remove_registration(self, registration_id: str) -> None:
        """Raises NotFound."""

        def remove() -> None:
            item = self.table.get(keys.registration(registration_id))
            if item is None:
                raise no_registration()
            self.table.transact([delete(keys.registration(registration_id), THERE), *erasing(media_of(item))])

        self.table.again(remove)

    def _save_pin(self, pin: PersonalPin, was: PersonalPin | None) -> None:
        """Raises NotFound, MovedOn."""
        condition, values = (NEW, {}) if was is None else as_stored(was)
        there = check(keys.student(pin.student_id), STAYS, no_student(pin.student_id))
        own = put(keys.pin(pin.student_id), attributes(pin), condition, moved_on(), **values)
        self.table.transact([there, own])

    def _remove_pin(self, student_id: str) -> None:
        """Raises NotFound."""
        self.table.transact([delete(keys.pin(student_id), THERE, no_pin())])

    def door_check_in(self, check_in_id: str) -> DoorCheckIn:
        """Raises NotFound."""
        item = self.table.get(keys.check_in(check_in_id))
        if item is None:
            raise no_check_in()
        return read(DoorCheckIn, item)

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
        last = _LAST if before_at is None else _until(before_at)
        if before is not None:
            last = min(last, keys.check_in_place(before.at, before.id))
        partition, begins = (keys.TRACED_CHECK_INS if with_traces else keys.CHECK_INS, "")
        if room is not None and not with_traces:
            partition = keys.check_ins_in(room)
        if student_id is not None:
            partition, begins = keys.of_student(student_id), keys.CHECK_IN
        between = (begins + keys.moment(from_at), begins + last)
        leads = self.table.query(partition, between=between, backwards=True)
        found = (
            one
            for one in self._check_ins_led_to(leads)
            if (room is None or folded(one.room) == folded(room)) and (before is None or one.place < before)
        )
        return list(islice(found, limit))

    def open_check_ins(self) -> Sequence[DoorCheckIn]:
        """The first to come first."""
        found = self._check_ins_led_to(self.table.query(keys.OPEN_CHECK_INS))
        return sorted((one for one in found if one.is_open), key=lambda one: one.place)

    def kiosk_attempt(self, attempt_id: str) -> KioskAttempt | None:
        """None where there is none."""
        item = self.table.get(keys.attempt(attempt_id))
        return read(KioskAttempt, item) if item is not None else None

    def door_registration(self, registration_id: str) -> DoorRegistration:
        """Raises NotFound."""
        item = self.table.get(keys.registration(registration_id))
        if item is None:
            raise no_registration()
        return read(DoorRegistration, item)

    def door_registrations(self) -> Sequence[DoorRegistration]:
        """The first to ask first."""
        found = [read(DoorRegistration, item) for item in self.table.query(keys.REGISTRATIONS)]
        return sorted(found, key=lambda one: (one.at, one.id))

    def personal_pin(self, student_id: str) -> PersonalPin | None:
        """None where there is none."""
        item = self.table.get(keys.pin(student_id))
        return read(PersonalPin, item) if item is not None else None

    def _check_ins_led_to(self, leads: Iterable[Item]) -> Iterator[DoorCheckIn]:
        """In the order of what leads to them; those that are gone are passed over."""
        leads = iter(leads)
        while part := [text(lead, "check_in_id") for lead in islice(leads, _AT_ONCE)]:
            items = self.table.get_many(map(keys.check_in, part))
            found = {text(item, "id"): read(DoorCheckIn, item) for item in items.values()}
            yield from (found[one] for one in part if one in found)

    def _record(
        self,
        attempt: KioskAttempt,
        was: KioskAttempt | None,
        steps: Sequence[CheckInStep],
        registration: DoorRegistration | None,
    ) -> None:
        own = keys.attempt(attempt.id)
        saving, gone = put(own, attributes(attempt), NEW, attempt_taken()), []
        if was is not None:
            item = self.table.get(own)
            if item is None:
                raise no_attempt()
            stored = read(KioskAttempt, item)
            check_as_read(stored, was)
            condition, values = as_stored(stored)
            saving = put(own, attributes(attempt), condition, moved_on(), **values)
            gone = [delete(_by_time(was))] if was.answered_at != attempt.answered_at else []
        asked = []
        if registration is not None:
            asked = [
                check(keys.course(registration.course_id), refused=no_course()),
                put(keys.registration(registration.id), attributes(registration)),
            ]
        self.table.transact(
            [
                check(keys.device(attempt.device_id), THERE, no_device()),
                saving,
                put(_by_time(attempt), {"attempt_id": attribute(attempt.id)}),
                *gone,
                *asked,
                *(stepping(self.table, steps) if steps else ()),
            ]
        )


def _by_time(attempt: KioskAttempt) -> keys.Key:
    return keys.attempts_of(attempt.device_id), keys.attempt_place(attempt.answered_at, attempt.id)


def _until(moment: datetime) -> str:
    """The last sort key before a moment: BETWEEN takes both its ends."""
    return keys.moment(moment.astimezone(UTC) - timedelta(microseconds=1)) + _LAST
