"""Lectures, recordings and sightings in DynamoDB."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from attendance.adapters.dynamodb import keys
from attendance.adapters.dynamodb.actions import NEW, STAYS, Action, as_stored, check, delete, put, setting, update
from attendance.adapters.dynamodb.marks import DynamoMarks, marks_counted
from attendance.adapters.dynamodb.media_items import recording_item, recording_of, searching
from attendance.adapters.dynamodb.removing import (
    remove_course,
    remove_empty_lecture,
    remove_lecture,
    remove_recording,
)
from attendance.adapters.dynamodb.table import Table, together
from attendance.adapters.dynamodb.values import Item, attributes, read, text
from attendance.changes import MarkStep
from attendance.model import Lecture, LectureCounts, Page, Recording, SearchStatus, Sighting
from attendance.rules.paging import page_of
from attendance.rules.versions import check_as_read
from attendance.sentences import (
    lecture_taken,
    no_course,
    no_lecture,
    no_recording,
    no_sighting,
    recording_taken,
)

_LAST = "~"  # sorts after all moments
_COUNTED = ("sk", "id", "status", "search", "recording_id", "student_id")


class DynamoLectures(DynamoMarks):
    """The LectureStore, and the removal of a course, whose lectures go with it."""

    def _add_lecture(self, lecture: Lecture) -> None:
        """Raises AlreadyExists, NotFound (course)."""
        actions = [
            check(keys.course(lecture.course_id), refused=no_course()),
            put(keys.lecture(lecture.id), attributes(lecture), NEW, lecture_taken()),
            _copy(lecture, NEW),
        ]
        self.table.transact(actions)

    def _save_lecture(self, lecture: Lecture, was: Lecture | None, steps: Sequence[MarkStep]) -> None:
        """Marks go first, so that the same commit completes what broke off. Raises NotFound, AlreadyExists, MovedOn."""
        if steps:
            self._save_marks(lecture.id, steps, is_last=False)

        def save() -> None:
            item = self.table.get(keys.lecture(lecture.id))
            if item is None or "removing" in item:
                raise no_lecture()
            old = read(Lecture, item)
            check_as_read(old, was)
            expression, values = setting({name: getattr(lecture, name) for name in attributes(lecture)})
            unchanged, old_values = as_stored(old)
            actions = [
                update(keys.lecture(lecture.id), expression, f"{STAYS} AND {unchanged}", **values, **old_values),
                check(keys.course(lecture.course_id), refused=no_course()),
            ]
            if (old.course_id, old.starts_at) == (lecture.course_id, lecture.starts_at):
                actions.append(_copy(lecture))
            else:
                actions += [delete(keys.lecture_at(old.course_id, old.starts_at)), _copy(lecture, NEW)]
            self.table.transact(actions)

        self.table.again(save)

    def _remove_lecture(self, lecture_id: str) -> None:
        """Raises NotFound."""
        remove_lecture(self.table, lecture_id)

    def _remove_empty_lecture(self, lecture_id: str) -> None:
        """Nobody can add to it while it is looked at."""
        remove_empty_lecture(self.table, lecture_id)

    def _remove_course(self, course_id: str) -> None:
        """Raises NotFound."""
        remove_course(self.table, course_id)

    def lecture(self, lecture_id: str) -> Lecture:
        """Raises NotFound."""
        item = self.table.get(keys.lecture(lecture_id))
        if item is None:
            raise no_lecture()
        return read(Lecture, item)

    def find_lecture(self, course_id: str, at: datetime) -> Lecture | None:
        """The lecture of a course that is on at this moment; of several the last to start."""
        begun = (keys.LECTURE, keys.LECTURE + keys.moment(at))
        for item in self.table.query(keys.of_course(course_id), between=begun, backwards=True):
            lecture = read(Lecture, item)
            if lecture.ends_at > at:
                return lecture
        return None

    def lectures(self, *, course_ids: Sequence[str] | None = None, page: int = 1, size: int = 50) -> Page[Lecture]:
        """Newest first."""
        found = sorted(lectures_of(self.table, course_ids), key=lambda lecture: lecture.id)
        return page_of(sorted(found, key=lambda lecture: lecture.starts_at, reverse=True), page, size)

    def lectures_between(
        self, from_at: datetime, before_at: datetime, *, course_ids: Sequence[str] | None = None
    ) -> Sequence[Lecture]:
        """A query a course."""
        found = lectures_of(self.table, course_ids, from_at, before_at)
        return sorted(found, key=lambda lecture: (lecture.starts_at, lecture.id))

    def lecture_counts(self, lecture_ids: Sequence[str]) -> Mapping[str, LectureCounts]:
        """By id; lectures count their marks."""
        lectures = self.table.get_many(map(keys.lecture, lecture_ids))

        def of_one(lecture_id: str) -> LectureCounts:
            recordings, seen = _items_of(self.table, lecture_id, only=_COUNTED)
            searches = Counter(SearchStatus(text(item, "status")) for item in recordings)
            decided = marks_counted(lectures.get(keys.lecture(lecture_id)))
            return LectureCounts(decided, searches, sum("student_id" not in item for item in seen))

        return dict(zip(lecture_ids, together(of_one, lecture_ids), strict=True))

    def _add_recording(self, recording: Recording) -> None:
        """Raises AlreadyExists, NotFound (lecture)."""
        place = {"lecture_id": {"S": recording.lecture_id}}
        item = attributes(recording) | searching(recording)
        self.table.transact(
            [
                check(keys.lecture(recording.lecture_id), refused=no_lecture()),
                put(keys.recording_place(recording.id), place, NEW, recording_taken()),
                put(keys.recording(recording.lecture_id, recording.id), item, NEW, recording_taken()),
            ]
        )

    def _remove_recording(self, recording_id: str) -> None:
        """Raises NotFound."""
        remove_recording(self.table, recording_id)

    def recording(self, recording_id: str) -> Recording:
        """Raises NotFound."""
        item = recording_item(self.table, recording_id)
        if item is None:
            raise no_recording()
        return read(Recording, item)

    def recordings(self, lecture_id: str) -> Sequence[Recording]:
        """Sorted by start."""
        items = self.table.query(keys.of_lecture(lecture_id), keys.RECORDING)
        return sorted((read(Recording, item) for item in items), key=_by_start)

    def sighting(self, sighting_id: str) -> Sighting:
        """Raises NotFound."""
        for item in self.table.get_many(self.table.found(keys.sighting_index(sighting_id))).values():
            recording = self.table.get(recording_of(item))
            if recording is not None and is_counted(item, recording):
                return read(Sighting, item)
        raise no_sighting()

    def sightings(self, lecture_id: str) -> Sequence[Sighting]:
        """Sorted by recording, as `recordings` sorts them, and first second."""
        recordings, seen = _items_of(self.table, lecture_id)
        in_order = sorted((read(Recording, item) for item in recordings), key=_by_start)
        place = {one.id: number for number, one in enumerate(in_order)}
        found = [read(Sighting, item) for item in seen]
        return sorted(found, key=lambda one: (place[one.recording_id], one.first_s, one.id))


def lectures_of(
    table: Table,
    course_ids: Iterable[str] | None,
    from_at: datetime | None = None,
    before_at: datetime | None = None,
) -> list[Lecture]:
    """The lectures of these courses, or of all, that start between these moments: one query a course."""
    ids = [text(item, "id") for item in table.query(keys.COURSES, only=("id",))] if course_ids is None else course_ids
    first = keys.LECTURE + (keys.moment(from_at) if from_at else "")
    last = keys.LECTURE + (keys.moment(before_at) if before_at else _LAST)

    if last < first:
        return []

    def of_one(course_id: str) -> list[Lecture]:
        items = table.query(keys.of_course(course_id), between=(first, last))
        return [read(Lecture, item) for item in items]

    found = [lecture for part in together(of_one, sorted(set(ids))) for lecture in part]
    return [lecture for lecture in found if before_at is None or lecture.starts_at < before_at]


def is_counted(sighting: Item, recording: Item) -> bool:
    """Whether the sighting is of the search whose sightings the recording names."""
    return "search" in recording and recording["search"] == sighting["search"]


def _items_of(table: Table, lecture_id: str, only: Sequence[str] = ()) -> tuple[list[Item], list[Item]]:
    """Its recordings and the sightings that count, by one query."""
    between = (keys.RECORDING, keys.SEEN + _LAST)
    items = list(table.query(keys.of_lecture(lecture_id), between=between, only=only))
    recordings = {text(item, "id"): item for item in items if text(item, "sk").startswith(keys.RECORDING)}
    seen = [item for item in items if text(item, "sk").startswith(keys.SEEN)]
    counted = [one for one in seen if is_counted(one, recordings.get(text(one, "recording_id"), {}))]
    return list(recordings.values()), counted


def _copy(lecture: Lecture, condition: str = "") -> Action:
    return put(keys.lecture_at(lecture.course_id, lecture.starts_at), attributes(lecture), condition, lecture_taken())


def _by_start(recording: Recording) -> tuple[datetime, str]:
    return recording.started_at, recording.id
