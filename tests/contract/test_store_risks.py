"""What every Store keeps to about who is at risk, and about sums of marks over weeks."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest

from attendance.changes import (
    AddCourse,
    AddLecture,
    AddUser,
    RemoveCourse,
    RemoveLecture,
    RemoveStudent,
    SaveAtRisk,
    SaveCourse,
    SaveStudent,
)
from attendance.errors import MovedOn, NotFound
from attendance.model import AtRisk, MarkTotal, OwnStatus, Role, Status
from attendance.ports import Store
from tests.committing import save_machine_marks, set_mark
from tests.contract.samples import MINUTE, NOW, a_class, a_course, a_lecture, a_mark, a_user

PRESENT, LATE, ABSENT, EXCUSED, UNSURE = Status
WEEK = timedelta(days=7)
REMOTE = OwnStatus("remote", "Remote", "R", PRESENT, 0.5, attended=True, icon="camera-video", tone="calm")


def at_risk(student_id: str = "21", course_id: str = "c1", **more: object) -> AtRisk:
    return AtRisk(course_id, student_id, **({"since": NOW, "findings": "[]", "told": "absences:l1"} | more))


def test_who_is_at_risk_is_listed_with_the_newest_first(store: Store) -> None:
    a_class(store, "21", "22", "23")
    older, newer, over = at_risk("22"), at_risk("21", since=NOW + MINUTE), at_risk("23", is_open=False)
    for risk in (older, newer, over):
        store.commit(SaveAtRisk(risk))
    assert store.at_risk().items == [newer, older]
    assert store.at_risk(["c1"], page=2, size=1).items == [older]
    assert (store.at_risk(size=1).total, store.at_risk(["c9"]).total, store.at_risk([]).total) == (2, 0, 0)
    assert store.risks("c1") == [newer, older, over]
    assert (store.risk("c1", "23"), store.risk("c1", "24")) == (over, None)


def test_a_risk_is_saved_only_as_it_was_read(store: Store) -> None:
    a_class(store, "21")
    first = at_risk()
    store.commit(SaveAtRisk(first))
    seen = replace(first, seen_by="u1", seen_at=NOW, findings="[1]")
    with pytest.raises(MovedOn):
        store.commit(SaveAtRisk(seen))
    store.commit(SaveAtRisk(seen, first))
    with pytest.raises(MovedOn):
        store.commit(SaveAtRisk(first, first))
    store.commit(SaveAtRisk(replace(seen, is_open=False), seen))
    assert store.at_risk().items == []
    for student_id, course_id in (("99", "c1"), ("21", "c9")):
        with pytest.raises(NotFound):
            store.commit(SaveAtRisk(at_risk(student_id, course_id)))


def test_it_goes_with_the_student_and_with_the_course(store: Store) -> None:
    a_class(store, "21", "22")
    for student_id in ("21", "22"):
        store.commit(SaveAtRisk(at_risk(student_id)))
    store.commit(RemoveStudent("21"))
    assert [one.student_id for one in store.at_risk().items] == ["22"]
    store.commit(RemoveCourse("c1"))
    assert (store.at_risk().total, store.risks("c1")) == (0, [])


def test_the_accounts_of_a_student_are_found(store: Store) -> None:
    a_class(store, "21", "22")
    own = replace(a_user("u9", email="own@school.example"), role=Role.STUDENT, student_id="21")
    store.commit(AddUser(own))
    assert (store.accounts("21"), store.accounts("22")) == ([own], [])


def test_teachers_are_found_for_many_courses_at_once(store: Store) -> None:
    a_class(store)
    store.commit(AddCourse(a_course("c2")))
    assert store.teachers_of(["c1", "c2", "c9"]) == {"c1": [store.user("u1")]}
    assert store.teachers_of([]) == {}


def test_a_contact_is_saved_with_the_student(store: Store) -> None:
    a_class(store, "21")
    student = replace(store.student("21"), contact_email="guardian@home.example")
    store.commit(SaveStudent(student))
    assert store.student("21") == student


def test_marks_are_summed_up_by_course_week_and_status(store: Store) -> None:
    a_class(store, "21", "22")
    store.commit(AddCourse(a_course("c2")))
    store.commit(AddLecture(a_lecture("l2", starts_at=NOW + WEEK)))
    store.commit(AddLecture(a_lecture("l3", "c2", starts_at=NOW + MINUTE)))
    store.commit(AddLecture(a_lecture("l4", starts_at=NOW + WEEK + timedelta(days=6, hours=23, minutes=59))))
    save_machine_marks(store, "l1", [a_mark("21"), a_mark("22")])
    for lecture_id in ("l2", "l3", "l4"):
        save_machine_marks(store, lecture_id, [a_mark("22", ABSENT, lecture_id=lecture_id)])
    bounds = [NOW, NOW + WEEK, NOW + 2 * WEEK]
    first, second = MarkTotal("c1", 0, PRESENT, None, 2), MarkTotal("c1", 1, ABSENT, None, 1)
    assert set(store.mark_totals(bounds)) == {first, second, MarkTotal("c2", 0, ABSENT, None, 1)}
    assert set(store.mark_totals(bounds, course_ids=["c1"], without={"l1"})) == {second}
    assert (store.mark_totals(bounds, course_ids=[]), store.mark_totals([NOW - WEEK, NOW])) == ([], [])


def test_own_statuses_are_summed_up_apart(store: Store) -> None:
    a_class(store, "21", "22")
    course = store.course("c1")
    store.commit(SaveCourse(replace(course, statuses=(REMOTE,)), course))
    save_machine_marks(store, "l1", [a_mark("21"), a_mark("22")])
    set_mark(store, replace(a_mark("21", PRESENT), set_by="u1", reason="Online", own_status="remote"))
    expected = {MarkTotal("c1", 0, PRESENT, "remote", 1), MarkTotal("c1", 0, PRESENT, None, 1)}
    assert set(store.mark_totals([NOW, NOW + WEEK])) == expected


def test_sums_follow_what_becomes_of_marks(store: Store) -> None:
    a_class(store, "21", "22")
    store.commit(AddLecture(a_lecture("l2", starts_at=NOW + MINUTE)))

    def sums() -> set[tuple[Status, int]]:
        return {(one.status, one.number) for one in store.mark_totals([NOW, NOW + WEEK])}

    save_machine_marks(store, "l1", [a_mark("21"), a_mark("22", ABSENT)])
    save_machine_marks(store, "l2", [a_mark("21", lecture_id="l2")])
    assert sums() == {(PRESENT, 2), (ABSENT, 1)}
    set_mark(store, replace(a_mark("22", PRESENT), set_by="u1", reason="Seen"))
    assert sums() == {(PRESENT, 3)}
    save_machine_marks(store, "l2", [])
    assert sums() == {(PRESENT, 2)}
    store.commit(RemoveStudent("22"))
    assert sums() == {(PRESENT, 1)}
    assert store.lecture_counts(["l1", "l2"])["l1"].marks == Counter({PRESENT: 1})
    store.commit(RemoveLecture("l1"))
    assert sums() == set()


def test_lectures_between_two_moments_are_in_their_order(store: Store) -> None:
    a_class(store)
    store.commit(AddCourse(a_course("c2")))
    store.commit(AddLecture(a_lecture("l3", "c2", starts_at=NOW + WEEK)))
    store.commit(AddLecture(a_lecture("l2", starts_at=NOW + MINUTE)))
    assert [one.id for one in store.lectures_between(NOW, NOW + WEEK)] == ["l1", "l2"]
    assert [one.id for one in store.lectures_between(NOW, NOW + 2 * WEEK, course_ids=["c2"])] == ["l3"]
    assert store.lectures_between(NOW, NOW + WEEK, course_ids=[]) == []
