"""Courses: what they may be called, who teaches them, and what goes with them."""

from __future__ import annotations

import pytest

from attendance.changes import AddStudent, AddUser
from attendance.errors import AlreadyExists, InvalidInput, NotFound
from attendance.model import Role, Student, User, new_id
from attendance.use_cases.courses.courses import (
    CourseErasure,
    add_course,
    add_to_roster,
    change_course,
    remove_course,
    remove_from_roster,
    set_teachers,
    what_a_course_takes_along,
)
from attendance.use_cases.people.reading import course_summaries, find_students, possible_teachers
from tests.unit.in_memory import NOW, MemoryServices, a_course, a_student, services_in_memory


@pytest.fixture
def services() -> MemoryServices:
    return services_in_memory()


def a_user(services: MemoryServices, role: Role) -> User:
    user = User(new_id(), f"{role}@example.org", "Ada Example", role, "", NOW)
    services.store.commit(AddUser(user))
    return user


def values_of(course: object) -> dict[str, object]:
    names = ("code", "name", "section", "timezone", "late_after_minutes", "left_early_minutes")
    return {name: getattr(course, name) for name in names}


def test_a_course_takes_the_time_zone_of_the_settings(services: MemoryServices):
    assert a_course(services).timezone == "Asia/Seoul"


def test_code_and_section_together_are_unique(services: MemoryServices):
    a_course(services, "1")
    a_course(services, "2")
    with pytest.raises(AlreadyExists):
        a_course(services, "2")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("code", " "),
        ("code", "x" * 65),
        ("name", ""),
        ("section", "a\nb"),
        ("timezone", "Mars/Base"),
        ("late_after_minutes", -1),
        ("left_early_minutes", 1441),
    ],
)
def test_what_a_course_cannot_be_is_refused_at_its_field(services: MemoryServices, field: str, value: object):
    course = a_course(services)
    with pytest.raises(InvalidInput) as refusal:
        change_course(services, course.id, **values_of(course) | {field: value}, by=None)
    assert refusal.value.field == field
    assert services.store.course(course.id) == course


def test_a_course_is_changed_and_the_audit_says_so(services: MemoryServices):
    course = a_course(services)
    changed = change_course(services, course.id, **values_of(course) | {"late_after_minutes": 5}, by="user")
    assert services.store.course(course.id) == changed
    assert changed.late_after_minutes == 5
    assert services.store.audit().items[0].action == "course.changed"


def test_students_cannot_teach(services: MemoryServices):
    course, teacher, student = a_course(services), a_user(services, Role.TEACHER), a_user(services, Role.STUDENT)
    set_teachers(services, course.id, [teacher.id, teacher.id], by=None)
    with pytest.raises(InvalidInput):
        set_teachers(services, course.id, [teacher.id, student.id], by=None)
    assert [user.id for user in services.store.teachers(course.id)] == [teacher.id]
    assert possible_teachers(services) == [teacher]


def test_a_roster_takes_only_students_who_exist(services: MemoryServices):
    course = a_course(services)
    a_student(services, "21")
    with pytest.raises(NotFound):
        add_to_roster(services, course.id, ["21", "99"], by=None)
    assert not services.store.roster(course.id)


def test_taking_a_student_off_the_roster_leaves_them_registered(services: MemoryServices):
    course = a_course(services)
    a_student(services, "21", course_ids=[course.id])
    remove_from_roster(services, course.id, "21", by="user")
    assert not services.store.roster(course.id)
    assert services.store.student("21")
    with pytest.raises(NotFound):
        remove_from_roster(services, course.id, "21", by="user")


def test_removing_a_course_keeps_its_students(services: MemoryServices):
    course = a_course(services)
    a_student(services, "21", course_ids=[course.id])
    assert what_a_course_takes_along(services, course.id) == CourseErasure(0, 0, 0)
    remove_course(services, course.id, by="user")
    assert services.store.courses() == []
    assert services.store.student("21")
    assert services.store.audit().items[0].action == "course.removed"


def test_a_list_of_courses_counts_students(services: MemoryServices):
    course = a_course(services)
    a_student(services, "21", course_ids=[course.id])
    assert [(one.course, one.students) for one in course_summaries(services, [course])] == [(course, 1)]


def test_students_are_found_with_faces_and_only_the_courses_that_may_be_shown(services: MemoryServices):
    shown, hidden = a_course(services, "1"), a_course(services, "2")
    a_student(services, "21", course_ids=[shown.id, hidden.id])
    a_student(services, "52", b"face:52")
    (card,) = find_students(services, [shown], text="21", page=99).items
    assert card.student.id == "21"
    assert card.courses == [shown]
    assert card.face_id == services.store.faces(["21"])[0].id


def test_a_course_is_added_by_its_code(services: MemoryServices):
    add_course(services, code=" CS102 ", name="Computing", by="user")
    assert services.store.find_course("CS102") is not None


def test_a_large_roster_is_written_down_in_entries_that_every_database_takes(services: MemoryServices) -> None:
    course = a_course(services)
    ids = [f"{number:064}" for number in range(1100)]
    for student_id in ids:
        services.store.commit(AddStudent(Student(student_id, student_id, student_id, services.now())))
    add_to_roster(services, course.id, ids, by="admin")
    entries = [entry for entry in services.store.audit().items if entry.action == "course.student_added"]
    assert sorted(student_id for entry in entries for student_id in entry.detail.split(", ")) == ids
    assert all(len(entry.detail) < 65_000 for entry in entries)
