"""Who was there hour by hour, from the snapshots of a day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import takewhile

import pytz

from attendance.errors import NotFound, Phrase
from attendance.languages import SOURCE, catalogue
from attendance.model import Course, Lecture, Recording, Sighting, Student
from attendance.rules.hours import HourlyGrid, Presence, hourly_grid
from attendance.rules.lectures import is_sure
from attendance.rules.paging import all_items
from attendance.rules.statuses import ATTENDED
from attendance.services import Services
from attendance.use_cases.devices.reading import MeasuredSkin, device_of, skin_during
from attendance.use_cases.lectures.log import as_csv
from attendance.use_cases.lectures.marks import decided_sightings
from attendance.use_cases.site.reading import thresholds
from attendance.wall_time import day_bounds


@dataclass(frozen=True, slots=True)
class PersonSeen:
    """Somebody in a recording: `student` is None for a stranger, `is_sure` says whether the match proves the name."""

    sighting: Sighting
    student: Student | None
    is_sure: bool


@dataclass(frozen=True, slots=True)
class SeenPicture:
    """A sighting with its recording, everybody in that, and what the sensor of the device measured meanwhile."""

    person: PersonSeen
    recording: Recording
    lecture: Lecture
    course: Course
    people: Sequence[PersonSeen]
    skin: MeasuredSkin | None
    device_name: str | None


def last_day_with_lecture(services: Services, course: Course) -> date | None:
    """The day of the newest lecture that has begun, as the course's calendar has it; None where there is none."""
    now, zone = services.now(), pytz.timezone(course.timezone)
    newest_first = all_items(lambda page: services.store.lectures(course_ids=[course.id], page=page, size=50))
    begun = (lecture.starts_at.astimezone(zone).date() for lecture in newest_first if lecture.starts_at <= now)
    return next(begun, None)


def own_row(grid: HourlyGrid, student_id: str | None) -> HourlyGrid:
    """The grid as that student may see it: the own row, and nothing that is counted over others."""
    rows = [row for row in grid.rows if row.student.id == student_id]
    hours = [replace(hour, present=0, unsure=0, absent=0) for hour in grid.hours]
    return replace(grid, rows=rows, hours=hours)


def may_be_shown_to(services: Services, sighting: Sighting, student_id: str | None) -> bool:
    """Whether it is that student's own and sure. Where a person decided that the student was not there, it is not."""
    if student_id is None or sighting.student_id != student_id:
        return False
    recording = services.store.recording(sighting.recording_id)
    if not is_sure(sighting, thresholds(services), recording.kind):
        return False
    own = [mark for mark in services.store.marks(recording.lecture_id) if mark.student_id == student_id]
    return any(mark.status in ATTENDED for mark in own)


def seen_picture(services: Services, sighting_id: str) -> SeenPicture:
    """Everything about the picture of a sighting, for staff. Raises NotFound."""
    sighting = services.store.sighting(sighting_id)
    recording = services.store.recording(sighting.recording_id)
    lecture = services.store.lecture(recording.lecture_id)
    device = device_of(services, recording)
    beside = [one for one in decided_sightings(services, lecture.id) if one.recording_id == recording.id]
    people = [_person(services, one, recording) for one in beside]
    return SeenPicture(
        person=_person(services, next((one for one in beside if one.id == sighting_id), sighting), recording),
        recording=recording,
        lecture=lecture,
        course=services.store.course(lecture.course_id),
        people=people,
        skin=skin_during(services, recording),
        device_name=device.name if device else None,
    )


def _person(services: Services, sighting: Sighting, recording: Recording) -> PersonSeen:
    return PersonSeen(
        sighting, _student(services, sighting.student_id), is_sure(sighting, thresholds(services), recording.kind)
    )


def _student(services: Services, student_id: str | None) -> Student | None:
    try:
        return services.store.student(student_id) if student_id else None
    except NotFound:  # removed at this moment
        return None


LONGEST_LECTURE = timedelta(hours=24)
_PAGE = 100


def hourly_attendance(services: Services, course_id: str, day: date) -> HourlyGrid:
    """The roster's grid for a day of the course's calendar; no hours where nothing is recorded. Raises NotFound."""
    course = services.store.course(course_id)
    lectures = lectures_around(services, course_id, *day_bounds(course.timezone, day))
    recordings = [recording for lecture in lectures for recording in services.store.recordings(lecture.id)]
    sightings = [seen for lecture in lectures for seen in decided_sightings(services, lecture.id)]
    roster = services.store.roster(course_id)
    marks = [mark for lecture in lectures for mark in services.store.marks(lecture.id)]
    faces = services.store.faces([student.id for student in roster])
    return hourly_grid(day, course.timezone, roster, recordings, sightings, faces, thresholds(services), marks)


def lectures_around(services: Services, course_id: str, starts_at: datetime, ends_at: datetime) -> list[Lecture]:
    """Those whose recordings may reach into that time. Lectures come newest first, so older pages are left alone."""
    newest_first = all_items(lambda page: services.store.lectures(course_ids=[course_id], page=page, size=_PAGE))
    young = takewhile(lambda one: one.starts_at >= starts_at - LONGEST_LECTURE, newest_first)
    return [one for one in young if one.starts_at < ends_at + LONGEST_LECTURE]


_STUDENT_ID, _NAME, _PERCENT = Phrase("Student id"), Phrase("Name"), Phrase("Percent")
_WORDS = {
    Presence.PRESENT: Phrase("present"),
    Presence.UNSURE: Phrase("unsure"),
    Presence.ANOTHER_WAY: Phrase("unsure: needs another way"),
    Presence.ABSENT: Phrase("absent"),
    Presence.NOT_WATCHED: "",
}


def hourly_as_csv(grid: HourlyGrid, *, with_totals: bool = True, language: str = SOURCE) -> bytes:
    """A line a student and a column an hour, in percent of the watched hours; the last line counts over students.

    Hours that nobody watched are empty.
    """
    say = catalogue(language).gettext
    hours, percent = [_hour_words(grid, place) for place in range(len(grid.hours))], say(_PERCENT)
    words = {presence: say(word) if word else "" for presence, word in _WORDS.items()}
    headings = [say(_STUDENT_ID), say(_NAME), *hours, percent]
    rows = [
        [row.student.id, row.student.name, *(words[cell.presence] for cell in row.cells), _number(row.percent)]
        for row in grid.rows
    ]
    if with_totals:
        rows.append(["", percent, *(_number(hour.percent) for hour in grid.hours), _number(grid.percent)])
    return as_csv(headings, rows)


def _hour_words(grid: HourlyGrid, place: int) -> str:
    """With the day and the zone, so that files of several days can be put together."""
    return f"{grid.day.isoformat()} {grid.hours[place].clock} ({grid.timezone})"


def _number(percent: float | None) -> str:
    return "" if percent is None else f"{percent:.0f}"
