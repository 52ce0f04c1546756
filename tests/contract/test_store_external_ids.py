"""Ids that other systems gave, and several changes in one commit: the same in every store."""

from __future__ import annotations

from dataclasses import replace

import pytest

from attendance.changes import (
    AddCourse,
    AddStudent,
    AddToRoster,
    AddUser,
    RemoveCourse,
    RemoveStudent,
    RemoveUser,
    SaveExternalIds,
    Several,
)
from attendance.errors import AlreadyExists, NotFound
from attendance.model import ExternalId, ExternalKind, Role
from attendance.ports import Store
from tests.contract.samples import NOW, a_course, a_student, a_user

CLASS = ExternalId("sis", ExternalKind.CLASS, "class-1", course_id="c1", parent="course-1", modified_at=NOW)
STUDENT = ExternalId("sis", ExternalKind.STUDENT, "user-1", student_id="s1")
TEACHER = ExternalId("sis", ExternalKind.TEACHER, "user-2", user_id="u1")
ENROLLED = ExternalId("sis", ExternalKind.ENROLLMENT, "e-1", course_id="c1", student_id="s1")
TEACHES = ExternalId("sis", ExternalKind.ENROLLMENT, "e-2", course_id="c1", user_id="u1")
ALL = [CLASS, ENROLLED, TEACHES, STUDENT, TEACHER]


@pytest.fixture
def school(store: Store) -> Store:
    store.commit(
        Several(
            [
                AddCourse(a_course("c1")),
                AddUser(a_user("u1")),
                AddStudent(a_student("s1")),
                AddToRoster("c1", ["s1"]),
                SaveExternalIds(ALL),
            ]
        )
    )
    return store


def test_ids_of_a_source_are_read_by_kind_and_id(school: Store):
    assert list(school.external_ids("sis")) == ALL
    assert list(school.external_ids("other")) == []


def test_an_id_that_is_saved_again_replaces_the_one_before(school: Store):
    moved = replace(ENROLLED, student_id=None, user_id="u1")
    school.commit(SaveExternalIds([moved], gone=[TEACHES, replace(TEACHES, external_id="never")]))
    assert list(school.external_ids("sis")) == [CLASS, moved, STUDENT, TEACHER]
    school.commit(RemoveStudent("s1"))
    assert list(school.external_ids("sis")) == [CLASS, moved, TEACHER]


def test_an_id_that_names_nobody_is_passed_over(school: Store):
    school.commit(SaveExternalIds([replace(STUDENT, external_id="x", student_id="nobody"), replace(CLASS, parent="")]))
    assert list(school.external_ids("sis")) == [replace(CLASS, parent=""), *ALL[1:]]


@pytest.mark.parametrize(
    ("removal", "left"),
    [
        (RemoveStudent("s1"), [CLASS, TEACHES, TEACHER]),
        (RemoveUser("u1"), [CLASS, ENROLLED, STUDENT]),
        (RemoveCourse("c1"), [STUDENT, TEACHER]),
    ],
    ids=["student", "user", "course"],
)
def test_ids_go_with_what_they_name(school: Store, removal: RemoveStudent | RemoveUser | RemoveCourse, left: list):
    school.commit(removal)
    assert list(school.external_ids("sis")) == left


def test_the_same_id_of_two_sources_is_two(school: Store):
    other = replace(STUDENT, source="other")
    school.commit(SaveExternalIds([other]))
    assert list(school.external_ids("other")) == [other]
    assert list(school.external_ids("sis")) == ALL


def test_many_ids_are_saved_at_once(school: Store):
    many = [replace(ENROLLED, external_id=f"m-{number:03d}") for number in range(120)]
    school.commit(SaveExternalIds(many))
    assert set(many) <= set(school.external_ids("sis"))


def test_several_changes_are_refused_with_what_refuses_one_of_them(school: Store):
    with pytest.raises(AlreadyExists):
        school.commit(Several([AddStudent(a_student("s2")), AddStudent(a_student("s1"))]))
    assert school.student("s1")


def test_many_students_and_accounts_come_in_at_once(school: Store):
    people = [a_student(f"n{number}") for number in range(3)]
    own = [a_user(f"a{one.id}", f"{one.id}@x.example", role=Role.STUDENT, student_id=one.id) for one in people]
    in_course = AddStudent(a_student("n9"), course_ids=["c1"])
    school.commit(Several([*map(AddStudent, people), in_course, *map(AddUser, own)]))
    assert [school.accounts(one.id) for one in people] == [[user] for user in own]
    assert "n9" in {one.id for one in school.roster("c1")}


def test_many_accounts_are_refused_with_one_that_is_taken_or_of_nobody(school: Store):
    taken = [AddUser(a_user("u8", "same@x.example")), AddUser(a_user("u9", "Same@x.example"))]
    with pytest.raises(AlreadyExists):
        school.commit(Several(taken))
    nobodys = [AddUser(a_user(f"v{n}", f"v{n}@x.example", role=Role.STUDENT, student_id="no")) for n in range(2)]
    with pytest.raises(NotFound):
        school.commit(Several(nobodys))
    assert school.find_user("v1@x.example") is None
