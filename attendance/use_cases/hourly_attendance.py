"""The hourly attendance of a course on a day: who was there in which hour, and the picture that proves it."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from attendance.hourly import HourlyGrid, hourly_grid
from attendance.model import Lecture
from attendance.services import Services
from attendance.wall_time import day_bounds

LONGEST_LECTURE = timedelta(hours=24)
_PAGE = 100


def hourly_attendance(services: Services, course_id: str, day: date) -> HourlyGrid:
    """The roster's grid for a day of the course's calendar; no hours where nothing is recorded. Raises NotFound."""
    course = services.store.course(course_id)
    lectures = lectures_around(services, course_id, *day_bounds(course.timezone, day))
    recordings = [recording for lecture in lectures for recording in services.store.recordings(lecture.id)]
    sightings = [seen for lecture in lectures for seen in services.store.sightings(lecture.id)]
    roster = services.store.roster(course_id)
    marks = [mark for lecture in lectures for mark in services.store.marks(lecture.id)]
    faces = services.store.faces([student.id for student in roster])
    return hourly_grid(day, course.timezone, roster, recordings, sightings, faces, services.faces.lines, marks)


def lectures_around(services: Services, course_id: str, starts_at: datetime, ends_at: datetime) -> list[Lecture]:
    """Those whose recordings may reach into that time. Lectures come newest first, so older pages are left alone."""
    near: list[Lecture] = []
    number = 1
    while True:
        page = services.store.lectures(course_ids=[course_id], page=number, size=_PAGE)
        near.extend(one for one in page.items if one.starts_at < ends_at + LONGEST_LECTURE)
        if number >= page.pages or page.items[-1].starts_at < starts_at - LONGEST_LECTURE:
            return [one for one in near if one.starts_at >= starts_at - LONGEST_LECTURE]
        number += 1
