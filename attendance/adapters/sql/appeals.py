"""Objections and excuses in SQL."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Connection, insert, select, update

from attendance.adapters.sql.connection import Database
from attendance.adapters.sql.outbox import erase_keys
from attendance.adapters.sql.rows import lock, lock_as_read, one, read_all, values
from attendance.adapters.sql.tables import appeals, courses, students
from attendance.model import Appeal, AppealState
from attendance.sentences import no_appeal, no_course, no_student


class SqlAppeals(Database):
    """The AppealStore."""

    def _add_appeal(self, appeal: Appeal) -> None:
        """Raises NotFound."""
        with self._writing() as connection:
            lock(connection, courses, appeal.course_id, no_course())
            lock(connection, students, appeal.student_id, no_student(appeal.student_id))
            connection.execute(insert(appeals).values(values(appeal, appeals)))

    def _save_appeal(self, appeal: Appeal, was: Appeal) -> None:
        """Raises NotFound, MovedOn."""
        with self._writing() as connection:
            lock_as_read(connection, appeals, appeal.id, was, no_appeal())
            if was.file_key is not None and was.file_key != appeal.file_key:
                erase_keys(connection, [was.file_key])
            connection.execute(update(appeals).where(appeals.c.id == appeal.id).values(values(appeal, appeals)))

    def appeal(self, course_id: str, appeal_id: str) -> Appeal:
        """Raises NotFound."""
        its = (appeals.c.course_id == course_id) & (appeals.c.id == appeal_id)
        with self._looking() as connection:
            return one(connection, Appeal, appeals, its, no_appeal())

    def appeals_in(self, course_id: str) -> Sequence[Appeal]:
        """Oldest first."""
        return self._appeals(appeals.c.course_id == course_id)

    def appeals_of(self, student_id: str) -> Sequence[Appeal]:
        """Oldest first."""
        return self._appeals(appeals.c.student_id == student_id)

    def open_appeals(self) -> Sequence[Appeal]:
        """Oldest first."""
        return self._appeals(appeals.c.state == AppealState.OPEN)

    def appeals_with_files(self) -> Sequence[Appeal]:
        """Oldest first."""
        return self._appeals(appeals.c.file_key.is_not(None))

    def _appeals(self, wanted: ColumnElement[bool]) -> Sequence[Appeal]:
        query = select(appeals).where(wanted).order_by(appeals.c.at, appeals.c.id)
        with self._looking() as connection:
            return read_all(connection, Appeal, appeals, query)


def erase_files(connection: Connection, of: ColumnElement[bool]) -> None:
    """Those of appeals that are about to go."""
    erase_keys(connection, connection.scalars(select(appeals.c.file_key).where(of)).all())
