"""The timetable of rooms in DynamoDB: a line never changes, and so it lies in three places."""

from __future__ import annotations

from collections.abc import Sequence

from attendance.adapters import store_dynamodb_device_keys as keys
from attendance.adapters import store_dynamodb_keys as shared_keys
from attendance.adapters.folded import folded
from attendance.adapters.store_dynamodb.actions import NEW, THERE, check, delete, put
from attendance.adapters.store_dynamodb.table import TablePart
from attendance.adapters.store_dynamodb.values import attributes, read
from attendance.adapters.store_sentences import no_course, no_slot, slot_taken
from attendance.device_model import Slot


class DynamoTimetable(TablePart):
    """The TimetableStore."""

    def add_slot(self, slot: Slot) -> None:
        """Raises NotFound (course), AlreadyExists."""
        actions = [
            check(shared_keys.course(slot.course_id), refused=no_course()),
            put(keys.slot(slot.id), attributes(slot), NEW, slot_taken()),
            *(put(key, attributes(slot)) for key in keys.slot_copies(slot.id, slot.room, slot.course_id)),
        ]
        self.table.transact(actions)

    def remove_slot(self, slot_id: str) -> None:
        """Raises NotFound."""
        slot = self.slot(slot_id)
        copies = [delete(key) for key in keys.slot_copies(slot.id, slot.room, slot.course_id)]
        self.table.transact([delete(keys.slot(slot_id), THERE, no_slot()), *copies])

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
