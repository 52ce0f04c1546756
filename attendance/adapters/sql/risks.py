"""Who is at risk, in SQL."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Connection, and_, insert, select, update

from attendance.adapters.sql.connection import Database
from attendance.adapters.sql.rows import lock, page_of, read, read_all, values
from attendance.adapters.sql.tables import at_risk, courses, students
from attendance.model import AtRisk, Page
from attendance.sentences import moved_on, no_course, no_student


class SqlRisks(Database):
    """The RiskStore."""

    def _save_at_risk(self, risk: AtRisk, was: AtRisk | None) -> None:
        """Raises NotFound, MovedOn."""
        with self._writing() as connection:
            lock(connection, courses, risk.course_id, no_course())
            lock(connection, students, risk.student_id, no_student(risk.student_id))
            if _stored(connection, risk.course_id, risk.student_id) != was:
                raise moved_on()
            new = values(risk, at_risk)
            if was is None:
                connection.execute(insert(at_risk).values(new))
            else:
                connection.execute(update(at_risk).where(_its(risk.course_id, risk.student_id)).values(new))

    def at_risk(self, course_ids: Sequence[str] | None = None, *, page: int = 1, size: int = 50) -> Page[AtRisk]:
        """The newest first."""
        query = select(at_risk).where(at_risk.c.is_open)
        if course_ids is not None:
            query = query.where(at_risk.c.course_id.in_(course_ids))
        query = query.order_by(at_risk.c.since.desc(), at_risk.c.course_id, at_risk.c.student_id)
        with self._reading() as connection:
            return page_of(connection, query, page, size, lambda row: read(AtRisk, at_risk, row))

    def risks(self, course_id: str) -> Sequence[AtRisk]:
        """By student id."""
        query = select(at_risk).where(at_risk.c.course_id == course_id).order_by(at_risk.c.student_id)
        with self._looking() as connection:
            return read_all(connection, AtRisk, at_risk, query)

    def risk(self, course_id: str, student_id: str) -> AtRisk | None:
        """None where no rule ever found anything."""
        with self._looking() as connection:
            return _stored(connection, course_id, student_id)


def _its(course_id: str, student_id: str) -> ColumnElement[bool]:
    return and_(at_risk.c.course_id == course_id, at_risk.c.student_id == student_id)


def _stored(connection: Connection, course_id: str, student_id: str) -> AtRisk | None:
    row = connection.execute(select(at_risk).where(_its(course_id, student_id))).one_or_none()
    return read(AtRisk, at_risk, row) if row else None
