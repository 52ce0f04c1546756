"""Marks set for many at once: in bulk, by the roll, and undone again."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from attendance.changes import AddCourse, AddLecture, AddStudent, AddUser
from attendance.errors import Conflict, InvalidInput, NotFound
from attendance.events import MarksSet, read
from attendance.handlers import Handler
from attendance.model import Course, Lecture, Mark, Role, Status, Student, User, new_id
from attendance.rules.merging import machine_steps
from attendance.rules.roll import Answer, Tap
from attendance.services import Services
from attendance.use_cases.lectures.by_hand import acts, set_marks, take_roll, undo_act, usual_reasons
from attendance.use_cases.lectures.marks import commit_marks, set_mark
from attendance.use_cases.lectures.marks import undo as take_back
from tests.unit.in_memory import NOW, services_in_memory

MINUTE = timedelta(minutes=1)
CLASS = [str(number) for number in range(21, 45)]


@pytest.fixture
def services() -> Services:
    """A class of 24 with one lecture, which nobody has filmed."""
    services = services_in_memory()
    services.store.commit(AddCourse(Course("c1", "CS101", "Computing", "1", "Asia/Seoul", NOW)))
    for user_id in ("u1", "u2"):
        services.store.commit(AddUser(User(user_id, f"{user_id}@example.org", user_id, Role.TEACHER, "hash", NOW)))
    for student_id in CLASS:
        services.store.commit(AddStudent(Student(student_id, f"key-{student_id}", "Student", NOW), (), ["c1"]))
    services.store.commit(AddLecture(Lecture("l1", "c1", NOW, NOW + 50 * MINUTE, NOW)))
    return services


def later(services: Services, minutes: float = 1) -> Services:
    return replace(services, now=lambda: services.now() + minutes * MINUTE)


def searched(services: Services, status: Status, student_id: str = "21") -> None:
    """As a search that has this opinion of one student."""
    opinion = Mark("l1", student_id, status, status, services.now())
    commit_marks(services.store, "l1", lambda before: machine_steps(before, [opinion]))


def statuses(services: Services) -> dict[str, Status]:
    return {mark.student_id: mark.status for mark in services.store.marks("l1")}


def the_mark(services: Services, student_id: str = "21") -> Mark:
    return next(mark for mark in services.store.marks("l1") if mark.student_id == student_id)


def a_tap(services: Services, status: Status = Status.PRESENT, student_id: str = "21", **more: object) -> Tap:
    given = {"id": new_id(), "at": services.now()} | more
    return Tap(student_id=student_id, status=status, **given)  # type: ignore[arg-type]


def test_a_whole_class_is_excused_by_one_commit_with_one_event(services: Services) -> None:
    services = replace(services, handlers={"told": Handler((MarksSet,), "tests:nothing")})
    set_marks(services, "l1", CLASS, Status.EXCUSED, "School event", by="u1")
    assert statuses(services) == dict.fromkeys(CLASS, Status.EXCUSED)
    (item,) = services.store.outbox("told")
    event = read(item.body)
    assert isinstance(event, MarksSet)
    assert len(event.student_keys) == len(CLASS)


@pytest.mark.parametrize(
    ("students", "status", "reason", "refusal"),
    [
        ([], Status.EXCUSED, "Trip", InvalidInput),
        (["21"], Status.EXCUSED, " ", InvalidInput),
        (["21"], Status.UNSURE, "Trip", InvalidInput),
        (["21", "99"], Status.EXCUSED, "Trip", NotFound),
    ],
)
def test_where_one_cannot_be_set_none_is(
    services: Services, students: list[str], status: Status, reason: str, refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        set_marks(services, "l1", students, status, reason, by="u1")
    assert statuses(services) == {}


def test_an_act_is_undone_for_all_and_the_history_shows_both(services: Services) -> None:
    set_mark(services, "l1", "21", Status.LATE, "Bus", by="u2")
    act = set_marks(later(services), "l1", CLASS, Status.EXCUSED, "Trip", by="u1")
    assert undo_act(later(services, 2), "l1", act, by="u1") == (len(CLASS), 0)
    mark = the_mark(services)
    assert (mark.status, mark.set_by, mark.reason) == (Status.LATE, "u2", "Bus")
    assert the_mark(services, "22").needs_another_way, "nobody knows again whether they were there"
    assert [change.to_status for change in services.store.mark_history("l1", "21")] == [
        Status.LATE,
        Status.EXCUSED,
        Status.LATE,
    ]


def test_an_undone_act_can_be_done_again_by_undoing_that(services: Services) -> None:
    act = set_marks(services, "l1", ["21"], Status.EXCUSED, "Trip", by="u1")
    undo_act(later(services), "l1", act, by="u2", action="undoing")
    undo_act(later(services, 2), "l1", "undoing", by="u2")
    mark = the_mark(services)
    assert (mark.status, mark.set_by, mark.reason) == (Status.EXCUSED, "u1", "Trip")


def test_what_somebody_changed_since_stays_and_is_counted(services: Services) -> None:
    act = set_marks(services, "l1", ["21", "22"], Status.EXCUSED, "Trip", by="u1")
    set_mark(later(services), "l1", "22", Status.PRESENT, "Was here", by="u2")
    assert undo_act(later(services, 2), "l1", act, by="u1") == (1, 1)
    assert the_mark(services, "22").status is Status.PRESENT
    with pytest.raises(Conflict, match="changed since"):
        undo_act(later(services, 3), "l1", act, by="u1")


def test_undo_gives_the_search_back_what_it_says_by_now(services: Services) -> None:
    searched(services, Status.ABSENT)
    act = set_marks(later(services), "l1", ["21"], Status.EXCUSED, "Trip", by="u1")
    searched(later(services, 2), Status.LATE)
    undo_act(later(services, 3), "l1", act, by="u1")
    mark = the_mark(services)
    assert (mark.status, mark.set_by) == (Status.LATE, None)


def test_taking_a_decision_back_can_be_undone_too(services: Services) -> None:
    searched(services, Status.ABSENT)
    set_mark(later(services), "l1", "21", Status.PRESENT, "Was here", by="u1")
    take_back(later(services, 2), "l1", "21", by="u1", action="back")
    undo_act(later(services, 3), "l1", "back", by="u1")
    mark = the_mark(services)
    assert (mark.status, mark.set_by, mark.reason) == (Status.PRESENT, "u1", "Was here")


def test_nothing_of_the_search_is_an_act(services: Services) -> None:
    searched(services, Status.ABSENT)
    assert acts(services, "l1") == []
    with pytest.raises(NotFound):
        undo_act(services, "l1", "", by="u1")


def test_a_tap_that_is_sent_twice_is_one_change(services: Services) -> None:
    tap = a_tap(services)
    for minutes in (0, 5):
        (answer,) = take_roll(later(services, minutes), "l1", [tap], by="u1")
        assert answer.answer is Answer.SAVED
    assert len(services.store.mark_history("l1", "21")) == 1


def test_a_tap_of_before_is_in_the_history_at_its_moment(services: Services) -> None:
    take_roll(later(services, 90), "l1", [a_tap(services)], by="u1")
    (change,) = services.store.mark_history("l1", "21")
    assert (change.at, change.reason) == (NOW, "Roll call.")


def test_what_somebody_else_set_meanwhile_is_a_conflict_and_stays(services: Services) -> None:
    set_mark(later(services), "l1", "21", Status.LATE, "Bus", by="u2")
    (answer,) = take_roll(later(services, 2), "l1", [a_tap(services)], by="u1")
    assert answer.answer is Answer.CONFLICT
    assert answer.mark == the_mark(services)
    assert the_mark(services).status is Status.LATE


def test_who_has_seen_what_somebody_else_set_may_set_it_otherwise(services: Services) -> None:
    set_mark(services, "l1", "21", Status.LATE, "Bus", by="u2")
    tap = a_tap(later(services), seen_at=the_mark(services).updated_at)
    (answer,) = take_roll(later(services, 2), "l1", [tap], by="u1")
    assert (answer.answer, the_mark(services).status) == (Answer.SAVED, Status.PRESENT)


def test_an_older_tap_of_the_same_person_does_not_undo_the_newer_one(services: Services) -> None:
    take_roll(later(services, 5), "l1", [a_tap(later(services, 5), Status.LATE)], by="u1")
    (answer,) = take_roll(later(services, 9), "l1", [a_tap(services, Status.ABSENT)], by="u1")
    assert (answer.answer, the_mark(services).status) == (Answer.OLDER, Status.LATE)


def test_of_several_taps_for_one_student_the_last_counts(services: Services) -> None:
    taps = [a_tap(later(services, 2), Status.LATE), a_tap(services, Status.ABSENT)]
    take_roll(later(services, 3), "l1", taps, by="u1")
    assert the_mark(services).status is Status.LATE


def test_the_roll_wins_over_the_search(services: Services) -> None:
    searched(later(services), Status.ABSENT)
    take_roll(later(services, 2), "l1", [a_tap(services)], by="u1")
    mark = the_mark(services)
    assert (mark.status, mark.machine_status, mark.set_by) == (Status.PRESENT, Status.ABSENT, "u1")
    assert [change.at for change in services.store.mark_history("l1", "21")] == [NOW + MINUTE, NOW + MINUTE]


def test_usual_reasons_are_the_persons_own_first_and_the_most_frequent(services: Services) -> None:
    set_marks(services, "l1", CLASS[:9], Status.EXCUSED, "Trip", by="u2")
    set_marks(services, "l1", CLASS[9:11], Status.EXCUSED, "Sick note", by="u1")
    take_roll(services, "l1", [a_tap(services, student_id="44")], by="u1")
    assert usual_reasons(services, "c1", by="u1") == ["Sick note", "Trip"]
