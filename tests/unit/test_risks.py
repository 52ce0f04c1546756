"""Who is at risk by the rules of a course, and who is told of it, once."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from attendance.changes import AddLecture, AddUser, SaveMarks, SetTeachers
from attendance.errors import InvalidInput, NotFound
from attendance.model import MAIL, BookMark, Course, Lecture, Mark, NoticeKind, NoticeState, Role, Status, User
from attendance.rules.book import BookLecture, Figures
from attendance.rules.merging import person_step
from attendance.rules.risks import (
    Finding,
    RiskRule,
    RiskRules,
    find,
    next_state,
    read_findings,
    written_findings,
    written_rules,
)
from attendance.services import Services
from attendance.use_cases.courses.courses import add_to_roster
from attendance.use_cases.courses.risks import check_course, note_seen, risk_cards, set_rules
from attendance.use_cases.lectures.marks import set_mark
from attendance.use_cases.notices.clock import release_due
from attendance.use_cases.outbox import drain
from attendance.use_cases.students.registering import change_student
from tests.fakes.notifier import FakeNotifier
from tests.unit.in_memory import NOW, MemoryServices, a_course, a_student, services_in_memory

DAY = timedelta(days=1)
STATUSES = {"P": Status.PRESENT, "L": Status.LATE, "A": Status.ABSENT, "E": Status.EXCUSED, "?": Status.UNSURE}
COURSE = Course("c1", "CS101", "Computing", "1", "Asia/Seoul", NOW)


def found(letters: str, *, over: int | None = None, **rules: int) -> list[Finding]:
    """What holds after these marks, one a day; a dot is no mark, and of lectures after `over` none counts."""
    course = replace(COURSE, risk_rules=written_rules(RiskRules(**rules)))
    starts = [NOW + number * DAY for number in range(len(letters))]
    lectures = [Lecture(f"l{number}", "c1", at, at + DAY / 24, NOW) for number, at in enumerate(starts)]
    rows = [BookLecture(one, over is None or number < over, Figures()) for number, one in enumerate(lectures)]
    marks = [BookMark(f"l{n}", "21", STATUSES[letter]) if letter != "." else None for n, letter in enumerate(letters)]
    return find(course, rows, marks)


def test_without_rules_nobody_is_at_risk() -> None:
    assert found("AAAA") == []


def test_so_many_absences_are_named_with_their_days() -> None:
    (one,) = found("PAEA?A", absences=3)
    assert (one.rule, one.value, one.lecture_id) == (RiskRule.ABSENCES, 3, "l5")
    assert one.days == (NOW + DAY, NOW + 3 * DAY, NOW + 5 * DAY)
    assert found("PAEA?P", absences=3) == []


def test_a_row_of_absences_ends_with_the_first_lecture_attended() -> None:
    (one,) = found("AAPAEA", in_a_row=2)
    assert (one.value, one.lecture_id, len(one.days)) == (2, "l5", 2)
    assert found("AAL", in_a_row=2) == []


def test_a_percentage_counts_from_the_third_lecture_on() -> None:
    assert found("A.EA", below_percent=80) == []
    (one,) = found("PAPA", below_percent=60)
    assert (one.value, one.lecture_id, one.absences) == (50, "l3", 2)
    assert found("PAPAPP", below_percent=60) == []
    assert [one.lecture_id for one in found("PAPAPPAA", below_percent=60)] == ["l6"]


def test_a_lecture_that_is_not_over_is_no_absence() -> None:
    assert found("AAA", over=2, absences=3) == []


def test_findings_are_read_as_they_were_written() -> None:
    held = found("PAAA", absences=2, in_a_row=3, below_percent=50)
    assert len(held) == 3
    assert read_findings(written_findings(held)) == held


def test_a_crossing_is_new_once_also_after_it_held_no_longer() -> None:
    held = found("AAA", absences=3)
    first, new = next_state(None, held, course_id="c1", student_id="21", now=NOW)
    assert first is not None
    assert new == ("absences:l2",)
    closed, _ = next_state(replace(first, seen_by="u1"), [], course_id="c1", student_id="21", now=NOW + DAY)
    assert closed is not None
    assert not closed.is_open
    again, new = next_state(closed, held, course_id="c1", student_id="21", now=NOW + 2 * DAY)
    assert again is not None
    assert (again.is_open, again.since, new) == (True, NOW, ())


@pytest.fixture
def services(tmp_path: Path) -> MemoryServices:
    """A course with a teacher, and a student with an account and a contact."""
    made = services_in_memory(tmp_path, ROLLCALL_TELL_CONTACTS="yes", ROLLCALL_ADDRESS="https://rollcall.example")
    return replace(made, notifiers={MAIL: FakeNotifier(MAIL)}, now=Clock())  # type: ignore[arg-type]


class Clock:
    def __init__(self) -> None:
        self.at = NOW

    def __call__(self) -> datetime:
        return self.at


def school(services: Services) -> str:
    course = a_course(services)
    a_student(services, "21", photo=None, name="Kim Minjun")
    change_student(services, "21", name="Kim Minjun", contact_email="home@mail.example", by="u1")
    add_to_roster(services, course.id, ["21"], by=None)
    for user in (
        User("u1", "teacher@school.example", "Ada", Role.TEACHER, "", NOW),
        User("u2", "student@school.example", "Kim", Role.STUDENT, "", NOW, student_id="21", language="ko"),
    ):
        services.store.commit(AddUser(user))
    services.store.commit(SetTeachers(course.id, ["u1"]))
    for number in range(4):
        starts = NOW - (5 - number) * DAY
        lecture = Lecture(f"l{number}", course.id, starts, starts + DAY / 24, NOW)
        services.store.commit(AddLecture(lecture))
    return course.id


def absent(services: Services, lecture_id: str) -> None:
    mark = Mark(lecture_id, "21", Status.ABSENT, Status.ABSENT, services.now(), set_by="u1", reason="-")
    services.store.commit(SaveMarks(lecture_id, [person_step(None, mark)]))


def rules(services: Services, course_id: str, **limits: object) -> None:
    chosen = {"below_percent": None, "absences": None, "in_a_row": None, "tells_students": True, "tells_contacts": True}
    set_rules(services, course_id, **(chosen | limits), by="u1")  # type: ignore[arg-type]


def go_on(services: Services) -> None:
    """What follows is done, and what waits a few minutes is released."""
    drain(services)
    services.now.at += timedelta(minutes=6)  # type: ignore[attr-defined]
    release_due(services)
    drain(services)


def told(services: Services) -> list[str]:
    return sorted(to for to, _ in services.notifiers[MAIL].sent.values())  # type: ignore[attr-defined]


def test_teacher_student_and_contact_are_told_once_with_the_dates(services: MemoryServices) -> None:
    course_id = school(services)
    rules(services, course_id, absences=2)
    for lecture_id in ("l0", "l1"):
        absent(services, lecture_id)
    check_course(services, course_id)
    go_on(services)
    assert told(services) == ["home@mail.example", "student@school.example", "teacher@school.example"]
    messages = dict(services.notifiers[MAIL].sent.values())  # type: ignore[attr-defined]
    days = [fact.value for fact in messages["teacher@school.example"].facts if fact.label == "Absent on"]
    assert days == ["Feb 25, 2026, 18:00; Feb 26, 2026, 18:00"]
    assert messages["home@mail.example"].links == ()
    assert messages["student@school.example"].language == "ko"
    check_course(services, course_id)
    go_on(services)
    assert len(told(services)) == 3


def test_who_is_put_right_before_it_is_sent_is_not_told(services: MemoryServices) -> None:
    course_id = school(services)
    rules(services, course_id, absences=2)
    for lecture_id in ("l0", "l1"):
        absent(services, lecture_id)
    check_course(services, course_id)
    drain(services)
    set_mark(services, "l1", "21", Status.PRESENT, "Was there", by="u1")
    go_on(services)
    assert told(services) == []
    assert services.store.at_risk().total == 0
    assert services.store.notices(NoticeState.SENT).total == 3


def test_a_contact_is_told_only_where_school_and_course_allow_it(services: MemoryServices) -> None:
    closed = replace(services, settings=replace(services.settings, tell_contacts=False))
    course_id = school(closed)
    rules(closed, course_id, absences=1)
    absent(closed, "l0")
    check_course(closed, course_id)
    go_on(closed)
    assert "home@mail.example" not in told(closed)
    rules(services, course_id, absences=2, tells_contacts=False, tells_students=False)
    absent(services, "l1")
    check_course(services, course_id)
    services.notifiers[MAIL].sent.clear()  # type: ignore[attr-defined]
    go_on(services)
    assert told(services) == ["teacher@school.example"]


def test_somebody_who_looked_is_noted_until_the_next_crossing(services: MemoryServices) -> None:
    course_id = school(services)
    rules(services, course_id, absences=1, in_a_row=2)
    with pytest.raises(NotFound):
        note_seen(services, course_id, "21", by="u1")
    absent(services, "l0")
    check_course(services, course_id)
    note_seen(services, course_id, "21", by="u1")
    (card,) = risk_cards(services, [services.store.course(course_id)]).items
    assert (card.seen_by, card.student.name) == ("Ada", "Kim Minjun")
    absent(services, "l1")
    check_course(services, course_id)
    (card,) = risk_cards(services, [services.store.course(course_id)]).items
    assert (card.risk.seen_by, len(card.findings)) == (None, 2)


def test_rules_have_bounds(services: MemoryServices) -> None:
    course_id = school(services)
    for limits in ({"below_percent": 0}, {"below_percent": 101}, {"absences": 0}, {"in_a_row": 101}):
        with pytest.raises(InvalidInput):
            rules(services, course_id, **limits)


def test_a_summary_names_who_is_at_risk(services: MemoryServices) -> None:
    from attendance.events import PeriodEnded
    from attendance.use_cases.notices.composed import Reader
    from attendance.use_cases.notices.course_messages import summary
    from attendance.words import Words

    course_id = school(services)
    rules(services, course_id, absences=1)
    absent(services, "l3")
    check_course(services, course_id)
    reader = Reader(Words("en", "Asia/Seoul"), services.store.user("u1"), None)
    message = summary(services, PeriodEnded(at=NOW, period="2026-W09"), reader)
    assert "1 student is at risk." in message.paragraphs
    assert message.facts[-1].label == "At risk: Kim Minjun"
    assert message.kind is NoticeKind.DAILY_SUMMARY
