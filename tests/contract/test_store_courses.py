"""What every Store keeps to about courses, teachers and rosters."""

from dataclasses import replace

import pytest

from attendance.changes import (
    AddCourse,
    AddStudent,
    AddToRoster,
    AddUser,
    RemoveCourse,
    RemoveFromRoster,
    SaveCourse,
    SetTeachers,
)
from attendance.errors import AlreadyExists, NotFound
from attendance.ports import Store
from tests.contract.samples import a_course, a_student, a_user


def test_a_course_is_read_as_it_was_added(store: Store) -> None:
    course = a_course("c1", "CS-101", section="02분반", late_after_minutes=3, left_early_minutes=7)
    store.commit(AddCourse(course))
    assert store.course("c1") == course
    assert store.find_course("CS-101", "02분반") == course
    assert store.find_course("CS-101") is None


def test_code_and_section_are_taken_together(store: Store) -> None:
    store.commit(AddCourse(a_course("c1", "CS", section="1")))
    store.commit(AddCourse(a_course("c2", "CS", section="2")))
    with pytest.raises(AlreadyExists) as refused:
        store.commit(AddCourse(a_course("c3", "CS", section="1")))
    assert refused.value.sentence == "The course CS (1) already exists."


def test_saving_replaces_and_refuses_unknown_and_taken(store: Store) -> None:
    with pytest.raises(NotFound):
        store.commit(SaveCourse(a_course("c1")))
    store.commit(AddCourse(a_course("c1", "A")))
    store.commit(AddCourse(a_course("c2", "B")))
    with pytest.raises(AlreadyExists):
        store.commit(SaveCourse(a_course("c2", "A")))
    changed = replace(a_course("c2", "B"), name="New name", timezone="UTC")
    store.commit(SaveCourse(changed))
    assert store.course("c2") == changed


def test_courses_are_sorted_by_code_and_section_and_limited_to_a_teacher_or_student(store: Store) -> None:
    store.commit(AddUser(a_user("u1")))
    store.commit(AddStudent(a_student("21")))
    for course_id, code, section in (("c1", "B", "1"), ("c2", "A", "2"), ("c3", "A", "1")):
        store.commit(AddCourse(a_course(course_id, code, section=section)))
    store.commit(SetTeachers("c1", ["u1"]))
    store.commit(SetTeachers("c3", ["u1"]))
    store.commit(AddToRoster("c2", ["21"]))
    store.commit(AddToRoster("c3", ["21"]))
    assert [course.id for course in store.courses()] == ["c3", "c2", "c1"]
    assert [course.id for course in store.courses(teacher_id="u1")] == ["c3", "c1"]
    assert [course.id for course in store.courses(student_id="21")] == ["c3", "c2"]
    assert [course.id for course in store.courses(teacher_id="u1", student_id="21")] == ["c3"]


def test_teachers_are_replaced_and_sorted_by_email(store: Store) -> None:
    store.commit(AddCourse(a_course("c1")))
    for user_id, email in (("u1", "z@example.org"), ("u2", "a@example.org"), ("u3", "M@example.org")):
        store.commit(AddUser(a_user(user_id, email)))
    store.commit(SetTeachers("c1", ["u1", "u2", "u1"]))
    assert [user.id for user in store.teachers("c1")] == ["u2", "u1"]
    store.commit(SetTeachers("c1", ["u3", "u1"]))
    assert [user.id for user in store.teachers("c1")] == ["u3", "u1"]
    store.commit(SetTeachers("c1", []))
    assert store.teachers("c1") == []


def test_setting_teachers_refuses_unknown_courses_and_users_and_changes_nothing(store: Store) -> None:
    store.commit(AddUser(a_user("u1")))
    with pytest.raises(NotFound):
        store.commit(SetTeachers("c1", ["u1"]))
    store.commit(AddCourse(a_course("c1")))
    store.commit(SetTeachers("c1", ["u1"]))
    with pytest.raises(NotFound):
        store.commit(SetTeachers("c1", ["u2"]))
    assert [user.id for user in store.teachers("c1")] == ["u1"]


def test_a_roster_is_sorted_by_name_without_case_then_id(store: Store) -> None:
    store.commit(AddCourse(a_course("c1")))
    for student_id, name in (("4", "beta"), ("3", "Alpha"), ("2", "alpha"), ("1", "Ωmega"), ("5", "Gamma")):
        store.commit(AddStudent(a_student(student_id, name=name)))
    store.commit(AddToRoster("c1", ["1", "2", "3", "4", "5"]))
    assert [student.id for student in store.roster("c1")] == ["2", "3", "4", "5", "1"]


def test_those_on_the_roster_stay_when_others_are_added(store: Store) -> None:
    store.commit(AddCourse(a_course("c1")))
    for student_id in ("1", "2", "3"):
        store.commit(AddStudent(a_student(student_id)))
    store.commit(AddToRoster("c1", ["1", "2"]))
    store.commit(AddToRoster("c1", ["2", "3", "3"]))
    assert [student.id for student in store.roster("c1")] == ["1", "2", "3"]
    store.commit(AddToRoster("c1", []))
    assert len(store.roster("c1")) == 3


def test_a_roster_is_left_alone_where_one_student_is_unknown(store: Store) -> None:
    store.commit(AddCourse(a_course("c1")))
    store.commit(AddStudent(a_student("1")))
    with pytest.raises(NotFound) as refused:
        store.commit(AddToRoster("c1", ["1", "99"]))
    assert refused.value.sentence == "There is no student with the id 99."
    assert store.roster("c1") == []
    with pytest.raises(NotFound):
        store.commit(AddToRoster("c2", ["1"]))


def test_a_long_roster_is_taken_in_one_go(store: Store) -> None:
    store.commit(AddCourse(a_course("c1")))
    ids = [f"{number:04}" for number in range(620)]  # more than one statement takes
    for student_id in ids:
        store.commit(AddStudent(a_student(student_id, name="Same name")))
    store.commit(AddToRoster("c1", ids))
    assert [student.id for student in store.roster("c1")] == ids


def test_a_student_leaves_a_roster_and_leaving_again_is_nothing(store: Store) -> None:
    store.commit(AddCourse(a_course("c1")))
    store.commit(AddStudent(a_student("1"), course_ids=["c1"]))
    store.commit(RemoveFromRoster("c1", "1"))
    store.commit(RemoveFromRoster("c1", "1"))
    assert store.roster("c1") == []
    assert store.student("1").id == "1"


def test_a_removed_course_is_gone(store: Store) -> None:
    store.commit(AddCourse(a_course("c1")))
    store.commit(RemoveCourse("c1"))
    with pytest.raises(NotFound):
        store.course("c1")
    with pytest.raises(NotFound):
        store.commit(RemoveCourse("c1"))
