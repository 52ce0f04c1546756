"""What every Store keeps to about marks and their history."""

from dataclasses import replace

import pytest

from attendance.changes import AddLecture, AddUser, RemoveStudent, RemoveUser, SaveLecture, SaveMarks
from attendance.errors import MovedOn, NotFound
from attendance.model import AuditEntry, CheckIn, LogFilter, Mark, MarkChange, Method, Status
from attendance.ports import Store
from attendance.rules.merging import machine_steps, person_step
from tests.committing import clear_person_mark, save_machine_marks, set_mark
from tests.contract.samples import MINUTE, NOW, a_class, a_lecture, a_mark, a_user, evidence

PRESENT, LATE, ABSENT, EXCUSED, UNSURE = Status
LATER = NOW + MINUTE


def _by_teacher(status: Status = EXCUSED, **more: object) -> Mark:
    return replace(a_mark("21", status), set_by="u1", reason="Doctor's note", updated_at=LATER, **more)


def _history(store: Store, student_id: str = "21") -> list[tuple[Status | None, Status]]:
    return [(change.from_status, change.to_status) for change in store.mark_history("l1", student_id)]


def test_a_mark_is_read_as_it_was_saved(store: Store) -> None:
    a_class(store, "21", "22")
    marks = [a_mark("21", LATE, left_early=True, evidence=evidence()), a_mark("22", ABSENT)]
    save_machine_marks(store, "l1", marks)
    assert store.marks("l1") == marks
    assert store.marks("l2") == []


def test_an_unsure_mark_may_lack_evidence(store: Store) -> None:
    a_class(store)
    save_machine_marks(store, "l1", [a_mark(status=UNSURE)])
    (mark,) = store.marks("l1")
    assert (mark, mark.needs_another_way) == (a_mark(status=UNSURE), True)
    (line,) = store.log(LogFilter()).items
    assert line.mark.needs_another_way


def test_evidence_may_lack_a_picture(store: Store) -> None:
    a_class(store)
    mark = a_mark(evidence=evidence(picture_key=None, picture_s=None))
    save_machine_marks(store, "l1", [mark])
    assert store.marks("l1") == [mark]


def test_marks_are_sorted_by_student_id(store: Store) -> None:
    a_class(store, "2", "10", "a", "B")
    save_machine_marks(store, "l1", [a_mark(student_id) for student_id in ("2", "a", "10", "B")])
    assert [mark.student_id for mark in store.marks("l1")] == ["10", "2", "B", "a"]


def test_the_first_mark_is_in_the_history(store: Store) -> None:
    a_class(store)
    save_machine_marks(store, "l1", [a_mark("21", LATE)])
    assert store.mark_history("l1", "21") == [MarkChange("l1", "21", NOW, LATE)]


def test_the_same_marks_again_change_nothing(store: Store) -> None:
    a_class(store, "21", "22")
    marks = [a_mark("21", evidence=evidence()), a_mark("22", ABSENT)]
    save_machine_marks(store, "l1", marks)
    save_machine_marks(store, "l1", [replace(mark, updated_at=LATER) for mark in marks])
    assert store.marks("l1") == marks
    assert _history(store) == [(None, PRESENT)]


def test_only_a_changed_status_is_added_to_the_history(store: Store) -> None:
    a_class(store)
    save_machine_marks(store, "l1", [a_mark("21", UNSURE, evidence=evidence("s1"))])
    better = a_mark("21", UNSURE, evidence=evidence("s2", similarity=91.0), updated_at=LATER)
    save_machine_marks(store, "l1", [better])
    assert store.marks("l1") == [better]
    assert _history(store) == [(None, UNSURE)]
    save_machine_marks(store, "l1", [a_mark("21", PRESENT, updated_at=LATER)])
    assert _history(store) == [(None, UNSURE), (UNSURE, PRESENT)]


def test_a_machines_mark_that_is_withdrawn_is_removed(store: Store) -> None:
    a_class(store, "21", "22")
    save_machine_marks(store, "l1", [a_mark("21"), a_mark("22")])
    save_machine_marks(store, "l1", [a_mark("22")])
    assert [mark.student_id for mark in store.marks("l1")] == ["22"]


def test_marks_of_other_lectures_are_left_alone(store: Store) -> None:
    a_class(store)
    store.commit(AddLecture(a_lecture("l2", starts_at=LATER)))
    save_machine_marks(store, "l2", [a_mark(lecture_id="l2")])
    save_machine_marks(store, "l1", [a_mark()])
    save_machine_marks(store, "l1", [])
    assert len(store.marks("l2")) == 1


def test_machine_marks_need_their_lecture(store: Store) -> None:
    with pytest.raises(NotFound):
        save_machine_marks(store, "l1", [])


def test_a_mark_of_a_student_removed_meanwhile_is_left_out(store: Store) -> None:
    a_class(store, "21", "22")
    store.commit(RemoveStudent("21"))
    save_machine_marks(store, "l1", [a_mark("21"), a_mark("22")])
    assert [mark.student_id for mark in store.marks("l1")] == ["22"]


def test_a_persons_mark_keeps_the_evidence_and_the_machines_opinion(store: Store) -> None:
    a_class(store)
    save_machine_marks(store, "l1", [a_mark("21", LATE, left_early=True, evidence=evidence())])
    saved = set_mark(store, _by_teacher(PRESENT, machine_status=ABSENT, left_early=False))
    assert saved == _by_teacher(PRESENT, machine_status=LATE, left_early=True, evidence=evidence())
    assert store.marks("l1") == [saved]


def test_a_persons_mark_is_added_where_there_was_none(store: Store) -> None:
    a_class(store)
    mark = _by_teacher(EXCUSED, machine_status=ABSENT)
    assert set_mark(store, mark) == mark
    assert store.marks("l1") == [mark]
    assert _history(store) == [(None, EXCUSED)]


def test_setting_a_mark_needs_lecture_and_student(store: Store) -> None:
    a_class(store)
    with pytest.raises(NotFound, match="no such lecture"):
        set_mark(store, replace(_by_teacher(), lecture_id="l2"))
    with pytest.raises(NotFound, match="no student with the id 99"):
        set_mark(store, replace(_by_teacher(), student_id="99"))


def test_a_person_cannot_decide_without_a_name(store: Store) -> None:
    a_class(store)
    with pytest.raises(ValueError, match="who set it"):
        set_mark(store, a_mark())


def test_a_search_never_overwrites_what_a_person_decided(store: Store) -> None:
    a_class(store)
    set_mark(store, _by_teacher(EXCUSED))
    save_machine_marks(
        store, "l1", [a_mark("21", LATE, left_early=True, evidence=evidence(), updated_at=LATER + MINUTE)]
    )
    assert store.marks("l1") == [
        _by_teacher(EXCUSED, machine_status=LATE, left_early=True, evidence=evidence()),
    ]
    assert _history(store) == [(None, EXCUSED)]


def test_a_search_that_withdraws_its_mark_leaves_a_persons_without_evidence(store: Store) -> None:
    a_class(store)
    save_machine_marks(store, "l1", [a_mark(status=LATE, left_early=True, evidence=evidence())])
    set_mark(store, _by_teacher(EXCUSED))
    save_machine_marks(store, "l1", [])
    assert store.marks("l1") == [_by_teacher(EXCUSED, machine_status=LATE)]


def test_every_decision_is_in_the_history_with_its_maker_and_reason(store: Store) -> None:
    a_class(store)
    store.commit(AddUser(a_user("u2", "nameless@example.org")))
    save_machine_marks(store, "l1", [a_mark("21", ABSENT)])
    set_mark(store, _by_teacher(EXCUSED))
    set_mark(store, replace(_by_teacher(EXCUSED), set_by="u2", reason="I agree"))
    store.commit(RemoveUser("u1"))
    first, second, third = store.mark_history("l1", "21")
    assert (first.by, first.by_name) == (None, "")
    assert second == MarkChange("l1", "21", LATER, EXCUSED, ABSENT, "u1", "a removed user", "Doctor's note")
    assert third == MarkChange("l1", "21", LATER, EXCUSED, EXCUSED, "u2", "nameless@example.org", "I agree")


def test_the_name_of_who_decided_is_shown(store: Store) -> None:
    a_class(store)
    set_mark(store, _by_teacher())
    assert store.mark_history("l1", "21")[0].by_name == "Ada Example"


def test_clearing_goes_back_to_the_machines_opinion(store: Store) -> None:
    a_class(store)
    save_machine_marks(store, "l1", [a_mark("21", LATE, evidence=evidence())])
    set_mark(store, _by_teacher(PRESENT))
    cleared = clear_person_mark(store, "l1", "21", "u1", LATER + MINUTE, "My mistake")
    assert cleared == a_mark("21", LATE, evidence=evidence(), updated_at=LATER + MINUTE)
    assert store.marks("l1") == [cleared]
    assert _history(store) == [(None, LATE), (LATE, PRESENT), (PRESENT, LATE)]
    last = store.mark_history("l1", "21")[-1]
    assert (last.by, last.reason) == ("u1", "My mistake")


def test_after_clearing_the_machine_decides_again(store: Store) -> None:
    a_class(store)
    set_mark(store, _by_teacher(PRESENT))
    clear_person_mark(store, "l1", "21", "u1", LATER, "")
    save_machine_marks(store, "l1", [a_mark("21", ABSENT)])
    assert store.marks("l1")[0].status is ABSENT


def test_clearing_what_is_the_machines_already_changes_nothing(store: Store) -> None:
    a_class(store)
    save_machine_marks(store, "l1", [a_mark("21", LATE)])
    assert clear_person_mark(store, "l1", "21", "u1", LATER, "") == a_mark("21", LATE)
    assert _history(store) == [(None, LATE)]


def test_clearing_needs_a_mark(store: Store) -> None:
    a_class(store)
    for lecture_id in ("l1", "l2"):
        with pytest.raises(NotFound):
            clear_person_mark(store, lecture_id, "21", "u1", LATER, "")


def test_a_check_in_is_stored_with_its_mark(store: Store) -> None:
    a_class(store)
    for check_in in (CheckIn(NOW, Method.SCREEN, "a-device"), CheckIn(LATER, Method.KIOSK)):
        mark = a_mark("21", PRESENT, check_in=check_in)
        save_machine_marks(store, "l1", [mark])
        assert store.marks("l1") == [mark]
        (row,) = store.log(LogFilter()).items
        assert row.mark == mark


def test_the_history_of_a_lecture_holds_what_was_done_at_once(store: Store) -> None:
    a_class(store, "21", "22")
    store.commit(AddLecture(a_lecture("l2", starts_at=LATER)))
    save_machine_marks(store, "l2", [a_mark(lecture_id="l2")])
    for at, action in ((NOW, "one"), (LATER, "two")):
        before = {mark.student_id: mark for mark in store.marks("l1")}
        decided = [a_mark(one, LATE, set_by="u1", reason="Bus", updated_at=at) for one in ("21", "22")]
        steps = [person_step(before.get(mark.student_id), mark, action) for mark in decided]
        store.commit(SaveMarks("l1", steps))
    changes = store.mark_changes("l1")
    assert [change.action for change in changes] == ["one", "one", "two", "two"]
    assert {change.by_name for change in changes} == {"Ada Example"}
    assert [one for one in changes if one.student_id == "22"] == store.mark_history("l1", "22")


def test_a_lecture_changes_with_its_marks_or_not_at_all(store: Store) -> None:
    students = [str(number) for number in range(100, 160)]  # more than one transaction of DynamoDB
    a_class(store, *students)
    save_machine_marks(store, "l1", [a_mark(one, LATE) for one in students])
    old = store.marks("l1")
    steps = machine_steps({mark.student_id: mark for mark in old}, [replace(mark, status=PRESENT) for mark in old])
    lecture = store.lecture("l1")
    changed = replace(lecture, title="Moved")
    with pytest.raises(MovedOn):
        store.commit(SaveLecture(changed, lecture, [replace(steps[0], old=a_mark("100", ABSENT))]))
    assert store.lecture("l1") == lecture
    entry = AuditEntry(NOW, "u1", "lecture.changed", "l1")
    store.commit(SaveLecture(changed, lecture, steps), entry)
    assert store.lecture("l1") == changed
    assert {mark.status for mark in store.marks("l1")} == {PRESENT}
    assert [one.action for one in store.audit().items] == ["lecture.changed"]
