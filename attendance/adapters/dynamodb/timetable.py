"""The timetable in DynamoDB; each line has three places: among all, those of its room and of its course."""

from __future__ import annotations

from collections.abc import Sequence

from attendance.adapters.dynamodb import keys
from attendance.adapters.dynamodb import keys as shared_keys
from attendance.adapters.dynamodb.actions import NEW, Action, check, delete, put
from attendance.adapters.dynamodb.table import TablePart
from attendance.adapters.dynamodb.values import attributes, read
from attendance.model import Slot
from attendance.rules.texts import folded
from attendance.sentences import no_course, no_slot, slot_taken


def adding_slot(slot: Slot) -> list[Action]:
    """Refused where there is one of that id."""
    copies = [put(key, attributes(slot)) for key in keys.slot_copies(slot.id, slot.room, slot.course_id)]
    return [put(keys.slot(slot.id), attributes(slot), NEW, slot_taken()), *copies]


def deleting_slot(slot: Slot) -> list[Action]:
    """In one transaction, because its course finds it by the last of them."""
    places = (keys.slot(slot.id), *keys.slot_copies(slot.id, slot.room, slot.course_id))
    return [delete(key) for key in places]


class DynamoTimetable(TablePart):
    """The TimetableStore."""

    def _add_slot(self, slot: Slot) -> None:
        """Raises NotFound (course), AlreadyExists."""
        course = check(shared_keys.course(slot.course_id), refused=no_course())
        self.table.transact([course, *adding_slot(slot)])

    def _remove_slot(self, slot_id: str) -> None:
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
