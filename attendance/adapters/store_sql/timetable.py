"""The timetable of rooms in SQL."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import delete, insert, select

from attendance.adapters.folded import folded
from attendance.adapters.store_sentences import no_course, no_slot, slot_taken
from attendance.adapters.store_sql.connection import Database
from attendance.adapters.store_sql.device_tables import slots
from attendance.adapters.store_sql.rows import lock, one, read_all, values
from attendance.adapters.store_sql.tables import courses
from attendance.device_model import Slot


class SqlTimetable(Database):
    """The TimetableStore."""

    def add_slot(self, slot: Slot) -> None:
        """Raises NotFound (course), AlreadyExists."""
        with self._writing(slot_taken()) as connection:
            lock(connection, courses, slot.course_id, no_course())
            connection.execute(insert(slots).values(values(slot, slots)))

    def remove_slot(self, slot_id: str) -> None:
        """Raises NotFound."""
        with self._writing() as connection:
            if not connection.execute(delete(slots).where(slots.c.id == slot_id)).rowcount:
                raise no_slot()

    def slot(self, slot_id: str) -> Slot:
        """Raises NotFound."""
        with self._looking() as connection:
            return one(connection, Slot, slots, slots.c.id == slot_id, no_slot())

    def slots(self, *, room: str | None = None, course_id: str | None = None) -> Sequence[Slot]:
        """Sorted by weekday, start, room and id."""
        query = select(slots).order_by(slots.c.weekday, slots.c.starts, slots.c.room_folded, slots.c.id)
        if room is not None:
            query = query.where(slots.c.room_folded == folded(room))
        if course_id is not None:
            query = query.where(slots.c.course_id == course_id)
        with self._looking() as connection:
            return read_all(connection, Slot, slots, query)
