"""Meetings, what people wrote to courses and lectures, and who meeting services saw, in SQL."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, delete, insert, select, update

from attendance.adapters.sql.connection import Database
from attendance.adapters.sql.rows import in_parts, lock, lock_as_read, one, read, read_all, values
from attendance.adapters.sql.tables import courses, lectures, live_versions, meetings, posts, students, witnesses
from attendance.model import LiveVersion, Meeting, Post, Witness
from attendance.sentences import (
    moved_on,
    no_course,
    no_lecture,
    no_post,
    no_student,
    post_taken,
    witness_taken,
)


class SqlLive(Database):
    """The LiveStore."""

    def _save_meeting(self, meeting: Meeting, was: Meeting | None) -> None:
        """Raises NotFound, MovedOn."""
        new = values(meeting, meetings) | {"id": meeting.id}
        with self._writing() as connection:
            _lock_place(connection, meeting.course_id, meeting.lecture_id)
            row = connection.execute(select(meetings).where(meetings.c.id == meeting.id)).one_or_none()
            if (read(Meeting, meetings, row) if row else None) != was:
                raise moved_on()
            if was is None:
                connection.execute(insert(meetings).values(new))
            else:
                connection.execute(update(meetings).where(meetings.c.id == meeting.id).values(new))
            count_on(connection, meeting.course_id)

    def _add_post(self, post: Post) -> None:
        """Raises NotFound, AlreadyExists."""
        with self._writing(post_taken()) as connection:
            _lock_place(connection, post.course_id, post.lecture_id)
            if post.student_id is not None:
                lock(connection, students, post.student_id, no_student(post.student_id))
            version = count_on(connection, post.course_id)
            connection.execute(insert(posts).values(values(post, posts) | {"version": version}))

    def _save_post(self, post: Post, was: Post) -> None:
        """Raises NotFound, MovedOn."""
        with self._writing() as connection:
            lock(connection, courses, post.course_id, no_course())
            lock_as_read(connection, posts, post.id, was, no_post())
            new = values(post, posts) | {"version": count_on(connection, post.course_id)}
            connection.execute(update(posts).where(posts.c.id == post.id).values(new))

    def _add_witness(self, witness: Witness) -> None:
        """Raises NotFound, AlreadyExists."""
        with self._writing(witness_taken()) as connection:
            lock(connection, lectures, witness.lecture_id, no_lecture())
            lock(connection, students, witness.student_id, no_student(witness.student_id))
            connection.execute(insert(witnesses).values(values(witness, witnesses)))

    def meeting(self, course_id: str, lecture_id: str | None = None) -> Meeting | None:
        """None where nobody ever said anything of it."""
        query = select(meetings).where(meetings.c.id == (lecture_id or course_id), meetings.c.course_id == course_id)
        with self._looking() as connection:
            row = connection.execute(query).one_or_none()
            return read(Meeting, meetings, row) if row else None

    def meetings(self, course_ids: Sequence[str]) -> Sequence[Meeting]:
        """By id."""
        query = select(meetings).order_by(meetings.c.id)
        with self._reading() as connection:
            found = [
                meeting
                for some in in_parts(sorted(set(course_ids)))
                for meeting in read_all(connection, Meeting, meetings, query.where(meetings.c.course_id.in_(some)))
            ]
        return sorted(found, key=lambda meeting: meeting.id)

    def meetings_numbered(self, number: str) -> Sequence[Meeting]:
        """By id."""
        query = select(meetings).where(meetings.c.number == number).order_by(meetings.c.id)
        with self._looking() as connection:
            return read_all(connection, Meeting, meetings, query) if number else []

    def live_version(self, course_id: str) -> LiveVersion:
        """By the primary key."""
        query = select(live_versions.c.number, live_versions.c.floor).where(live_versions.c.course_id == course_id)
        with self._looking() as connection:
            row = connection.execute(query).one_or_none()
            return LiveVersion(*row) if row else LiveVersion()

    def posts(self, course_id: str, lecture_id: str | None = None, *, after: int = 0) -> Sequence[Post]:
        """Oldest first."""
        its = and_(_of_place(course_id, lecture_id), posts.c.version > after)
        with self._looking() as connection:
            return read_all(connection, Post, posts, select(posts).where(its).order_by(posts.c.at, posts.c.id))

    def post(self, course_id: str, lecture_id: str | None, post_id: str) -> Post:
        """Raises NotFound."""
        with self._looking() as connection:
            return one(connection, Post, posts, _of_place(course_id, lecture_id) & (posts.c.id == post_id), no_post())

    def witnesses(self, lecture_id: str) -> Sequence[Witness]:
        """Oldest first."""
        query = select(witnesses).where(witnesses.c.lecture_id == lecture_id).order_by(witnesses.c.at, witnesses.c.id)
        with self._looking() as connection:
            return read_all(connection, Witness, witnesses, query)

    def remove_live(self, before: datetime) -> None:
        """In one transaction, as what of it is seen on open pages."""
        old = posts.c.at < before
        with self._removing() as connection:
            found = courses_of(connection, old)
            connection.execute(delete(posts).where(old))
            connection.execute(delete(witnesses).where(witnesses.c.at < before))
            erased(connection, found)


def courses_of(connection: Connection, of: ColumnElement[bool]) -> list[str]:
    """The courses that such posts are in, locked in their order."""
    found = sorted(connection.scalars(select(posts.c.course_id).where(of).distinct()).all())
    for course_id in found:
        lock(connection, courses, course_id, no_course())
    return found


def erased(connection: Connection, course_ids: Iterable[str]) -> None:
    """Posts of these courses are gone: open pages have to read anew what there is."""
    for course_id in course_ids:
        number = count_on(connection, course_id)
        its = live_versions.c.course_id == course_id
        connection.execute(update(live_versions).where(its).values(floor=number))


def count_on(connection: Connection, course_id: str) -> int:
    """The next version of a course that the caller has locked."""
    its = live_versions.c.course_id == course_id
    number = connection.scalar(select(live_versions.c.number).where(its))
    if number is None:
        connection.execute(insert(live_versions).values(course_id=course_id, number=1, floor=0))
        return 1
    connection.execute(update(live_versions).where(its).values(number=number + 1))
    return int(number) + 1


def _lock_place(connection: Connection, course_id: str, lecture_id: str | None) -> None:
    lock(connection, courses, course_id, no_course())
    if lecture_id is not None:
        lock(connection, lectures, lecture_id, no_lecture())


def _of_place(course_id: str, lecture_id: str | None) -> ColumnElement[bool]:
    of_lecture = posts.c.lecture_id.is_(None) if lecture_id is None else posts.c.lecture_id == lecture_id
    return (posts.c.course_id == course_id) & of_lecture
