"""Who is at risk: what a course's rules find is stored, told once, and noted as seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from attendance.changes import SaveAtRisk, SaveCourse
from attendance.committing import commit, read_again
from attendance.errors import InvalidInput, NotFound
from attendance.events import FoundAtRisk, RiskRulesSet
from attendance.model import AtRisk, AuditEntry, Course, Page, Student
from attendance.rules.book import Book
from attendance.rules.risks import (
    MOST_LECTURES,
    Finding,
    RiskRules,
    find,
    next_state,
    read_findings,
    rules_of,
    written_rules,
)
from attendance.services import Services
from attendance.use_cases.courses.book import read_book

_LATELY = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class RiskCard:
    """One student at risk in one course, as lists show it."""

    risk: AtRisk
    course: Course
    student: Student
    findings: Sequence[Finding]
    seen_by: str

    @property
    def days(self) -> Sequence[datetime]:
        """On which the student was absent, as far as the findings name them."""
        return sorted({day for one in self.findings for day in one.days})


@read_again
def set_rules(
    services: Services,
    course_id: str,
    *,
    below_percent: int | None,
    absences: int | None,
    in_a_row: int | None,
    tells_students: bool,
    tells_contacts: bool,
    by: str,
) -> RiskRules:
    """From now on, also for the lectures that were. Raises NotFound, InvalidInput."""
    course = services.store.course(course_id)
    if below_percent is not None and not 1 <= below_percent <= 100:
        raise InvalidInput("Write a percentage from 1 to 100.", field="below_percent")
    for limit, field in ((absences, "absences"), (in_a_row, "in_a_row")):
        if limit is not None and not 1 <= limit <= MOST_LECTURES:
            raise InvalidInput("Write a number from 1 to %(most)s.", most=MOST_LECTURES, field=field)
    rules = RiskRules(below_percent, absences, in_a_row, tells_students, tells_contacts)
    if rules != rules_of(course):
        now = services.now()
        entry = AuditEntry(now, by, "course.risk_rules_set", course.label)
        changed = replace(course, risk_rules=written_rules(rules))
        commit(services, SaveCourse(changed, course), entry, RiskRulesSet(at=now, course_id=course_id))
    return rules


def check_course(services: Services, course_id: str) -> None:
    """Store what the rules find of everybody on the roster, and tell what is new. Nothing where the course is gone."""
    try:
        course, stored = services.store.course(course_id), services.store.risks(course_id)
        if not rules_of(course).ask and not any(risk.is_open for risk in stored):
            return
        book = read_book(services, course_id)
    except NotFound:
        return
    students = {row.student.id: row.student for row in book.students}
    was = {risk.student_id: risk for risk in stored}
    found = {row.student.id: find(course, book.lectures, row.marks) for row in book.students}
    for student_id in sorted({*found, *was}):
        student = students.get(student_id)
        _store(services, course, student_id, student, was.get(student_id), found.get(student_id, []))


def check_lately(services: Services) -> None:
    """Courses that had a lecture: their marks may have been decided before it was over."""
    now = services.now()
    held = services.store.lectures_between(now - _LATELY, now)
    for course_id in sorted({lecture.course_id for lecture in held}):
        check_course(services, course_id)


def findings_of(services: Services, course_id: str, student_id: str) -> list[Finding]:
    """What holds at this moment. Raises NotFound."""
    book: Book = read_book(services, course_id)
    rows = (row for row in book.students if row.student.id == student_id)
    return next((find(book.course, book.lectures, row.marks) for row in rows), [])


def risk_cards(
    services: Services, courses: Sequence[Course], *, everywhere: bool = False, page: int = 1, size: int = 50
) -> Page[RiskCard]:
    """The newest first. `everywhere` says that these are all courses, so that none has to be looked for by its id."""
    by_id = {course.id: course for course in courses}
    found = services.store.at_risk(None if everywhere else list(by_id), page=page, size=size)
    cards = [card for risk in found.items if (card := _card(services, by_id, risk)) is not None]
    return Page(cards, found.number, found.size, found.total)


@read_again
def note_seen(services: Services, course_id: str, student_id: str, *, by: str) -> None:
    """That somebody looked at it. Raises NotFound where the student is not at risk."""
    course, student = services.store.course(course_id), services.store.student(student_id)
    risk = services.store.risk(course_id, student_id)
    if risk is None or not risk.is_open:
        raise NotFound("This student is not at risk in this course any more.")
    if risk.seen_by is None:
        now = services.now()
        entry = AuditEntry(now, by, "student.risk_seen", student.id, course.label)
        commit(services, SaveAtRisk(replace(risk, seen_by=by, seen_at=now), risk), entry)


def _store(
    services: Services,
    course: Course,
    student_id: str,
    student: Student | None,
    was: AtRisk | None,
    found: Sequence[Finding],
) -> None:
    now = services.now()
    risk, new = next_state(was, found, course_id=course.id, student_id=student_id, now=now)
    if risk is None or risk == was:
        return
    told = FoundAtRisk(at=now, course_id=course.id, student_key=student.key, crossings=new) if student and new else None
    try:
        commit(services, SaveAtRisk(risk, was), *([told] if told else []))
    except NotFound:  # removed meanwhile
        return


def _card(services: Services, courses: dict[str, Course], risk: AtRisk) -> RiskCard | None:
    try:
        student = services.store.student(risk.student_id)
    except NotFound:
        return None
    if risk.course_id not in courses:
        return None
    return RiskCard(risk, courses[risk.course_id], student, read_findings(risk.findings), _name(services, risk.seen_by))


def _name(services: Services, user_id: str | None) -> str:
    try:
        user = services.store.user(user_id) if user_id else None
    except NotFound:
        return "-"
    return (user.name or user.email) if user else ""
