"""The timetable of rooms in DynamoDB."""

from __future__ import annotations

from collections.abc import Sequence

from attendance.adapters import store_dynamodb_device_keys as keys
from attendance.adapters import store_dynamodb_keys as shared_keys
from attendance.adapters.folded import folded
from attendance.adapters.store_dynamodb.actions import check
from attendance.adapters.store_dynamodb.slots import adding_slot, deleting_slot
from attendance.adapters.store_dynamodb.table import TablePart
from attendance.adapters.store_dynamodb.values import read
from attendance.adapters.store_sentences import no_course, no_slot
from attendance.device_model import Slot


class DynamoTimetable(TablePart):
    """The TimetableStore."""

    def add_slot(self, slot: Slot) -> None:
        """Raises NotFound (course), AlreadyExists."""
        course = check(shared_keys.course(slot.course_id), refused=no_course())
        self.table.transact([course, *adding_slot(slot)])

    def remove_slot(self, slot_id: str) -> None:
        """Raises NotFound."""
        self.table.transact(deleting_slot(self.slot(slot_id)))

    def slot(self, slot_id: str) -> Slot:
        """Raises NotFound."""
        item = self.table.get(keys.slot(slot_id))
        if item is None:
            raise no_slot()
        return read(Slot, item)

    def slots(self, *, room: str | None = None, course_id: str | None = None) -> Sequence[Slot]:
        """Sorted by weekday, start, room and id."""
        partition = keys.SLOTS
        if room is not None:
            partition = keys.of_room(room)
        elif course_id is not None:
            partition = shared_keys.of_course(course_id)
        found = [read(Slot, item) for item in self.table.query(partition, keys.SLOT)]
        wanted = [slot for slot in found if course_id in (None, slot.course_id)]
        return sorted(wanted, key=lambda slot: (slot.weekday, slot.starts, folded(slot.room), slot.id))
