"""What every Store keeps to when it commits: a change, the audit and the outbox together, or nothing of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from attendance.changes import (
    AddCourse,
    AddDevice,
    AddFace,
    AddStudent,
    AddToRoster,
    AddUser,
    Change,
    ForgetNames,
    MarkStep,
    RemoveCourse,
    RemoveFace,
    RemoveLecture,
    RemoveRecording,
    RemoveStudent,
    RemoveUser,
    SaveConsents,
    SaveCourse,
    SaveDevice,
    SaveLecture,
    SaveMarks,
    SaveUser,
)
from attendance.errors import AlreadyExists, MovedOn, NotFound
from attendance.model import ERASE, FORGOTTEN, AuditEntry, OutboxItem, Status
from attendance.ports import Store
from tests.committing import set_mark
from tests.contract.device_samples import a_device
from tests.contract.samples import HOUR, NOW, STORED_SENTENCE, a_class, a_course, a_face, a_mark, a_student, a_user

WHEN = datetime(2026, 3, 2, 9, tzinfo=UTC)


def an_entry(subject: str = "it") -> AuditEntry:
    return AuditEntry(WHEN, None, "something.done", subject)


def an_item(subject: str = "lecture l1", handler: str = "mail", at: datetime = WHEN) -> OutboxItem:
    return OutboxItem(handler, subject, '{"kind": "any"}', at, at)


def _subjects(store: Store, handler: str = "mail") -> list[str]:
    return [item.subject for item in store.outbox(handler)]


@pytest.fixture
def school(store: Store) -> Store:
    a_class(store, "21", "22")
    store.commit(AddFace(a_face("f1", "21")))
    return store


@pytest.mark.parametrize(
    "change",
    [
        AddCourse(a_course("c9")),
        AddUser(a_user("u9", "nine@example.org")),
        AddStudent(a_student("29"), [a_face("f9", "29")], ["c1"]),
        AddToRoster("c1", ["21"]),
        SaveConsents("21", a_student("21").consents, ()),
        RemoveFace("f1"),
        RemoveRecording("r1"),
        RemoveLecture("l1"),
        RemoveCourse("c1"),
        RemoveStudent("21"),
        RemoveUser("u1"),
    ],
    ids=lambda change: type(change).__name__,
)
def test_audit_and_outbox_go_with_the_change(school: Store, change: Change) -> None:
    school.commit(change, an_entry("one"), an_entry("two"), an_item())
    assert {entry.subject for entry in school.audit().items} == {"one", "two"}
    assert school.audit().total == 2
    assert _subjects(school) == ["lecture l1"]


@pytest.mark.parametrize(
    ("change", "refused"),
    [
        (AddCourse(a_course("c1")), AlreadyExists),
        (AddStudent(a_student("21")), AlreadyExists),
        (AddFace(a_face("f9", "29")), NotFound),
        (AddToRoster("c1", ["21", "29"]), NotFound),
        (RemoveStudent("29"), NotFound),
        (RemoveCourse("c9"), NotFound),
        (SaveMarks("l9", []), NotFound),
        (SaveMarks("l1", [MarkStep("21", a_mark("21"), None)]), MovedOn),
    ],
    ids=lambda one: type(one).__name__,
)
def test_nothing_is_written_of_what_is_refused(school: Store, change: Change, refused: type[Exception]) -> None:
    with pytest.raises(refused):
        school.commit(change, an_entry(), an_item())
    assert school.audit().total == 0
    assert _subjects(school) == []


def test_the_audit_says_what_was_asked_for_also_where_all_was_so_already(school: Store) -> None:
    school.commit(AddToRoster("c1", ["21", "22"]), an_entry())
    assert school.audit().total == 1


def test_names_are_forgotten_in_what_was_written_before(school: Store) -> None:
    school.commit(replace(an_entry("21"), action="student.changed"))
    school.commit(RemoveStudent("21"), ForgetNames({"21"}), an_entry("a pseudonym"))
    assert {entry.subject for entry in school.audit().items} == {FORGOTTEN, "a pseudonym"}


def test_rows_are_changed_once_in_a_commit(school: Store) -> None:
    with pytest.raises(ValueError, match="once"):
        school.commit(RemoveFace("f1"), RemoveRecording("r1"))
    assert school.face("f1")


def test_marks_that_somebody_changed_meanwhile_are_refused_whole(school: Store) -> None:
    new = {student_id: a_mark(student_id, Status.LATE) for student_id in ("21", "22")}
    set_mark(school, replace(a_mark("22", Status.EXCUSED), set_by="u1"))
    with pytest.raises(MovedOn):
        school.commit(SaveMarks("l1", [MarkStep(one, None, mark) for one, mark in new.items()]), an_entry())
    assert [mark.status for mark in school.marks("l1")] == [Status.EXCUSED]
    assert school.audit().total == 0


def test_a_large_class_is_marked_with_what_goes_along(store: Store) -> None:
    ids = [f"{number:03}" for number in range(130)]  # more than DynamoDB takes in one transaction
    a_class(store, *ids)
    store.commit(SaveMarks("l1", [MarkStep(one, None, a_mark(one)) for one in ids]), an_entry(), an_item())
    assert len(store.marks("l1")) == len(ids)
    assert (store.audit().total, _subjects(store)) == (1, ["lecture l1"])


def test_the_outbox_is_told_oldest_first_for_each_handler(store: Store) -> None:
    for hours in (2, 0, 1):
        store.commit(an_item(f"lecture {hours}", at=NOW + hours * HOUR))
    store.commit(an_item("elsewhere", "slack"))
    expected = {"lecture 0", "lecture 1", "lecture 2"}
    assert set(_subjects(store)) == expected
    assert _subjects(store, "slack") == ["elsewhere"]
    assert len(store.outbox("mail", limit=2)) == 2


def test_what_is_stored_comes_back_as_it_was(store: Store) -> None:
    item = an_item("학생 21")
    store.commit(item)
    (stored,) = store.outbox("mail")
    assert replace(stored, id=item.id) == item


def test_an_item_is_claimed_by_one_alone(store: Store) -> None:
    store.commit(an_item())
    (item,) = store.outbox("mail")
    assert store.claim_outbox(item, NOW + HOUR)
    assert not store.claim_outbox(item, NOW + HOUR)
    (claimed,) = store.outbox("mail")
    assert (claimed.attempts, claimed.due_at) == (1, NOW + HOUR)
    assert store.claim_outbox(claimed, NOW + 2 * HOUR)


@pytest.mark.parametrize("due_at", [NOW + HOUR, None])
def test_an_item_is_postponed_with_its_reason(store: Store, due_at: datetime | None) -> None:
    store.commit(an_item())
    (item,) = store.outbox("mail")
    store.postpone_outbox(replace(item, attempts=3, error=STORED_SENTENCE, due_at=due_at))
    (later,) = store.outbox("mail")
    assert (later.attempts, later.error, later.due_at) == (3, STORED_SENTENCE, due_at)


def test_what_is_done_is_gone_and_stays_gone(store: Store) -> None:
    store.commit(an_item("one"))
    store.commit(an_item("two"))
    one, two = sorted(store.outbox("mail"), key=lambda item: item.subject)
    store.finish_outbox([one])
    assert _subjects(store) == ["two"]
    store.postpone_outbox(replace(one, due_at=None))
    assert not store.claim_outbox(one, NOW)
    assert _subjects(store) == ["two"]
    store.finish_outbox([one, two])
    assert _subjects(store) == []


@pytest.mark.parametrize("due_at", [NOW + HOUR, None])
def test_a_deletion_is_postponed_as_any_item(school: Store, due_at: datetime | None) -> None:
    school.commit(RemoveRecording("r1"))
    (deletion,) = school.outbox(ERASE)
    assert (deletion.attempts, deletion.error) == (0, None)
    assert deletion.due_at is not None
    assert deletion.due_at < NOW
    school.postpone_outbox(replace(deletion, attempts=1, error=STORED_SENTENCE, due_at=due_at))
    (later,) = school.outbox(ERASE)
    assert (later.subject, later.attempts, later.error) == (deletion.subject, 1, STORED_SENTENCE)
    assert later.due_at == due_at


_READ_BEFORE = {
    "user": (lambda store: store.user("u1"), lambda row, word: replace(row, name=word), SaveUser),
    "course": (lambda store: store.course("c1"), lambda row, word: replace(row, name=word), SaveCourse),
    "lecture": (lambda store: store.lecture("l1"), lambda row, word: replace(row, title=word), SaveLecture),
    "device": (lambda store: store.device("d1"), lambda row, word: replace(row, name=word), SaveDevice),
}


@pytest.mark.parametrize("what", _READ_BEFORE)
def test_a_row_that_somebody_changed_after_it_was_read_is_not_overwritten(school: Store, what: str) -> None:
    school.commit(AddDevice(a_device("d1")))
    read, renamed, save = _READ_BEFORE[what]
    was = read(school)
    school.commit(save(renamed(was, "first"), was), an_entry("one"))
    with pytest.raises(MovedOn):
        school.commit(save(renamed(was, "second"), was), an_entry("two"), an_item())
    assert read(school) == renamed(was, "first")
    assert [entry.subject for entry in school.audit().items] == ["one"]
    assert _subjects(school) == []


def test_what_a_device_says_of_itself_is_no_change_by_people(school: Store) -> None:
    school.commit(AddDevice(a_device("d1")))
    was = school.device("d1")
    school.see_device("d1", WHEN)
    school.commit(SaveDevice(replace(was, alarm_line_c=38.5, calibration_offset_c=-0.5), was))
    now = school.device("d1")
    assert (now.alarm_line_c, now.last_seen_at) == (38.5, WHEN)
    school.commit(SaveDevice(replace(now, alarm_line_c=None, calibration_offset_c=0.0), now))
    assert school.device("d1").alarm_line_c is None
