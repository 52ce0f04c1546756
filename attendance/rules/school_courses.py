"""What rows about courses and their sections do."""

from __future__ import annotations

from dataclasses import replace

from attendance.changes import AddCourse, SaveCourse
from attendance.errors import InvalidInput
from attendance.model import Course, Effect, ExternalId, ExternalKind, RowKind, SchoolRow, new_id
from attendance.rules.school_picture import (
    NOT_HERE,
    Decision,
    Options,
    Removal,
    School,
    forget,
    known_id,
    remember,
    settle,
)


def decide_course(row: SchoolRow, school: School, options: Options, decision: Decision) -> None:
    """Its classes take code and title."""
    if row.is_removal:
        return
    for one in [one for one in school.known.values() if one.parent == row.value("source_id")]:
        course = school.courses.get(one.course_id or "")
        if course is not None and one.kind is ExternalKind.CLASS:
            new = replace(course, code=row.value("code") or course.code, name=row.value("name") or course.name)
            _save_course(school, decision, course, new)
    settle(decision, added=False)


def decide_class(row: SchoolRow, school: School, options: Options, decision: Decision) -> None:
    known = known_id(row, school)
    if row.is_removal:
        _remove_class(school, decision, known)
        return
    course = school.courses.get(known.course_id or "") if known else None
    code, name = _titles(row, school, course)
    section = row.value("section")
    decision.name = f"{code} ({section})" if section else code
    course = course or _unclaimed(school, options, school.names.get((code, section)))
    if course is None:
        course = _new_course(row, options, code, name, section)
        decision.changes.append(AddCourse(course))
        _take_course(school, course)
        added = True
    else:
        zone = row.value("timezone") or course.timezone
        _save_course(school, decision, course, replace(course, code=code, name=name, section=section, timezone=zone))
        added = False
    remember(row, school, options, decision, course_id=course.id, parent=row.value("course"))
    settle(decision, added)


def _titles(row: SchoolRow, school: School, course: Course | None) -> tuple[str, str]:
    """Code and name: of the list's row, or of the course that the class is one of."""
    parent = row.value("course")
    if not parent:
        named = school.courses.get(school.names.get((row.value("code"), row.value("section")), ""))
        return row.value("code"), row.value("name") or (named.name if named else row.value("code"))
    if parent in school.titles:
        code, title = school.titles[parent]
        return code or (course.code if course else parent), title or row.value("name") or code
    siblings = (one.course_id for one in school.known.values() if one.parent == parent and one.course_id)
    found = course or next((school.courses[one] for one in siblings if one in school.courses), None)
    if found is None:
        raise InvalidInput("The course %(id)s of this class is not in the file, and not known from before.", id=parent)
    return found.code, found.name


def _unclaimed(school: School, options: Options, course_id: str | None) -> Course | None:
    """The course of that name, unless it is another class of the same files. Raises InvalidInput."""
    if course_id is None:
        return None
    course = school.courses[course_id]
    if _is_claimed(school, course):
        raise InvalidInput("Another class of the file is %(course)s already.", course=course.label)
    return course


def _is_claimed(school: School, course: Course, passing_over: str = "") -> bool:
    """Whether a class that the files have is this course."""
    return any(
        one.kind is ExternalKind.CLASS and one.course_id == course.id and one.external_id in school.classes_in_files
        for one in school.known.values()
        if one.external_id != passing_over
    )


def _new_course(row: SchoolRow, options: Options, code: str, name: str, section: str) -> Course:
    zone = row.value("timezone") or options.timezone
    return Course(new_id(), code, name, section, zone, options.now)


def _take_course(school: School, course: Course) -> None:
    school.courses[course.id] = course
    school.names[course.code, course.section] = course.id


def _save_course(school: School, decision: Decision, old: Course, new: Course) -> None:
    if new == old:
        return
    if school.names.get((new.code, new.section), new.id) != new.id:
        raise InvalidInput("Another course is %(course)s already.", course=new.label)
    decision.changes.append(SaveCourse(new, old))
    school.names.pop((old.code, old.section), None)
    _take_course(school, new)


def _remove_class(school: School, decision: Decision, known: ExternalId | None) -> None:
    course = school.courses.get(known.course_id or "") if known else None
    if course is None:
        decision.remarks.append(NOT_HERE)
        return
    decision.name = course.label
    if known is not None and _is_claimed(school, course, known.external_id):
        forget(school, decision, known)
        return
    if school.has_lectures(course.id):
        raise InvalidInput("This course has lectures; remove it on its own page if their marks are to go.")
    decision.effect, decision.removal = Effect.REMOVED, Removal(RowKind.CLASS, course.id)
    del school.courses[course.id]
    school.names.pop((course.code, course.section), None)
    school.known = {key: one for key, one in school.known.items() if one.course_id != course.id}
