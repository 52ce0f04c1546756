"""Lectures without a recording: one, a term, and changed afterwards."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest

from attendance.errors import AlreadyExists, Conflict, InvalidInput
from attendance.events import CourseTimesChanged, read
from attendance.handlers import HANDLERS
from attendance.handlers.marking import mark_again
from attendance.model import Course, Lecture, Method, Status
from attendance.rules.terms import Term, days_in, lecture_times, planned_lectures
from attendance.searching.searches import search_recording
from attendance.services import Services
from attendance.use_cases.courses.courses import add_course, add_to_roster, change_course
from attendance.use_cases.lectures.checking_in import check_in_to_lecture
from attendance.use_cases.lectures.marks import set_mark
from attendance.use_cases.lectures.planning import add_lecture, add_term, change_lecture, plan_term
from tests.unit.in_memory import NOW, a_student, services_in_memory
from tests.unit.receiving import a_file, receive

MINUTE = timedelta(minutes=1)
TERM = Term(
    frozenset({0, 2}), time(9), time(10, 15), date(2026, 3, 2), date(2026, 3, 15), frozenset({date(2026, 3, 4)})
)
CHANGED = "The times of the lecture or of its course were changed."


def a_course(services: Services, timezone: str = "Asia/Seoul") -> Course:
    return add_course(services, code="CS101", name="Computing", timezone=timezone, by=None)


def a_lecture(services: Services, course: Course, minutes: int = 0, **more: str) -> Lecture:
    starts_at = NOW + minutes * MINUTE
    return add_lecture(
        services, course_id=course.id, starts_at=starts_at, ends_at=starts_at + 50 * MINUTE, by="u1", **more
    )


def moved(services: Services, lecture: Lecture, minutes: int, title: str = "") -> Lecture:
    times = {"starts_at": lecture.starts_at + minutes * MINUTE, "ends_at": lecture.ends_at + minutes * MINUTE}
    return change_lecture(services, lecture.id, **times, title=title, by="u1")


def test_a_term_is_its_weekdays_without_days_off() -> None:
    planned = planned_lectures(TERM, "Asia/Seoul", [])
    assert [one.starts_at for one in planned] == [datetime(2026, 3, day, tzinfo=UTC) for day in (2, 9, 11)]
    assert {one.ends_at - one.starts_at for one in planned} == {timedelta(minutes=75)}


def test_a_term_stays_at_its_hour_where_clocks_are_put_forward() -> None:
    term = replace(TERM, first_on=date(2026, 3, 23), last_on=date(2026, 4, 1), weekdays=frozenset({0}))
    planned = planned_lectures(term, "Europe/Berlin", [])
    assert [one.starts_at for one in planned] == [
        datetime(2026, 3, 23, 8, tzinfo=UTC),
        datetime(2026, 3, 30, 7, tzinfo=UTC),
    ]


def test_days_off_are_dates_and_spans() -> None:
    assert days_in("2026-05-05, 2026-10-05..2026-10-07") == {
        date(2026, 5, 5),
        *(date(2026, 10, day) for day in (5, 6, 7)),
    }
    for wrong in ("5.5.2026", "2026-02-30", "2026-10-07..2026-10-05"):
        with pytest.raises(InvalidInput):
            days_in(wrong)


@pytest.mark.parametrize(
    "wrong",
    [
        {"weekdays": frozenset()},
        {"last_on": date(2026, 3, 1)},
        {"last_on": date(2028, 3, 1)},
        {"ends": time(9)},
    ],
)
def test_a_term_that_cannot_be_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(InvalidInput):
        planned_lectures(replace(TERM, **wrong), "Asia/Seoul", [])  # type: ignore[arg-type]


@pytest.mark.parametrize("day", [date.min, date(1999, 12, 31), date.max])
def test_a_year_in_which_nobody_takes_attendance_is_refused(day: date) -> None:
    with pytest.raises(InvalidInput, match="Check the year"):
        lecture_times("Asia/Seoul", day, time(0), time(0))


def test_the_same_term_again_adds_what_is_missing_and_doubles_nothing() -> None:
    services = services_in_memory()
    course = a_course(services)
    first = datetime(2026, 3, 2, tzinfo=UTC)
    assert [one.starts_at for one in add_term(services, course.id, TERM, only={first}, by="u1")] == [first]
    assert len(add_term(services, course.id, TERM, by="u1")) == 2
    assert add_term(services, course.id, TERM, by="u1") == []
    assert [one.is_there for one in plan_term(services, course.id, TERM)] == [True] * 3


def test_a_day_on_which_another_lecture_is_on_is_shown_and_left_out() -> None:
    services = services_in_memory()
    course = a_course(services)
    starts_at = datetime(2026, 3, 9, 0, 30, tzinfo=UTC)
    add_lecture(services, course_id=course.id, starts_at=starts_at, ends_at=starts_at + 20 * MINUTE, by="u1")
    planned = plan_term(services, course.id, TERM)
    assert [one.is_new for one in planned] == [True, False, True]
    assert len(add_term(services, course.id, TERM, by="u1")) == 2


def test_lectures_of_a_course_do_not_overlap() -> None:
    services = services_in_memory()
    course = a_course(services)
    first = a_lecture(services, course, title=" Week   1 ")
    assert first.title == "Week 1"
    with pytest.raises(Conflict, match="18:00"):
        a_lecture(services, course, 30)
    beside = a_lecture(services, course, 50)
    with pytest.raises(Conflict):
        moved(services, beside, -10)
    with pytest.raises((Conflict, AlreadyExists)):
        a_lecture(services, course)
    assert len(services.store.lectures(course_ids=[course.id]).items) == 2


@pytest.fixture
def filmed(tmp_path: Path) -> tuple[Services, Lecture]:
    """A lecture of 50 minutes whose recording shows student 21 from its 12th minute on, and 22 from its first."""
    services = services_in_memory(tmp_path)
    course = a_course(services)
    for student_id in ("21", "22"):
        a_student(services, student_id, f"face:{student_id}".encode(), course_ids=[course.id])
    lecture = a_lecture(services, course, -60)
    file = a_file(tmp_path, "video 3000|21 720 2990|22 5 2990")
    recording = receive(services, file, starts_at=lecture.starts_at, ends_at=None)
    assert recording.lecture_id == lecture.id, "it did not land in the lecture that was planned for that time"
    assert search_recording(services, recording.id)
    return services, lecture


def statuses(services: Services, lecture: Lecture) -> dict[str, str]:
    return {mark.student_id: mark.status.value for mark in services.store.marks(lecture.id)}


def test_a_new_time_marks_anew_without_a_search_and_says_who_changed_it(filmed: tuple[Services, Lecture]) -> None:
    services, lecture = filmed
    assert statuses(services, lecture) == {"21": "late", "22": "present"}
    searched = [one.searched_at for one in services.store.recordings(lecture.id)]
    moved(services, lecture, 5, "Later")
    assert statuses(services, lecture) == {"21": "present", "22": "present"}
    assert [one.searched_at for one in services.store.recordings(lecture.id)] == searched
    change = services.store.mark_history(lecture.id, "21")[-1]
    assert (change.by, change.reason) == ("u1", CHANGED)
    assert services.store.audit().items[0].action == "lecture.changed"
    moved(services, services.store.lecture(lecture.id), -5)
    assert statuses(services, lecture) == {"21": "late", "22": "present"}


def test_what_a_person_decided_stays_when_times_change(filmed: tuple[Services, Lecture]) -> None:
    services, lecture = filmed
    set_mark(services, lecture.id, "21", Status.ABSENT, "Only the bag was there", by="u1")
    moved(services, lecture, 5)
    mark = services.store.marks(lecture.id)[0]
    assert (mark.status, mark.machine_status) == (Status.ABSENT, Status.PRESENT)


def test_a_lecture_is_not_moved_away_from_its_recordings(filmed: tuple[Services, Lecture]) -> None:
    services, lecture = filmed
    with pytest.raises(Conflict, match="outside the lecture"):
        moved(services, lecture, 60)
    assert services.store.lecture(lecture.id) == lecture


def test_a_lecture_is_not_moved_away_from_who_checked_in() -> None:
    services = services_in_memory()
    course = a_course(services)
    student = a_student(services, "21", None)
    add_to_roster(services, course.id, ["21"], by=None)
    lecture = a_lecture(services, course)
    check_in_to_lecture(services, lecture, student, at=NOW, method=Method.SCREEN)
    with pytest.raises(Conflict, match="checked in"):
        moved(services, lecture, 20)
    moved(services, lecture, -20)
    (mark,) = services.store.marks(lecture.id)
    assert mark.status is Status.LATE


def test_a_title_alone_changes_no_mark(filmed: tuple[Services, Lecture]) -> None:
    services, lecture = filmed
    before = services.store.marks(lecture.id)
    assert moved(services, lecture, 0, "Week 1").title == "Week 1"
    assert services.store.marks(lecture.id) == before


def test_other_minutes_of_the_course_mark_all_its_lectures_anew(filmed: tuple[Services, Lecture]) -> None:
    services, lecture = filmed
    services = replace(services, handlers={"marking": HANDLERS["marking"]})
    course = services.store.course(lecture.course_id)
    now = {
        "code": course.code,
        "name": course.name,
        "section": "",
        "timezone": course.timezone,
        "left_early_minutes": 10,
        "by": "u1",
    }
    change_course(services, course.id, **now, late_after_minutes=15)  # type: ignore[arg-type]
    (item,) = services.store.outbox("marking")
    event = read(item.body)
    assert isinstance(event, CourseTimesChanged)
    mark_again(services, event)
    assert statuses(services, lecture)["21"] == "present"
    assert services.store.mark_history(lecture.id, "21")[-1].reason == CHANGED
    change_course(services, course.id, **now | {"name": "Computing I"}, late_after_minutes=15)  # type: ignore[arg-type]
    assert len(services.store.outbox("marking")) == 1, "a new name marks nothing anew"


def test_a_recording_that_began_a_little_early_lands_in_the_planned_lecture(tmp_path: Path) -> None:
    services = services_in_memory(tmp_path)
    lecture = a_lecture(services, a_course(services), -60)
    file = a_file(tmp_path, "video 3000|21 720 2990")
    recording = receive(services, file, starts_at=lecture.starts_at - 4 * MINUTE, ends_at=None)
    assert recording.lecture_id == lecture.id
