"""Lectures, recordings, sightings and searches of the fake store."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence, Set
from dataclasses import replace
from datetime import datetime
from typing import Any

from attendance.changes import MarkStep
from attendance.errors import AlreadyExists, Conflict
from attendance.model import Lecture, LectureCounts, Page, Recording, SearchStatus, Sighting
from attendance.rules.paging import page_of
from attendance.rules.versions import check_as_read
from attendance.sentences import moved_on
from tests.fakes.store.marks import FakeMarks
from tests.fakes.store.state import FakeState, in_utc, locked, need


def _refuse_doubled(state: FakeState, lecture: Lecture) -> None:
    for other in state._lectures.values():
        same = (other.course_id, other.starts_at) == (lecture.course_id, lecture.starts_at)
        if same and other.id != lecture.id:
            raise AlreadyExists("This course already has a lecture that starts at that time.")


@locked
class FakeLectures(FakeMarks):
    """The LectureStore."""

    def _add_lecture(self, lecture: Lecture) -> None:
        need(self._courses, lecture.course_id, "There is no such course.")
        if lecture.id in self._lectures:
            raise AlreadyExists("This lecture is already stored.")
        _refuse_doubled(self, lecture)
        self._lectures[lecture.id] = in_utc(lecture)

    def _save_lecture(self, lecture: Lecture, was: Lecture | None, steps: Sequence[MarkStep]) -> None:
        check_as_read(need(self._lectures, lecture.id, "There is no such lecture."), was)
        need(self._courses, lecture.course_id, "There is no such course.")
        _refuse_doubled(self, lecture)
        if steps:
            self._save_marks(lecture.id, steps)
        self._lectures[lecture.id] = in_utc(lecture)

    def _remove_lecture(self, lecture_id: str) -> None:
        need(self._lectures, lecture_id, "There is no such lecture.")
        self._drop_lectures([lecture_id])

    def _remove_empty_lecture(self, lecture_id: str) -> None:
        if lecture_id in self._lectures and not self.recordings(lecture_id) and not self.marks(lecture_id):
            self._drop_lectures([lecture_id])

    def lecture(self, lecture_id: str) -> Lecture:
        return need(self._lectures, lecture_id, "There is no such lecture.")

    def find_lecture(self, course_id: str, at: datetime) -> Lecture | None:
        of_course = [one for one in self._lectures.values() if one.course_id == course_id]
        on = [one for one in of_course if one.starts_at <= at < one.ends_at]
        return max(on, key=lambda lecture: lecture.starts_at, default=None)

    def lectures(self, *, course_ids: Sequence[str] | None = None, page: int = 1, size: int = 50) -> Page[Lecture]:
        wanted = [one for one in self._lectures.values() if course_ids is None or one.course_id in course_ids]
        wanted.sort(key=lambda lecture: lecture.id)
        wanted.sort(key=lambda lecture: lecture.starts_at, reverse=True)
        return page_of(wanted, page, size)

    def lectures_between(
        self, from_at: datetime, before_at: datetime, *, course_ids: Sequence[str] | None = None
    ) -> Sequence[Lecture]:
        wanted = [one for one in self._lectures.values() if course_ids is None or one.course_id in course_ids]
        found = [one for one in wanted if from_at <= one.starts_at < before_at]
        return sorted(found, key=lambda lecture: (lecture.starts_at, lecture.id))

    def lecture_counts(self, lecture_ids: Sequence[str]) -> Mapping[str, LectureCounts]:
        return {
            lecture_id: LectureCounts(
                Counter(mark.status for mark in self.marks(lecture_id)),
                Counter(recording.status for recording in self.recordings(lecture_id)),
                sum(seen.student_id is None for seen in self.sightings(lecture_id)),
            )
            for lecture_id in lecture_ids
        }

    def _add_recording(self, recording: Recording) -> None:
        need(self._lectures, recording.lecture_id, "There is no such lecture.")
        if recording.id in self._recordings:
            raise AlreadyExists("This recording is already stored.")
        self._recordings[recording.id] = in_utc(recording)

    def _remove_recording(self, recording_id: str) -> None:
        self._drop_recordings([self.recording(recording_id)])

    def recording(self, recording_id: str) -> Recording:
        return need(self._recordings, recording_id, "There is no such recording.")

    def recordings(self, lecture_id: str) -> Sequence[Recording]:
        wanted = [one for one in self._recordings.values() if one.lecture_id == lecture_id]
        return sorted(wanted, key=lambda recording: (recording.started_at, recording.id))

    def sighting(self, sighting_id: str) -> Sighting:
        return need(self._sightings, sighting_id, "There is no such sighting.")

    def sightings(self, lecture_id: str) -> Sequence[Sighting]:
        return [
            seen
            for recording in self.recordings(lecture_id)
            for seen in sorted(self._sightings.values(), key=lambda seen: (seen.first_s, seen.id))
            if seen.recording_id == recording.id
        ]


def _open_to_claims(recording: Recording, now: datetime) -> bool:
    if recording.status is SearchStatus.SEARCHING:
        return recording.claimed_until is None or recording.claimed_until < now
    return recording.status is SearchStatus.QUEUED


@locked
class FakeSearches(FakeState):
    """The SearchStore."""

    def _queue_search(self, recording_id: str, now: datetime) -> None:
        recording = need(self._recordings, recording_id, "There is no such recording.")
        if recording.status is SearchStatus.SEARCHING and not _open_to_claims(recording, now):
            raise Conflict("This recording is being searched at this moment.")
        fresh = replace(recording, status=SearchStatus.QUEUED, attempts=0, error=None, progress=0.0)
        self._recordings[recording_id] = replace(fresh, claimed_by=None, claimed_until=None)

    def lectures_in_search(self) -> Set[str]:
        waits = (SearchStatus.QUEUED, SearchStatus.SEARCHING)
        return {one.lecture_id for one in self._recordings.values() if one.status in waits}

    def waiting_searches(self, now: datetime) -> Sequence[str]:
        waiting = [one for one in self._recordings.values() if _open_to_claims(one, now)]
        return [one.id for one in sorted(waiting, key=lambda recording: (recording.created_at, recording.id))]

    def claim_search(self, recording_id: str, worker: str, now: datetime, until: datetime) -> Recording | None:
        recording = self._recordings.get(recording_id)
        if recording is None or not _open_to_claims(recording, now):
            return None
        claim = {"status": SearchStatus.SEARCHING, "claimed_by": worker, "claimed_until": until}
        attempts = recording.attempts + 1
        self._recordings[recording_id] = replace(recording, **claim, attempts=attempts, progress=0.0, error=None)
        return self._recordings[recording_id]

    def renew_claim(self, recording_id: str, worker: str, until: datetime, progress: float) -> bool:
        return self._change_held(recording_id, worker, claimed_until=until, progress=progress)

    def release_claim(self, recording_id: str, worker: str, reason: str | None = None) -> None:
        attempts = self._recordings[recording_id].attempts - 1 if recording_id in self._recordings else 0
        queued = {"status": SearchStatus.QUEUED, "attempts": attempts, "progress": 0.0, "error": reason}
        self._change_held(recording_id, worker, **queued, claimed_by=None, claimed_until=None)

    def save_sightings(
        self, recording_id: str, worker: str, sightings: Sequence[Sighting], engine: str, at: datetime
    ) -> bool:
        if not self._change_held(recording_id, worker, engine=engine, searched_at=at):
            return False
        kept = {seen.id: seen for seen in sightings if seen.student_id is None or seen.student_id in self._students}
        old = [seen for seen in self._sightings.values() if seen.recording_id == recording_id]
        still_shown = {seen.picture_key for seen in kept.values()}
        self._erase(seen.picture_key for seen in [*old, *sightings] if seen.picture_key not in still_shown)
        for seen in old:
            del self._sightings[seen.id]
        self._sightings |= kept
        return True

    def _finish_search(self, recording_id: str, worker: str) -> None:
        done = {"status": SearchStatus.DONE, "progress": 1.0}
        if not self._change_held(recording_id, worker, **done, claimed_by=None, claimed_until=None):
            raise moved_on()

    def fail_search(self, recording_id: str, worker: str, sentence: str) -> bool:
        failed = {"status": SearchStatus.FAILED, "error": sentence}
        return self._change_held(recording_id, worker, **failed, claimed_by=None, claimed_until=None)

    def _change_held(self, recording_id: str, worker: str, **changes: Any) -> bool:
        recording = self._recordings.get(recording_id)
        if recording is None or recording.claimed_by != worker:
            return False
        self._recordings[recording_id] = replace(recording, **changes)
        return True
