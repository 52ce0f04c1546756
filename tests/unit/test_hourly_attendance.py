"""The hourly attendance of a course is made of the recordings of that day's lectures, and of the roster."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from attendance.changes import AddLecture, AddRecording
from attendance.errors import NotFound
from attendance.model import Course, Lecture, Mark, Status, new_id
from attendance.rules.hours import Presence
from attendance.use_cases.courses.courses import add_to_roster
from attendance.use_cases.lectures import hourly as module
from attendance.use_cases.lectures.hourly import hourly_attendance
from tests.committing import finish_search, set_mark
from tests.contract.samples import a_recording, a_sighting
from tests.unit.in_memory import NOW, MemoryServices, a_course, a_student, services_in_memory

DAY = date(2026, 3, 2)
MIDNIGHT = datetime(2026, 3, 1, 15, tzinfo=UTC)  # in Seoul
HOUR = timedelta(hours=1)


@pytest.fixture
def services() -> MemoryServices:
    """Empty."""
    return services_in_memory()


@pytest.fixture
def course(services: MemoryServices) -> Course:
    """With student 21."""
    made = a_course(services)
    a_student(services, "21")
    add_to_roster(services, made.id, ["21"], by=None)
    return made


def seen_at(services: MemoryServices, course: Course, hours: float, similarity: float = 90.0) -> None:
    """A lecture of an hour, so many hours after midnight, in which student 21 was seen in its first minute."""
    starts_at = MIDNIGHT + hours * HOUR
    lecture = Lecture(new_id(), course.id, starts_at, starts_at + HOUR, NOW)
    services.store.commit(AddLecture(lecture))
    recording = a_recording(new_id(), lecture.id, started_at=starts_at, duration_s=3600.0, created_at=NOW)
    services.store.commit(AddRecording(recording))
    services.store.claim_search(recording.id, "worker", NOW, NOW + HOUR)
    sighting = a_sighting(new_id(), recording.id, first_s=0.0, last_s=60.0, similarity=similarity)
    services.store.save_sightings(recording.id, "worker", [sighting], "fake-1", NOW)
    finish_search(services.store, recording.id, "worker")


def test_the_hours_of_a_day_are_those_of_its_lectures(services: MemoryServices, course: Course) -> None:
    seen_at(services, course, 9)
    seen_at(services, course, 11)
    seen_at(services, course, 24 + 9)
    seen_at(services, a_course(services, "2"), 13)
    grid = hourly_attendance(services, course.id, DAY)
    assert [hour.clock for hour in grid.hours] == ["09:00", "10:00", "11:00"]
    assert [cell.presence for cell in grid.rows[0].cells] == [
        Presence.PRESENT,
        Presence.NOT_WATCHED,
        Presence.PRESENT,
    ]


def test_a_lecture_that_began_the_evening_before_reaches_into_the_day(services: MemoryServices, course: Course) -> None:
    seen_at(services, course, -0.5)
    grid = hourly_attendance(services, course.id, DAY)
    assert [hour.clock for hour in grid.hours] == ["00:00"]


@pytest.mark.parametrize(
    ("similarity", "decided", "shown"),
    [
        (90.0, None, Presence.PRESENT),
        (90.0, Status.ABSENT, Presence.ABSENT),
        (90.0, Status.EXCUSED, Presence.ABSENT),
        (62.0, None, Presence.UNSURE),
        (62.0, Status.PRESENT, Presence.PRESENT),
        (62.0, Status.LATE, Presence.PRESENT),
        (62.0, Status.ABSENT, Presence.ABSENT),
    ],
)
def test_what_a_person_decided_about_the_lecture_counts(
    services: MemoryServices, course: Course, similarity: float, decided: Status | None, shown: Presence
) -> None:
    seen_at(services, course, 9, similarity=similarity)
    (lecture,) = services.store.lectures().items
    if decided is not None:
        set_mark(services.store, Mark(lecture.id, "21", decided, Status.UNSURE, NOW, set_by="teacher"))
    (cell,) = hourly_attendance(services, course.id, DAY).rows[0].cells
    assert cell.presence is shown


@pytest.mark.parametrize(
    ("decided", "shown"),
    [(None, Presence.ABSENT), (Status.EXCUSED, Presence.ABSENT), (Status.PRESENT, Presence.PRESENT)],
)
def test_whom_a_person_marked_present_and_no_camera_knew_was_there_in_all_watched_hours_of_the_lecture(
    services: MemoryServices, course: Course, decided: Status | None, shown: Presence
) -> None:
    seen_at(services, course, 9, similarity=30.0)
    seen_at(services, course, 10)
    lecture = min(services.store.lectures().items, key=lambda one: one.starts_at)
    if decided is not None:
        set_mark(services.store, Mark(lecture.id, "21", decided, Status.ABSENT, NOW, set_by="teacher"))
    grid = hourly_attendance(services, course.id, DAY)
    assert [cell.presence for cell in grid.rows[0].cells] == [shown, Presence.PRESENT]
    assert grid.rows[0].percent == (100.0 if shown is Presence.PRESENT else 50.0)
    assert grid.rows[0].cells[0].sighting is None


def test_whom_a_camera_knew_in_one_hour_was_not_there_in_the_others_whatever_a_person_decided(
    services: MemoryServices, course: Course
) -> None:
    seen_at(services, course, 9.5)
    (lecture,) = services.store.lectures().items
    set_mark(services.store, Mark(lecture.id, "21", Status.PRESENT, Status.PRESENT, NOW, set_by="teacher"))
    cells = hourly_attendance(services, course.id, DAY).rows[0].cells
    assert [cell.presence for cell in cells] == [Presence.PRESENT, Presence.ABSENT]


def test_an_old_day_is_found_behind_many_pages_of_lectures(
    services: MemoryServices, course: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_PAGE", 2)
    for day in range(-3, 8):
        seen_at(services, course, 24 * day + 9)
    assert len(hourly_attendance(services, course.id, DAY).hours) == 1


def test_a_lecture_of_the_evening_before_may_be_on_another_page(
    services: MemoryServices, course: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_PAGE", 1)
    seen_at(services, course, -0.2)
    seen_at(services, course, -0.5)
    assert [hour.recordings for hour in hourly_attendance(services, course.id, DAY).hours] == [2]


def test_a_day_without_lectures_and_a_course_that_is_not_there(services: MemoryServices, course: Course) -> None:
    assert hourly_attendance(services, course.id, DAY).hours == []
    seen_at(services, course, 24 * 30)
    assert hourly_attendance(services, course.id, DAY).hours == []
    with pytest.raises(NotFound):
        hourly_attendance(services, replace(course, id="c9").id, DAY)
