"""The decisions: sightings, roster and times in, marks out. Pure and repeatable; the order of input is no matter."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import ROUND_FLOOR, Decimal
from typing import Protocol

from attendance.model import (
    Course,
    Evidence,
    Face,
    Lecture,
    Mark,
    Recording,
    RecordingKind,
    Sighting,
    Status,
    Thresholds,
)
from attendance.rules.coverage import is_little_video


@dataclass(frozen=True, slots=True)
class _Attendance:
    """What the sightings of one student add up to."""

    status: Status
    best: Sighting
    first_seen_at: datetime
    last_seen_at: datetime


class Compared(Protocol):
    """What is asked of somebody who was seen and compared: a sighting, or what an engine answers."""

    @property
    def student_id(self) -> str | None: ...

    @property
    def similarity(self) -> float | None: ...

    @property
    def margin(self) -> float | None: ...

    @property
    def good_frames(self) -> int: ...

    @property
    def flat(self) -> bool: ...


def is_sure(sighting: Sighting, thresholds: Thresholds, kind: RecordingKind) -> bool:
    """Whether a sighting proves its student by itself. Whom a person named is that student."""
    return sighting.named_by is not None or proves(sighting, thresholds, kind)


def proves(seen: Compared, thresholds: Thresholds, kind: RecordingKind) -> bool:
    """Whether somebody was seen near enough, well apart from the next, and in several good frames.

    A snapshot has one frame only. Evidence without any good frame is weak, however near: the face was near to somebody
    else as well, or farther than one of its size may be. Nor does a face in a video that moves as a picture of it
    does; a snapshot cannot tell.
    """
    if seen.student_id is None or seen.similarity is None:
        return False
    if seen.margin is not None and seen.margin < thresholds.margin:
        return False
    if seen.flat and kind is not RecordingKind.SNAPSHOT:
        return False
    accept = thresholds.accept if thresholds.accept_small is None else thresholds.accept_small
    least_good_frames = 1 if kind is RecordingKind.SNAPSHOT else thresholds.least_good_frames
    return seen.similarity >= accept and seen.good_frames >= least_good_frames


def rounded_down(similarity: float, digits: int = 0) -> float:
    """A similarity as it is shown: rounded up, 98.95 would look like the 99 that it did not reach."""
    return float(Decimal(str(similarity)).quantize(Decimal(1).scaleb(-digits), ROUND_FLOOR))


def present_or_late(
    first_seen_at: datetime, lecture: Lecture, course: Course, recordings: Iterable[Recording]
) -> Status:
    """Late is what a recording can prove: before the first recording began, nobody could be seen."""
    watched_from = max(lecture.starts_at, min(recording.started_at for recording in recordings))
    late = first_seen_at > watched_from + timedelta(minutes=course.late_after_minutes)
    return Status.LATE if late else Status.PRESENT


def another_photo_would_help(opinions: Sequence[Status]) -> bool:
    """Of what the searches said of a student whom they saw: at least three lectures, and a third of them unsure."""
    return len(opinions) >= 3 and 3 * opinions.count(Status.UNSURE) >= len(opinions)


def could_be_known(faces: Iterable[Face], recordings: Iterable[Recording]) -> bool:
    """Whether each of these searched recordings was searched with a photo of the student whose faces these are.

    Whoever has no photo, for want of consent or of a good picture, can be seen by no search and is absent by none. A
    photo that came after a search, or that the search's engine cannot use, was not compared in it.
    """
    own = list(faces)
    return all(any(_was_compared(face, recording) for face in own) for recording in recordings)


def _was_compared(face: Face, recording: Recording) -> bool:
    came_before = recording.searched_at is not None and face.created_at <= recording.searched_at
    return came_before and (recording.engine is None or face.passed_over_by != recording.engine)


def decide_marks(
    lecture: Lecture,
    course: Course,
    student_ids: Sequence[str],
    recordings: Sequence[Recording],
    sightings: Sequence[Sighting],
    faces: Iterable[Face],
    thresholds: Thresholds,
    now: datetime,
    *,
    is_over: bool = True,
) -> list[Mark]:
    """One mark for each of these students, from the recordings that were searched; none where nothing was searched.

    While the lecture is not over there is a mark only of those who were seen, and nobody has left early.

    Sure sightings make present or late; where there are only unsure ones the mark is unsure. Who was not seen is absent
    where all searches could know them by their `faces` and enough of the lecture is on video, else unsure without
    evidence: they need another way. What a device's recording shows from before the lecture began or after it ended
    counts for nothing.
    """
    by_id = {recording.id: recording for recording in recordings}
    if not by_id:
        return []
    faces_of = defaultdict(list)
    for face in faces:
        faces_of[face.student_id].append(face)
    marks = []
    little_video = is_little_video(lecture, course, recordings)
    for student_id in sorted(set(student_ids)):
        own = [s for s in sightings if s.student_id == student_id and s.recording_id in by_id]
        attended = _attendance(own, by_id, lecture, course, thresholds)
        if attended is not None:
            mark = _mark(lecture, course, student_id, attended, by_id, now)
            marks.append(mark if is_over else replace(mark, left_early=False))
        elif is_over:
            known = could_be_known(faces_of[student_id], recordings)
            marks.append(_unseen(lecture.id, student_id, now, known=known, little_video=little_video))
    return marks


def _unseen(lecture_id: str, student_id: str, now: datetime, *, known: bool, little_video: bool) -> Mark:
    status = Status.ABSENT if known and not little_video else Status.UNSURE
    return Mark(lecture_id, student_id, status, status, now, little_video=known and little_video)


def _attendance(
    own: Sequence[Sighting],
    recordings: Mapping[str, Recording],
    lecture: Lecture,
    course: Course,
    thresholds: Thresholds,
) -> _Attendance | None:
    there = {s: spans for s in own if (spans := _during(s, lecture, recordings))}
    sure = [s for s in there if is_sure(s, thresholds, recordings[s.recording_id].kind)]
    counted = sure or [s for s in there if (s.similarity or 0) >= thresholds.review]
    if not counted:
        return None
    first = min(start for s in counted for start, _ in there[s])
    last = max(end for s in counted for _, end in there[s])
    best = max(counted, key=lambda s: (s.named_by is None, s.similarity or 0, s.frames, s.id))
    status = Status.UNSURE
    if sure:
        status = present_or_late(first, lecture, course, recordings.values())
    return _Attendance(status, best, first, last)


def _during(
    sighting: Sighting, lecture: Lecture, recordings: Mapping[str, Recording]
) -> list[tuple[datetime, datetime]]:
    """The appearances that are of the lecture. A device's clip may show the one before it or after it too; of what a
    person uploads, that person has said which lecture it shows.
    """
    recording = recordings[sighting.recording_id]
    began = recording.started_at
    moments = [[began + timedelta(seconds=second) for second in span] for span in sighting.appearances]
    return [
        (start, end)
        for start, end in moments
        if recording.device_id is None or (start <= lecture.ends_at and end >= lecture.starts_at)
    ]


def _mark(
    lecture: Lecture,
    course: Course,
    student_id: str,
    attended: _Attendance,
    recordings: Mapping[str, Recording],
    now: datetime,
) -> Mark:
    return Mark(
        lecture.id,
        student_id,
        attended.status,
        attended.status,
        now,
        left_early=_left_early(attended.last_seen_at, lecture, course, recordings),
        evidence=_evidence(attended),
    )


def _evidence(attended: _Attendance) -> Evidence:
    best = attended.best
    return Evidence(
        recording_id=best.recording_id,
        sighting_id=best.id,
        similarity=best.similarity or 0.0,
        frames=best.frames,
        first_s=best.first_s,
        last_s=best.last_s,
        first_seen_at=attended.first_seen_at,
        last_seen_at=attended.last_seen_at,
        picture_key=best.picture_key,
        picture_s=best.picture_s,
        named_by=best.named_by,
    )


def _left_early(last: datetime, lecture: Lecture, course: Course, recordings: Mapping[str, Recording]) -> bool:
    watched_until = min(lecture.ends_at, max(recording.ended_at for recording in recordings.values()))
    return last + timedelta(minutes=course.left_early_minutes) < watched_until
