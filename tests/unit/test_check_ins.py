"""Check-ins: what they make of marks beside faces, and what counts as a code."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from attendance.changes import AddCourse, AddLecture, AddStudent
from attendance.errors import Conflict, InvalidInput, NotFound
from attendance.model import CheckIn, Consent, Course, Evidence, Lecture, Mark, Method, Status, Student
from attendance.rules.check_ins import clean_networks, comes_from, with_check_in, with_check_ins
from attendance.rules.rotating_codes import STEP_S, is_current, long_code, short_code, step_at
from attendance.services import Services
from attendance.use_cases.lectures.checking_in import (
    check_in_by_code,
    check_in_to_lecture,
    end_check_in,
    let_check_in,
    set_check_in_rules,
)
from attendance.use_cases.lectures.marks import mark_lecture, set_mark
from tests.unit.in_memory import services_in_memory

NINE = datetime(2026, 3, 2, 9, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
COURSE = Course("c1", "CS101", "Computing", "1", "Asia/Seoul", NINE)
LECTURE = Lecture("l1", "c1", NINE, NINE + 50 * MINUTE, NINE)
SEEN_LATE = Mark(
    "l1",
    "21",
    Status.LATE,
    Status.LATE,
    NINE,
    evidence=Evidence("r1", "s1", 90.0, 9, 1.0, 2.0, NINE + 20 * MINUTE, NINE + 30 * MINUTE, None, None),
)


def a_check_in(minutes: float = 0, method: Method = Method.SCREEN, device: str = "") -> CheckIn:
    return CheckIn(NINE + minutes * MINUTE, method, device)


def joined(opinion: Mark | None, check_in: CheckIn) -> Status:
    return with_check_in(opinion, "21", check_in, LECTURE, COURSE, NINE).status


@pytest.fixture
def services() -> Services:
    """A course of two students, without a recording; the clock stands at nine."""
    services = services_in_memory()  # whose clock stands at nine
    services.store.commit(AddCourse(COURSE))
    for student_id in ("21", "22"):
        services.store.commit(AddStudent(Student(student_id, f"key-{student_id}", "Student", NINE), (), ["c1"]))
    services.store.commit(AddLecture(LECTURE))
    return services


def student(services: Services, student_id: str = "21") -> Student:
    return services.store.student(student_id)


@pytest.mark.parametrize(("minutes", "status"), [(-10, Status.PRESENT), (10, Status.PRESENT), (10.1, Status.LATE)])
def test_a_check_in_is_present_or_late_by_the_minutes_of_the_course(minutes: float, status: Status) -> None:
    assert joined(None, a_check_in(minutes)) is status


def test_who_came_in_time_by_one_way_was_not_late_by_the_other() -> None:
    assert joined(SEEN_LATE, a_check_in(2)) is Status.PRESENT
    seen_in_time = replace(SEEN_LATE, status=Status.PRESENT, machine_status=Status.PRESENT)
    assert joined(seen_in_time, a_check_in(25)) is Status.PRESENT
    assert joined(SEEN_LATE, a_check_in(25)) is Status.LATE


@pytest.mark.parametrize("opinion", [Status.ABSENT, Status.UNSURE])
def test_what_faces_leave_open_or_did_not_see_the_check_in_decides(opinion: Status) -> None:
    by_faces = Mark("l1", "21", opinion, opinion, NINE)
    assert joined(by_faces, a_check_in(15)) is Status.LATE


def test_a_student_without_consent_is_as_well_off_by_code_as_another_is_by_face(services: Services) -> None:
    nobody = student(services)
    assert nobody.consents == () or not any(isinstance(one, Consent) and one.stands for one in nobody.consents)
    mark = check_in_to_lecture(services, LECTURE, nobody, at=NINE, method=Method.SCREEN)
    by_face = replace(SEEN_LATE, status=Status.PRESENT, machine_status=Status.PRESENT)
    assert (mark.status, mark.machine_status) == (by_face.status, by_face.machine_status)
    assert not mark.needs_another_way
    assert services.store.lecture_counts(["l1"])["l1"].marks[Status.PRESENT] == 1


def test_a_search_that_did_not_see_the_student_does_not_take_the_check_in_away(services: Services) -> None:
    before = {"21": Mark("l1", "21", Status.PRESENT, Status.PRESENT, NINE, check_in=a_check_in())}
    by_faces = [Mark("l1", student_id, Status.ABSENT, Status.ABSENT, NINE) for student_id in ("21", "22")]
    marks = {mark.student_id: mark for mark in with_check_ins(by_faces, before, LECTURE, COURSE, NINE)}
    assert {one: mark.status for one, mark in marks.items()} == {"21": Status.PRESENT, "22": Status.ABSENT}


def test_marking_a_lecture_without_recordings_keeps_who_checked_in(services: Services) -> None:
    check_in_to_lecture(services, LECTURE, student(services), at=NINE, method=Method.CODE)
    (mark,) = mark_lecture(services, "l1")
    assert (mark.status, mark.method) == (Status.PRESENT, Method.CODE)


def test_the_first_check_in_counts_and_the_second_changes_nothing(services: Services) -> None:
    check_in_to_lecture(services, LECTURE, student(services), at=NINE, method=Method.SCREEN)
    check_in_to_lecture(services, LECTURE, student(services), at=NINE + 20 * MINUTE, method=Method.CODE)
    (mark,) = services.store.marks("l1")
    assert mark.check_in is not None
    assert (mark.check_in.at, mark.check_in.method, mark.status) == (NINE, Method.SCREEN, Status.PRESENT)
    assert len(services.store.mark_history("l1", "21")) == 1


def test_a_persons_mark_wins_over_a_check_in_which_is_said_beside_it(services: Services) -> None:
    set_mark(services, "l1", "21", Status.EXCUSED, "Sick note", by="u1")
    mark = check_in_to_lecture(services, LECTURE, student(services), at=NINE, method=Method.SCREEN)
    assert (mark.status, mark.machine_status, mark.method) == (Status.EXCUSED, Status.PRESENT, Method.HAND)
    assert mark.check_in is not None


def test_one_device_serves_one_student_a_lecture(services: Services) -> None:
    check_in_to_lecture(services, LECTURE, student(services), at=NINE, method=Method.SCREEN, device="phone")
    with pytest.raises(Conflict, match="on this device"):
        check_in_to_lecture(services, LECTURE, student(services, "22"), at=NINE, method=Method.SCREEN, device="phone")
    assert [mark.student_id for mark in services.store.marks("l1")] == ["21"]
    (mark,) = services.store.marks("l1")
    assert mark.check_in is not None
    assert "phone" not in mark.check_in.device, "the device would be known again in other lectures"


@pytest.mark.parametrize("minutes", [-16, 31])
def test_a_check_in_outside_the_window_is_refused(services: Services, minutes: int) -> None:
    with pytest.raises(InvalidInput, match="Check-in to this lecture"):
        check_in_to_lecture(services, LECTURE, student(services), at=NINE + minutes * MINUTE, method=Method.SCREEN)
    assert services.store.marks("l1") == []


def test_the_window_is_the_courses(services: Services) -> None:
    set_check_in_rules(services, "c1", early_minutes=60, late_minutes=45, networks="", by=None)
    mark = check_in_to_lecture(services, LECTURE, student(services), at=NINE + 44 * MINUTE, method=Method.SCREEN)
    assert mark.status is Status.LATE


def test_only_the_roster_can_check_in(services: Services) -> None:
    services.store.commit(AddStudent(Student("99", "key-99", "Guest", NINE)))
    with pytest.raises(NotFound):
        check_in_to_lecture(services, LECTURE, student(services, "99"), at=NINE, method=Method.SCREEN)


def test_the_text_on_the_screen_and_the_code_of_the_lecture_check_in(services: Services) -> None:
    lecture = let_check_in(services, "l1", with_code=True, by="u1")
    digits = short_code(lecture.check_in_key, "l1", step_at(NINE))
    _, mark = check_in_by_code(services, student(services), f" {digits[:3]} {digits[3:]} ", device="", address="")
    assert mark.method is Method.SCREEN
    code = lecture.check_in_code.lower()
    _, mark = check_in_by_code(services, student(services, "22"), code, device="", address="")
    assert mark.method is Method.CODE


def test_a_code_of_a_check_in_that_has_ended_counts_for_nothing(services: Services) -> None:
    lecture = let_check_in(services, "l1", with_code=True, by="u1")
    end_check_in(services, "l1", by="u1")
    with pytest.raises(InvalidInput, match="does not count"):
        check_in_by_code(services, student(services), lecture.check_in_code, device="", address="")
    assert {entry.action for entry in services.store.audit().items} == {
        "lecture.check_in_opened",
        "lecture.check_in_ended",
    }


@pytest.mark.parametrize(("steps", "counts"), [(-1, False), (0, True), (1, True), (2, False)])
@pytest.mark.parametrize("made_by", [long_code, short_code])
def test_a_code_on_the_screen_is_dead_after_one_step_of_grace(made_by, steps: int, counts: bool) -> None:  # type: ignore[no-untyped-def]
    code = made_by("key", "l1", step_at(NINE))
    assert is_current(made_by, "key", "l1", code, NINE + timedelta(seconds=STEP_S * steps)) is counts


def test_a_code_is_of_its_lecture_and_of_its_opening() -> None:
    code = long_code("key", "l1", step_at(NINE))
    assert not is_current(long_code, "key", "l2", code, NINE)
    assert not is_current(long_code, "other", "l1", code, NINE)
    assert not is_current(long_code, "", "l1", long_code("", "l1", step_at(NINE)), NINE)
    assert not is_current(long_code, "key", "l1", short_code("key", "l1", step_at(NINE)), NINE)


def test_a_course_may_take_check_ins_from_its_networks_alone() -> None:
    networks = clean_networks("192.0.2.7/24, 2001:db8::/32")
    assert networks == "192.0.2.0/24 2001:db8::/32"
    assert comes_from(networks, "192.0.2.200")
    assert comes_from(networks, "::ffff:192.0.2.200")
    assert not comes_from(networks, "198.51.100.1")
    assert not comes_from(networks, "nonsense")
    assert comes_from("", "198.51.100.1")
    with pytest.raises(InvalidInput, match="no network"):
        clean_networks("the school")
