"""Who was there in which hour of a day: sightings in, a grid of students and hours out. Pure and repeatable.

Who left and came back within one recording was there in the hours of the appearances. Of a recording that was searched
before they were told apart only first and last second are known, and whoever was there in both counts as there between.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

import pytz

from attendance.model import Face, Mark, Recording, SearchStatus, Sighting, Status, Student, Thresholds
from attendance.rules.lectures import could_be_known, is_sure
from attendance.rules.statuses import ATTENDED, NOT_THERE
from attendance.wall_time import day_bounds

HOUR = timedelta(hours=1)


class Presence(StrEnum):
    """What a cell of the grid says. ANOTHER_WAY: watched, without a photo of the student to compare."""

    PRESENT = "present"
    UNSURE = "unsure"
    ANOTHER_WAY = "another_way"
    ABSENT = "absent"
    NOT_WATCHED = "not_watched"


_TELLS_NOTHING = (Presence.NOT_WATCHED, Presence.ANOTHER_WAY)


@dataclass(frozen=True, slots=True)
class Hour:
    """An hour of the day. `clock` is what the course's clock shows at its start; where clocks are put back, twice the
    same. `recordings` were searched and show some of it, `waiting` are not searched yet.
    """

    starts_at: datetime
    ends_at: datetime
    clock: str
    recordings: int
    waiting: int
    present: int = 0
    unsure: int = 0
    absent: int = 0

    @property
    def is_watched(self) -> bool:
        """Whether anything is known of it."""
        return self.recordings > 0

    @property
    def percent(self) -> float | None:
        """Of the students whom the cameras could know, those who were surely there; None where there are none."""
        return _percent(self.present, self.present + self.unsure + self.absent) if self.is_watched else None


@dataclass(frozen=True, slots=True)
class Cell:
    """One student in one hour; `sighting` proves it where the student was seen."""

    presence: Presence
    sighting: Sighting | None = None


@dataclass(frozen=True, slots=True)
class HoursOfStudent:
    """A row of the grid, a cell an hour."""

    student: Student
    cells: Sequence[Cell]

    @property
    def percent(self) -> float | None:
        """Of the watched hours in which the student was surely there; None where none was watched or could tell."""
        watched = [cell for cell in self.cells if cell.presence not in _TELLS_NOTHING]
        return _percent(sum(cell.presence is Presence.PRESENT for cell in watched), len(watched))


@dataclass(frozen=True, slots=True)
class HourlyGrid:
    """From the first hour with a recording to the last, also those between that nobody watched."""

    day: date
    timezone: str
    hours: Sequence[Hour]
    rows: Sequence[HoursOfStudent]

    @property
    def percent(self) -> float | None:
        """Of all cells of watched hours that could tell."""
        cells = [cell.presence for row in self.rows for cell in row.cells if cell.presence not in _TELLS_NOTHING]
        return _percent(cells.count(Presence.PRESENT), len(cells))


def hours_of_day(timezone: str, day: date) -> list[tuple[datetime, datetime]]:
    """The hours as the clock on the wall begins them: 23 to 25, and one of them odd where a zone jumps by a part."""
    starts_at, ends_at = day_bounds(timezone, day)
    zone = pytz.timezone(timezone)
    hours = []
    while starts_at < ends_at:
        past = starts_at.astimezone(zone)
        into = timedelta(minutes=past.minute, seconds=past.second)
        after = min(starts_at + HOUR - into, ends_at)
        hours.append((starts_at, after))
        starts_at = after
    return hours


def hourly_grid(
    day: date,
    timezone: str,
    students: Sequence[Student],
    recordings: Iterable[Recording],
    sightings: Sequence[Sighting],
    faces: Iterable[Face],
    thresholds: Thresholds,
    marks: Iterable[Mark] = (),
) -> HourlyGrid:
    """The grid of these students for a day of a time zone; recordings and sightings of other days do no harm.

    Of `marks` those count that a person set: where they say that a student was not in a lecture, what was seen there
    was somebody else, and where they say that the student was, it was the student; one whom no camera knew there was
    there whenever it was watched. By their `faces` it is known whom the searches could not know at all.
    """
    shown = list(recordings)
    searched = {recording.id: recording for recording in shown if recording.searched_at is not None}
    decided = {(mark.lecture_id, mark.student_id): mark.status for mark in marks if mark.set_by is not None}
    faces_of = defaultdict(list)
    for face in faces:
        faces_of[face.student_id].append(face)
    judged = _Judged(searched, thresholds, decided, _vouched(decided, searched, sightings, thresholds), faces_of)
    spans = _without_empty_ends(
        [(span, [recording for recording in shown if _shows(recording, *span)]) for span in hours_of_day(timezone, day)]
    )
    columns = []
    for span, its in spans:
        watched = [recording for recording in its if recording.id in searched]
        seen = [one for one in sightings if one.recording_id in searched and _touches(one, searched, *span)]
        columns.append([judged.cell(student.id, seen, watched) for student in students])
    return HourlyGrid(
        day,
        timezone,
        [_hour(*one, column, timezone) for one, column in zip(spans, columns, strict=True)],
        [HoursOfStudent(student, [column[row] for column in columns]) for row, student in enumerate(students)],
    )


_Span = tuple[tuple[datetime, datetime], list[Recording]]


def _without_empty_ends(spans: list[_Span]) -> list[_Span]:
    filled = [place for place, (_, its) in enumerate(spans) if its]
    return spans[filled[0] : filled[-1] + 1] if filled else []


def _shows(recording: Recording, starts_at: datetime, ends_at: datetime) -> bool:
    """A video that ends with the hour shows nothing of the next; a snapshot belongs to the hour that it begins."""
    is_moment = recording.ended_at == recording.started_at
    return recording.started_at < ends_at and (
        recording.ended_at > starts_at or (is_moment and recording.started_at >= starts_at)
    )


def _touches(seen: Sighting, recordings: dict[str, Recording], starts_at: datetime, ends_at: datetime) -> bool:
    recording = recordings[seen.recording_id]
    from_s, until_s = ((moment - recording.started_at).total_seconds() for moment in (starts_at, ends_at))
    was_there = any(first_s < until_s and last_s >= from_s for first_s, last_s in seen.appearances)
    return was_there and _shows(recording, starts_at, ends_at)


def _vouched(
    decided: Mapping[tuple[str, str], Status],
    searched: Mapping[str, Recording],
    sightings: Iterable[Sighting],
    thresholds: Thresholds,
) -> set[tuple[str, str]]:
    """Lectures and students of which a person alone knows that they were there."""
    seen = {
        (searched[one.recording_id].lecture_id, one.student_id)
        for one in sightings
        if one.recording_id in searched and _is_near(one, thresholds)
    }
    return {key for key, status in decided.items() if status in ATTENDED and key not in seen}


def _is_near(seen: Sighting, thresholds: Thresholds) -> bool:
    return (seen.similarity or 0.0) >= thresholds.review


@dataclass(frozen=True, slots=True)
class _Judged:
    """What a sighting is worth: by the thresholds, and by what a person decided about its lecture and student."""

    recordings: Mapping[str, Recording]
    thresholds: Thresholds
    decided: Mapping[tuple[str, str], Status]
    vouched: Set[tuple[str, str]]
    faces: Mapping[str, Sequence[Face]]

    def cell(self, student_id: str, seen: Sequence[Sighting], watched: Sequence[Recording]) -> Cell:
        """In an hour of which these searched recordings show some."""
        if not watched:
            return Cell(Presence.NOT_WATCHED)
        is_vouched = any((recording.lecture_id, student_id) in self.vouched for recording in watched)
        near = [one for one in seen if one.student_id == student_id and _is_near(one, self.thresholds)]
        own = [one for one in near if self._decision(one) not in NOT_THERE]
        sure = [one for one in own if self._is_sure(one)]
        if not own:
            return Cell(Presence.PRESENT if is_vouched else self._unseen(student_id, watched))
        best = max(sure or own, key=lambda one: (one.similarity or 0.0, one.frames, one.id))
        return Cell(Presence.PRESENT if sure or is_vouched else Presence.UNSURE, best)

    def _unseen(self, student_id: str, watched: Sequence[Recording]) -> Presence:
        open_ = [one for one in watched if self.decided.get((one.lecture_id, student_id)) not in NOT_THERE]
        return Presence.ABSENT if could_be_known(self.faces.get(student_id, ()), open_) else Presence.ANOTHER_WAY

    def _is_sure(self, seen: Sighting) -> bool:
        kind = self.recordings[seen.recording_id].kind
        return self._decision(seen) in ATTENDED or is_sure(seen, self.thresholds, kind)

    def _decision(self, seen: Sighting) -> Status | None:
        return self.decided.get((self.recordings[seen.recording_id].lecture_id, seen.student_id or ""))


def _hour(span: tuple[datetime, datetime], its: Sequence[Recording], column: Sequence[Cell], timezone: str) -> Hour:
    found = [cell.presence for cell in column]
    searched = sum(recording.searched_at is not None for recording in its)
    return Hour(
        *span,
        clock=span[0].astimezone(pytz.timezone(timezone)).strftime("%H:%M"),
        recordings=searched,
        waiting=sum(recording.searched_at is None and recording.status is not SearchStatus.FAILED for recording in its),
        present=found.count(Presence.PRESENT),
        unsure=found.count(Presence.UNSURE),
        absent=found.count(Presence.ABSENT),
    )


def _percent(part: int, whole: int) -> float | None:
    return 100.0 * part / whole if whole else None
