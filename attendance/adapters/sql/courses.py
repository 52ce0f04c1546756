"""Courses, their teachers and rosters in SQL."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, delete, insert, select, update

from attendance.adapters.sql.appeals import erase_files
from attendance.adapters.sql.connection import Database
from attendance.adapters.sql.outbox import erase_keys, erase_lecture_media
from attendance.adapters.sql.rows import in_parts, known_ids, lock, lock_as_read, one, read, read_all, values
from attendance.adapters.sql.tables import (
    appeals,
    course_teachers,
    courses,
    door_registrations,
    lectures,
    rosters,
    students,
    users,
)
from attendance.adapters.sql.unknowns import drop_switch
from attendance.model import Course, Owner, OwnerKind, Student, User
from attendance.sentences import course_taken, no_course, no_student, no_user


class SqlCourses(Database):
    """The CourseStore."""

    def _add_course(self, course: Course) -> None:
        """Raises AlreadyExists."""
        with self._writing(course_taken(course)) as connection:
            connection.execute(insert(courses).values(values(course, courses)))

    def _save_course(self, course: Course, was: Course | None) -> None:
        """Raises NotFound, AlreadyExists, MovedOn."""
        with self._writing(course_taken(course)) as connection:
            lock_as_read(connection, courses, course.id, was, no_course())
            connection.execute(update(courses).where(courses.c.id == course.id).values(values(course, courses)))

    def _remove_course(self, course_id: str) -> None:
        """Raises NotFound."""
        with self._removing() as connection:
            lock(connection, courses, course_id, no_course())
            erase_lecture_media(connection, lectures.c.course_id == course_id)
            erase_files(connection, appeals.c.course_id == course_id)
            asked = door_registrations.c.course_id == course_id
            erase_keys(connection, connection.scalars(select(door_registrations.c.picture_key).where(asked)).all())
            drop_switch(connection, Owner(OwnerKind.COURSE, course_id))
            connection.execute(delete(courses).where(courses.c.id == course_id))

    def course(self, course_id: str) -> Course:
        """Raises NotFound."""
        with self._looking() as connection:
            return one(connection, Course, courses, courses.c.id == course_id, no_course())

    def find_course(self, code: str, section: str = "") -> Course | None:
        """By its own names."""
        query = select(courses).where(courses.c.code == code, courses.c.section == section)
        with self._looking() as connection:
            row = connection.execute(query).one_or_none()
            return read(Course, courses, row) if row else None

    def courses(self, *, teacher_id: str | None = None, student_id: str | None = None) -> Sequence[Course]:
        """Sorted by code and section."""
        query = select(courses).order_by(courses.c.code, courses.c.section)
        if teacher_id is not None:
            query = query.join(course_teachers).where(course_teachers.c.user_id == teacher_id)
        if student_id is not None:
            query = query.join(rosters).where(rosters.c.student_id == student_id)
        with self._looking() as connection:
            return read_all(connection, Course, courses, query)

    def _set_teachers(self, course_id: str, user_ids: Sequence[str]) -> None:
        """Raises NotFound."""
        with self._writing() as connection:
            lock(connection, courses, course_id, no_course())
            if len(known_ids(connection, users, user_ids)) < len(set(user_ids)):
                raise no_user()
            connection.execute(delete(course_teachers).where(course_teachers.c.course_id == course_id))
            rows = [{"course_id": course_id, "user_id": user_id} for user_id in sorted(set(user_ids))]
            if rows:
                connection.execute(insert(course_teachers), rows)

    def teachers(self, course_id: str) -> Sequence[User]:
        """Sorted by email."""
        query = select(users).join(course_teachers).where(course_teachers.c.course_id == course_id)
        with self._looking() as connection:
            return read_all(connection, User, users, query.order_by(users.c.email_folded))

    def teachers_of(self, course_ids: Sequence[str]) -> Mapping[str, Sequence[User]]:
        """Sorted by email."""
        found: defaultdict[str, list[User]] = defaultdict(list)
        query = select(users, course_teachers.c.course_id).join(course_teachers).order_by(users.c.email_folded)
        with self._reading() as connection:
            for some in in_parts(sorted(set(course_ids))):
                for row in connection.execute(query.where(course_teachers.c.course_id.in_(some))).all():
                    found[row.course_id].append(read(User, users, row))
        return found

    def _add_to_roster(self, course_id: str, student_ids: Sequence[str]) -> None:
        """Raises NotFound and changes nothing where one does not exist."""
        with self._writing() as connection:
            lock(connection, courses, course_id, no_course())
            unknown = set(student_ids) - known_ids(connection, students, student_ids)
            if unknown:
                raise no_student(min(unknown))
            enrol(connection, [course_id], student_ids)

    def _remove_from_roster(self, course_id: str, student_id: str) -> None:
        """Nothing happens where the student is not on it."""
        with self._writing() as connection:
            on_it = (rosters.c.course_id == course_id) & (rosters.c.student_id == student_id)
            connection.execute(delete(rosters).where(on_it))

    def roster(self, course_id: str) -> Sequence[Student]:
        """Sorted by name, then id."""
        query = select(students).join(rosters).where(rosters.c.course_id == course_id)
        with self._looking() as connection:
            return read_all(connection, Student, students, query.order_by(students.c.name_folded, students.c.id))


def enrol(connection: Connection, course_ids: Sequence[str], student_ids: Sequence[str]) -> None:
    """Put the students on the rosters of these courses, which the transaction holds; those on them already stay."""
    for course_id in sorted(set(course_ids)):
        there = set(connection.scalars(select(rosters.c.student_id).where(rosters.c.course_id == course_id)).all())
        rows = [{"course_id": course_id, "student_id": new} for new in sorted(set(student_ids) - there)]
        if rows:
            connection.execute(insert(rosters), rows)
