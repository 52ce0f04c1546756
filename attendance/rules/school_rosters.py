"""What rows about rosters do: who attends a course, and who teaches it."""

from __future__ import annotations

from attendance.changes import AddToRoster, RemoveFromRoster
from attendance.errors import InvalidInput, Personal, Sentence
from attendance.model import Course, Effect, ExternalKind, Role, SchoolRow, Student, User
from attendance.rules.school_picture import (
    NOT_HERE,
    Decision,
    Options,
    School,
    Teaching,
    forget,
    known_id,
    remember,
    settle,
)
from attendance.rules.texts import folded


def named_course(row: SchoolRow, school: School) -> Course | None:
    """The course that a list's row names by code or name, with the section where one alone has it not."""
    code, section = row.value("code"), row.value("section")
    if not code and not section:
        return None
    if not code:
        raise InvalidInput("The row names a section and no course.")
    named = school.names.get((code, section))
    if named is not None:
        return school.courses[named]
    found = [one for one in school.courses.values() if code in (one.code, one.name) and section in ("", one.section)]
    if not found:
        raise InvalidInput("There is no course %(course)s.", course=f"{code} ({section})" if section else code)
    if len(found) > 1:
        raise InvalidInput("There are several courses %(course)s; say the section.", course=code)
    return found[0]


def enrol(school: School, decision: Decision, course: Course, student_id: str) -> None:
    if student_id not in school.roster(course.id):
        school.roster(course.id).add(student_id)
        decision.changes.append(AddToRoster(course.id, [student_id]))
        decision.remarks.append(Sentence("Put on the roster of %(course)s.", course=course.label))


def teach(school: School, decision: Decision, course: Course, user_id: str) -> None:
    if user_id not in school.teachers(course.id):
        school.teachers(course.id).add(user_id)
        decision.teaching.append(Teaching(course.id, user_id))
        decision.remarks.append(Sentence("Teaches %(course)s from now on.", course=course.label))


def decide_enrollment(row: SchoolRow, school: School, options: Options, decision: Decision) -> None:
    if row.is_removal:
        _end_enrollment(row, school, decision)
        return
    course = _course_of(row, school)
    student, user = _person_of(row, school)
    _move_on(row, school, decision, course)
    decision.name = course.label
    if student is not None:
        decision.person = student.id
        enrol(school, decision, course, student.id)
        remember(row, school, options, decision, course_id=course.id, student_id=student.id)
    elif user is not None:
        decision.person = user.email
        teach(school, decision, course, user.id)
        remember(row, school, options, decision, course_id=course.id, user_id=user.id)
    decision.remarks.clear()
    settle(decision, added=bool(decision.changes or decision.teaching))


def _move_on(row: SchoolRow, school: School, decision: Decision, course: Course) -> None:
    """An enrollment that is of another course now ends in the one before."""
    known = known_id(row, school)
    if known is None or known.course_id in (None, course.id):
        return
    old = school.courses.get(known.course_id or "")
    person = known.student_id or known.user_id or ""
    if old is not None and school.enrolled[old.id, person] <= {known.external_id}:
        _leave(school, decision, old, known.student_id, known.user_id)


def _course_of(row: SchoolRow, school: School) -> Course:
    """Raises InvalidInput."""
    if not row.value("class"):
        course = named_course(row, school)
        if course is None:
            raise InvalidInput("The row names no course.")
        return course
    known = school.known.get((ExternalKind.CLASS, row.value("class")))
    if known is None or known.course_id not in school.courses:
        raise InvalidInput("There is no class %(id)s.", id=row.value("class"))
    return school.courses[known.course_id]


def _person_of(row: SchoolRow, school: School) -> tuple[Student | None, User | None]:
    """Either of them. Raises InvalidInput."""
    if not row.value("user"):
        return _person_of_list(row, school)
    student = school.known.get((ExternalKind.STUDENT, row.value("user")))
    teacher = school.known.get((ExternalKind.TEACHER, row.value("user")))
    if row.value("role") == "teacher":
        user = school.users.get(teacher.user_id or "") if teacher else None
        if user is not None:
            return None, user
        raise InvalidInput("There is no teacher %(id)s.", id=Personal(row.value("user")))
    found = school.students.get(student.student_id or "") if student else None
    if found is None:
        raise InvalidInput("There is no student %(id)s.", id=Personal(row.value("user")))
    return found, None


def _person_of_list(row: SchoolRow, school: School) -> tuple[Student | None, User | None]:
    if row.value("id"):
        student = school.students.get(row.value("id"))
        if student is None:
            raise InvalidInput("There is no student with the id %(id)s.", id=Personal(row.value("id")))
        return student, None
    user = school.users.get(school.emails.get(folded(row.value("email")), ""))
    if user is None or user.role is Role.STUDENT:
        raise InvalidInput("There is no teacher with the email address %(email)s.", email=Personal(row.value("email")))
    return None, user


def _end_enrollment(row: SchoolRow, school: School, decision: Decision) -> None:
    """Off the roster, unless the files know another enrollment of the same person in the same course."""
    known = known_id(row, school)
    if known is not None:
        course = school.courses.get(known.course_id or "")
        forget(school, decision, known)
        person = known.student_id or known.user_id or ""
        if course is None or school.enrolled[course.id, person]:
            return
        _leave(school, decision, course, known.student_id, known.user_id)
        return
    try:
        course = _course_of(row, school)
        student, user = _person_of(row, school)
    except InvalidInput:
        if not row.value("source_id"):
            raise
        decision.remarks.append(NOT_HERE)
        return
    _leave(school, decision, course, student.id if student else None, user.id if user else None)


def _leave(school: School, decision: Decision, course: Course, student_id: str | None, user_id: str | None) -> None:
    decision.name = course.label
    if student_id is not None and student_id in school.roster(course.id):
        decision.person, decision.effect = student_id, Effect.REMOVED
        school.roster(course.id).discard(student_id)
        decision.changes.append(RemoveFromRoster(course.id, student_id))
    elif user_id is not None and user_id in school.teachers(course.id):
        decision.person, decision.effect = school.users[user_id].email, Effect.REMOVED
        school.teachers(course.id).discard(user_id)
        decision.teaching.append(Teaching(course.id, user_id, begins=False))
    else:
        decision.remarks.append(NOT_HERE)
