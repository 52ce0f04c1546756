"""Messages about who is at risk: to the student, to teachers, and to a third person; the words say which dates."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from attendance.errors import NotFound
from attendance.events import Event, FoundAtRisk
from attendance.model import Course, Fact, Message, NoticeKind, Student
from attendance.rules.risks import Finding, RiskRule
from attendance.services import Services
from attendance.use_cases.courses.risks import findings_of
from attendance.use_cases.notices.composed import Reader, link_to
from attendance.words import Words


def at_risk(services: Services, event: Event, reader: Reader) -> Message:
    """Raises NotFound, also where it does not hold any more: marks were put right since."""
    assert isinstance(event, FoundAtRisk)
    course, student = services.store.course(event.course_id), services.store.student_by_key(event.student_key)
    holds = [one for one in findings_of(services, course.id, student.id) if one.crossing in event.crossings]
    if not holds:
        raise NotFound("The student is not at risk any more.")
    own = reader.user is not None and reader.user.student_id == student.id
    return (_to_the_student if own else _to_others)(services, reader, course, student, holds, event.at)


def in_words(words: Words, finding: Finding) -> str:
    """What a rule found, in one sentence."""
    _ = words
    if finding.rule is RiskRule.BELOW:
        return _("%(value)s %% attended; the course asks for %(limit)s %%.", value=finding.value, limit=finding.limit)
    if finding.rule is RiskRule.ABSENCES:
        return _.count(
            "Absent from %(num)s lecture; the limit is %(limit)s.",
            "Absent from %(num)s lectures; the limit is %(limit)s.",
            finding.value,
            limit=finding.limit,
        )
    return _.count(
        "Absent from %(num)s lecture in a row; the limit is %(limit)s.",
        "Absent from %(num)s lectures in a row; the limit is %(limit)s.",
        finding.value,
        limit=finding.limit,
    )


def _to_the_student(
    services: Services, reader: Reader, course: Course, student: Student, holds: Sequence[Finding], at: datetime
) -> Message:
    _ = reader.words
    return Message(
        kind=NoticeKind.AT_RISK,
        subject=_("Your attendance in %(course)s", course=course.label),
        paragraphs=(
            _("Your attendance in %(course)s has reached a limit of the course.", course=_course_words(course)),
            *(in_words(_, one) for one in holds),
            _("If a mark is wrong, or you had a reason, please tell your teacher."),
        ),
        at=at,
        facts=_facts(reader, course, holds),
        links=link_to(services, _("Open my attendance"), "/log/mine"),
        names=(student.key,),
    )


def _to_others(
    services: Services, reader: Reader, course: Course, student: Student, holds: Sequence[Finding], at: datetime
) -> Message:
    _ = reader.words
    link = link_to(services, _("Who is at risk"), f"/courses/{course.id}/at-risk") if reader.user else ()
    return Message(
        kind=NoticeKind.AT_RISK,
        subject=_("Attendance of %(name)s in %(course)s", name=student.name, course=course.label),
        paragraphs=(
            _(
                "The attendance of %(name)s in %(course)s has reached a limit of the course.",
                name=student.name,
                course=_course_words(course),
            ),
            *(in_words(_, one) for one in holds),
        ),
        at=at,
        facts=(Fact(_("Student"), f"{student.name} ({student.id})"), *_facts(reader, course, holds)),
        links=link,
        names=(student.key,),
    )


def _facts(reader: Reader, course: Course, holds: Sequence[Finding]) -> tuple[Fact, ...]:
    _, days = reader.words, sorted({day for one in holds for day in one.days})
    absences = max(one.absences for one in holds)
    said = [_.moment(day) for day in days]
    if absences > len(said):
        said.insert(0, _.count("%(num)s earlier", "%(num)s earlier", absences - len(said)))
    facts = [Fact(_("Course"), _course_words(course))]
    if said:
        facts.append(Fact(_("Absent on"), "; ".join(said)))
    return (*facts, Fact(_("Time zone"), _.zone))


def _course_words(course: Course) -> str:
    return f"{course.label} · {course.name}"
