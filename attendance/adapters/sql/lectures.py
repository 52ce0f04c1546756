"""Lectures, recordings and sightings in SQL."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence, Set
from contextlib import suppress
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, exists, func, insert, or_, select, update

from attendance.adapters.sql.mark_counts import counts_of
from attendance.adapters.sql.marks import SqlMarks
from attendance.adapters.sql.outbox import erase_found, erase_lecture_media
from attendance.adapters.sql.rows import lock, lock_as_read, one, page_of, read, read_all, tally, values
from attendance.adapters.sql.tables import courses, lectures, marks, recordings, sightings
from attendance.changes import MarkStep
from attendance.errors import NotFound
from attendance.model import Lecture, LectureCounts, Page, Recording, SearchStatus, Sighting
from attendance.sentences import (
    lecture_taken,
    no_course,
    no_lecture,
    no_recording,
    no_sighting,
    recording_taken,
)


class SqlLectures(SqlMarks):
    """The LectureStore."""

    def _add_lecture(self, lecture: Lecture) -> None:
        """Raises AlreadyExists, NotFound (course)."""
        with self._writing(lecture_taken()) as connection:
            lock(connection, courses, lecture.course_id, no_course())
            connection.execute(insert(lectures).values(values(lecture, lectures)))

    def _save_lecture(self, lecture: Lecture, was: Lecture | None, steps: Sequence[MarkStep]) -> None:
        """Raises NotFound, AlreadyExists, MovedOn."""
        with self._writing(lecture_taken()) as connection:
            lock_as_read(connection, lectures, lecture.id, was, no_lecture())
            lock(connection, courses, lecture.course_id, no_course())
            changing = update(lectures).where(lectures.c.id == lecture.id)
            connection.execute(changing.values(values(lecture, lectures)))
        if steps:
            self._save_marks(lecture.id, steps)

    def _remove_lecture(self, lecture_id: str) -> None:
        """Raises NotFound."""
        with self._removing() as connection:
            lock(connection, lectures, lecture_id, no_lecture())
            erase_lecture_media(connection, lectures.c.id == lecture_id)
            connection.execute(delete(lectures).where(lectures.c.id == lecture_id))

    def _remove_empty_lecture(self, lecture_id: str) -> None:
        """Whoever adds a recording or a mark locks the lecture too."""
        holds = [exists().where(table.c.lecture_id == lecture_id) for table in (recordings, marks)]
        with suppress(NotFound), self._writing() as connection:
            lock(connection, lectures, lecture_id, no_lecture())
            if not connection.scalar(select(or_(*holds))):
                connection.execute(delete(lectures).where(lectures.c.id == lecture_id))

    def lecture(self, lecture_id: str) -> Lecture:
        """Raises NotFound."""
        with self._looking() as connection:
            return one(connection, Lecture, lectures, lectures.c.id == lecture_id, no_lecture())

    def find_lecture(self, course_id: str, at: datetime) -> Lecture | None:
        """The lecture of a course that is on at this moment; of several the last to start."""
        is_on = (lectures.c.course_id == course_id, lectures.c.starts_at <= at, lectures.c.ends_at > at)
        query = select(lectures).where(*is_on).order_by(lectures.c.starts_at.desc()).limit(1)
        with self._looking() as connection:
            row = connection.execute(query).one_or_none()
            return read(Lecture, lectures, row) if row else None

    def lectures(self, *, course_ids: Sequence[str] | None = None, page: int = 1, size: int = 50) -> Page[Lecture]:
        """Newest first."""
        query = select(lectures).order_by(lectures.c.starts_at.desc(), lectures.c.id)
        if course_ids is not None:
            query = query.where(lectures.c.course_id.in_(course_ids))
        with self._reading() as connection:
            return page_of(connection, query, page, size, lambda row: read(Lecture, lectures, row))

    def lectures_between(
        self, from_at: datetime, before_at: datetime, *, course_ids: Sequence[str] | None = None
    ) -> Sequence[Lecture]:
        """The first to start first."""
        query = select(lectures).where(lectures.c.starts_at >= from_at, lectures.c.starts_at < before_at)
        if course_ids is not None:
            query = query.where(lectures.c.course_id.in_(course_ids))
        with self._looking() as connection:
            return read_all(connection, Lecture, lectures, query.order_by(lectures.c.starts_at, lectures.c.id))

    def lecture_counts(self, lecture_ids: Sequence[str]) -> Mapping[str, LectureCounts]:
        """By id."""
        of_strangers = (
            select(recordings.c.lecture_id, func.count())
            .join(sightings)
            .where(recordings.c.lecture_id.in_(lecture_ids), sightings.c.student_id.is_(None))
            .group_by(recordings.c.lecture_id)
        )
        with self._reading() as connection:
            decided = counts_of(connection, lecture_ids)
            searched = _searches(connection, lecture_ids)
            strangers = tally(connection, of_strangers)
        return {one: LectureCounts(decided[one], searched[one], strangers[one]) for one in lecture_ids}

    def lectures_in_search(self) -> Set[str]:
        """Of recordings that are queued or searched there are few, and their status is indexed."""
        waits = recordings.c.status.in_((SearchStatus.QUEUED, SearchStatus.SEARCHING))
        with self._looking() as connection:
            return set(connection.scalars(select(recordings.c.lecture_id).where(waits).distinct()).all())

    def _add_recording(self, recording: Recording) -> None:
        """Raises AlreadyExists, NotFound (lecture)."""
        with self._writing(recording_taken()) as connection:
            lock(connection, lectures, recording.lecture_id, no_lecture())
            connection.execute(insert(recordings).values(values(recording, recordings)))

    def _remove_recording(self, recording_id: str) -> None:
        """Raises NotFound."""
        with self._removing() as connection:
            lock(connection, recordings, recording_id, no_recording())
            erase_found(
                connection,
                select(recordings.c.media_key).where(recordings.c.id == recording_id),
                select(sightings.c.picture_key).where(sightings.c.recording_id == recording_id),
            )
            connection.execute(delete(recordings).where(recordings.c.id == recording_id))

    def recording(self, recording_id: str) -> Recording:
        """Raises NotFound."""
        with self._looking() as connection:
            return one(connection, Recording, recordings, recordings.c.id == recording_id, no_recording())

    def recordings(self, lecture_id: str) -> Sequence[Recording]:
        """Sorted by start."""
        query = select(recordings).where(recordings.c.lecture_id == lecture_id)
        with self._looking() as connection:
            return read_all(connection, Recording, recordings, query.order_by(recordings.c.started_at, recordings.c.id))

    def sighting(self, sighting_id: str) -> Sighting:
        """Raises NotFound."""
        with self._looking() as connection:
            return one(connection, Sighting, sightings, sightings.c.id == sighting_id, no_sighting())

    def sightings(self, lecture_id: str) -> Sequence[Sighting]:
        """Sorted by recording, as `recordings` sorts them, and first second."""
        query = select(sightings).join(recordings).where(recordings.c.lecture_id == lecture_id)
        order = (recordings.c.started_at, recordings.c.id, sightings.c.first_s, sightings.c.id)
        with self._looking() as connection:
            return read_all(connection, Sighting, sightings, query.order_by(*order))


def _searches(connection: Connection, lecture_ids: Sequence[str]) -> Mapping[str, Counter[Any]]:
    """How many recordings each lecture has, by their status."""
    its, status = recordings.c.lecture_id, recordings.c.status
    found: defaultdict[str, Counter[Any]] = defaultdict(Counter)
    query = select(its, status, func.count()).where(its.in_(lecture_ids)).group_by(its, status)
    for lecture_id, kind, number in connection.execute(query).all():
        found[lecture_id][kind] = number
    return found
