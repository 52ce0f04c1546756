"""What the pages of hourly attendance show beside the grid: the picture of a cell, and the day to begin with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

import pytz

from attendance.errors import NotFound
from attendance.hourly import HourlyGrid
from attendance.model import Course, Lecture, Recording, Sighting, Status, Student
from attendance.rules import is_sure
from attendance.services import Services
from attendance.use_cases.read_devices import MeasuredSkin, device_of, skin_during

_COUNTED = (Status.PRESENT, Status.LATE)


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
    number = 1
    while True:
        page = services.store.lectures(course_ids=[course.id], page=number, size=50)
        for lecture in page.items:
            if lecture.starts_at <= now:
                return lecture.starts_at.astimezone(zone).date()
        if number >= page.pages:
            return None
        number += 1


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
    if not is_sure(sighting, services.faces.lines, recording.kind):
        return False
    own = [mark for mark in services.store.marks(recording.lecture_id) if mark.student_id == student_id]
    return any(mark.status in _COUNTED for mark in own)


def seen_picture(services: Services, sighting_id: str) -> SeenPicture:
    """Everything about the picture of a sighting, for staff. Raises NotFound."""
    sighting = services.store.sighting(sighting_id)
    recording = services.store.recording(sighting.recording_id)
    lecture = services.store.lecture(recording.lecture_id)
    device = device_of(services, recording)
    beside = [one for one in services.store.sightings(lecture.id) if one.recording_id == recording.id]
    people = [_person(services, one, recording) for one in beside]
    return SeenPicture(
        person=_person(services, sighting, recording),
        recording=recording,
        lecture=lecture,
        course=services.store.course(lecture.course_id),
        people=people,
        skin=skin_during(services, recording),
        device_name=device.name if device else None,
    )


def _person(services: Services, sighting: Sighting, recording: Recording) -> PersonSeen:
    return PersonSeen(
        sighting, _student(services, sighting.student_id), is_sure(sighting, services.faces.lines, recording.kind)
    )


def _student(services: Services, student_id: str | None) -> Student | None:
    try:
        return services.store.student(student_id) if student_id else None
    except NotFound:  # removed at this moment
        return None
