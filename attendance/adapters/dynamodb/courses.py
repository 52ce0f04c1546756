"""Courses, their teachers and rosters in DynamoDB."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from attendance.adapters.dynamodb import keys
from attendance.adapters.dynamodb.actions import (
    NEW,
    STAYS,
    Action,
    as_stored,
    check,
    delete,
    put,
    setting,
    update,
)
from attendance.adapters.dynamodb.consents import read_student
from attendance.adapters.dynamodb.table import MOST_ALONG, MOST_IN_TRANSACTION, Table, TablePart
from attendance.adapters.dynamodb.values import Item, attributes, read, text, texts
from attendance.model import Course, Student, User
from attendance.rules.texts import folded
from attendance.rules.versions import check_as_read
from attendance.sentences import course_taken, no_course, no_student, no_user


class DynamoCourses(TablePart):
    """The CourseStore, but for removing a course."""

    def _add_course(self, course: Course) -> None:
        """Raises AlreadyExists."""
        taken = course_taken(course)
        self.table.transact([put(keys.course(course.id), attributes(course), NEW, taken), _naming(course)])

    def _save_course(self, course: Course, was: Course | None) -> None:
        """Raises NotFound, AlreadyExists, MovedOn."""

        def save() -> None:
            old = read(Course, course_item(self.table, course.id))
            check_as_read(old, was)
            expression, values = setting(_changes(course))
            unchanged, old_values = as_stored(old)
            actions = [update(keys.course(course.id), expression, f"{STAYS} AND {unchanged}", **values, **old_values)]
            if (old.code, old.section) != (course.code, course.section):
                actions += [delete(keys.course_name(old.code, old.section)), _naming(course)]
            self.table.transact(actions)

        self.table.again(save)

    def course(self, course_id: str) -> Course:
        """Raises NotFound."""
        item = self.table.get(keys.course(course_id))
        if item is None:
            raise no_course()
        return read(Course, item)

    def find_course(self, code: str, section: str = "") -> Course | None:
        """By its own names."""
        lead = self.table.get(keys.course_name(code, section))
        item = self.table.get(keys.course(text(lead, "course_id"))) if lead else None
        return read(Course, item) if item else None

    def courses(self, *, teacher_id: str | None = None, student_id: str | None = None) -> Sequence[Course]:
        """Sorted by code and section."""
        partitions = []
        if teacher_id is not None:
            partitions.append(keys.of_user(teacher_id))
        if student_id is not None:
            partitions.append(keys.of_student(student_id))
        items = self._courses_in_all(partitions) if partitions else self.table.query(keys.COURSES)
        return sorted((read(Course, item) for item in items), key=lambda course: (course.code, course.section))

    def _set_teachers(self, course_id: str, user_ids: Sequence[str]) -> None:
        """Raises NotFound."""

        def replace() -> None:
            old, new = texts(course_item(self.table, course_id), "teacher_ids"), set(user_ids)
            self.table.transact(
                [
                    _teachers_change(course_id, old, new),
                    *(check(keys.user(user_id), "attribute_exists(#pk)", no_user()) for user_id in sorted(new)),
                    *(delete(keys.teaching(user_id, course_id)) for user_id in sorted(old - new)),
                    *(put(keys.teaching(one, course_id), {"course_id": {"S": course_id}}) for one in sorted(new - old)),
                ]
            )

        self.table.again(replace)

    def teachers(self, course_id: str) -> Sequence[User]:
        """Sorted by email."""
        course = self.table.get(keys.course(course_id))
        wanted = texts(course, "teacher_ids") if course else ()
        users = [read(User, item) for item in self.table.get_many(map(keys.user, wanted)).values()]
        return sorted(users, key=lambda user: folded(user.email))

    def teachers_of(self, course_ids: Sequence[str]) -> Mapping[str, Sequence[User]]:
        """Sorted by email."""
        courses = self.table.get_many(map(keys.course, set(course_ids))).values()
        ids = {text(item, "id"): texts(item, "teacher_ids") for item in courses}
        items = self.table.get_many(keys.user(one) for one in set().union(*ids.values())).values()
        people = sorted((read(User, item) for item in items), key=lambda user: folded(user.email))
        found = {course_id: [user for user in people if user.id in its] for course_id, its in ids.items()}
        return {course_id: users for course_id, users in found.items() if users}

    def _add_to_roster(self, course_id: str, student_ids: Sequence[str]) -> None:
        """Raises NotFound and changes nothing where one does not exist."""
        course_item(self.table, course_id)
        students = self.table.get_many(map(keys.student, student_ids))
        there = {text(item, "id") for item in students.values() if "removing" not in item}
        if missing := set(student_ids) - there:
            raise no_student(min(missing))
        new = sorted(there - set(roster_ids(self.table, course_id)))
        most = (MOST_IN_TRANSACTION - 1 - MOST_ALONG) // 3
        parts = [new[start : start + most] for start in range(0, len(new), most)]
        for number, part in enumerate(parts, start=1):
            checks = [check(keys.student(one), refused=no_student(one)) for one in part]
            table = self.table if number == len(parts) else self.table.steps
            table.transact([*checks, *enrolling(course_id, part)])

    def _remove_from_roster(self, course_id: str, student_id: str) -> None:
        """Nothing happens where the student is not on it."""
        self.table.transact([delete(key) for key in keys.on_roster(course_id, student_id)])

    def roster(self, course_id: str) -> Sequence[Student]:
        """Sorted by name, then id."""
        return students_by_name(self.table, roster_ids(self.table, course_id))

    def _courses_in_all(self, partitions: Sequence[str]) -> Iterable[Item]:
        """The courses that all of these partitions name."""
        named = [{text(item, "course_id") for item in self.table.query(one, keys.COURSE)} for one in partitions]
        return self.table.get_many(map(keys.course, set.intersection(*named))).values()


def course_item(table: Table, course_id: str) -> Item:
    """A course that may be changed. Raises NotFound, also where it is being removed."""
    item = table.get(keys.course(course_id))
    if item is None or "removing" in item:
        raise no_course()
    return item


def roster_ids(table: Table, course_id: str) -> list[str]:
    """The ids of the students on the roster."""
    return [text(item, "student_id") for item in table.query(keys.of_course(course_id), keys.STUDENT)]


def students_by_name(table: Table, student_ids: Iterable[str]) -> list[Student]:
    """Those of these students who exist, sorted by name, then id."""
    students = [read_student(item) for item in table.get_many(map(keys.student, student_ids)).values()]
    return sorted(students, key=by_name)


def by_name(student: Student) -> tuple[str, str]:
    """What students are sorted by."""
    return folded(student.name), student.id


def enrolling(course_id: str, student_ids: Sequence[str]) -> list[Action]:
    """What puts these students on the roster of a course, which must stay."""
    actions = [check(keys.course(course_id), refused=no_course())]
    for student_id in student_ids:
        item: Item = {"student_id": {"S": student_id}, "course_id": {"S": course_id}}
        actions += [put(key, item) for key in keys.on_roster(course_id, student_id)]
    return actions


def _naming(course: Course) -> Action:
    item: Item = {"course_id": {"S": course.id}}
    return put(keys.course_name(course.code, course.section), item, NEW, course_taken(course))


def _changes(course: Course) -> dict[str, object]:
    return {name: getattr(course, name) for name in attributes(course)}


def _teachers_change(course_id: str, old: set[str], new: set[str]) -> Action:
    """The course's teachers become these, if they still are the old ones."""
    unchanged = "#teacher_ids = :old" if old else "attribute_not_exists(#teacher_ids)"
    expression, values = setting({"teacher_ids": new or None})
    if old:
        values["old"] = old
    return update(keys.course(course_id), expression, f"{STAYS} AND {unchanged}", **values)
