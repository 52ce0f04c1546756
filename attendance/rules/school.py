"""What each row of a school's files does: decided on a picture of what is stored, which every decision carries on.

The picture is of one moment; whoever commits what was decided decides anew where the store has moved on.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from attendance.changes import (
    AddCourse,
    AddStudent,
    AddToRoster,
    AddUser,
    Change,
    RemoveFromRoster,
    SaveCourse,
    SaveStudent,
    SaveUser,
)
from attendance.errors import Personal, Sentence
from attendance.model import (
    Course,
    Effect,
    ExternalId,
    ExternalKind,
    Role,
    RowKind,
    SchoolRow,
    Student,
    User,
    new_id,
)
from attendance.rules.stored_sentences import from_text
from attendance.rules.texts import folded


@dataclass(frozen=True, slots=True)
class Teaching:
    """That somebody teaches a course from now on, or no more."""

    course_id: str
    user_id: str
    begins: bool = True


@dataclass(frozen=True, slots=True)
class Removal:
    """What is erased as its own page does."""

    kind: RowKind
    id: str


@dataclass(slots=True)
class Decision:
    """What a row does: changes in their order, ids to remember and to forget, and what is erased before all of it."""

    effect: Effect = Effect.UNCHANGED
    person: str = ""
    name: str = ""
    remarks: list[Sentence] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    teaching: list[Teaching] = field(default_factory=list)
    saved: list[ExternalId] = field(default_factory=list)
    gone: list[ExternalId] = field(default_factory=list)
    removal: Removal | None = None


class RowRefused(Exception):
    """A row that cannot be used, with the sentence that says why."""

    def __init__(self, template: str, /, **values: object) -> None:
        super().__init__(template)
        self.sentence = Sentence(template, **values)


@dataclass(frozen=True, slots=True)
class Options:
    """`source` names the system whose ids are remembered; empty for lists. `accounts` makes accounts for students."""

    source: str = ""
    accounts: bool = False
    timezone: str = "UTC"
    password_hash: Callable[[], str] = str
    now: datetime | None = None


@dataclass
class School:
    """What is stored, as rows ask for it; `roster` and `teachers` of a course and whether it has lectures on demand."""

    students: dict[str, Student]
    users: dict[str, User]
    courses: dict[str, Course]
    known: dict[tuple[ExternalKind, str], ExternalId]
    read_roster: Callable[[str], Iterable[str]]
    read_teachers: Callable[[str], Iterable[str]]
    has_lectures: Callable[[str], bool]
    classes_in_files: frozenset[str] = frozenset()
    emails: dict[str, str] = field(default_factory=dict)
    accounts: dict[str, str] = field(default_factory=dict)
    names: dict[tuple[str, str], str] = field(default_factory=dict)
    enrolled: dict[tuple[str, str], set[str]] = field(default_factory=lambda: defaultdict(set))
    titles: dict[str, tuple[str, str]] = field(default_factory=dict)
    _first_lines: dict[tuple[str, ...], tuple[int, str]] = field(default_factory=dict)
    _rosters: dict[str, set[str]] = field(default_factory=dict)
    _teachers: dict[str, set[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.emails = {folded(user.email): user.id for user in self.users.values()}
        self.accounts = {user.student_id: user.id for user in self.users.values() if user.student_id is not None}
        self.names = {(course.code, course.section): course.id for course in self.courses.values()}
        for (kind, name), one in self.known.items():
            if kind is ExternalKind.ENROLLMENT:
                self.enrolled[_place(one)].add(name)

    def roster(self, course_id: str) -> set[str]:
        """Who is on it."""
        if course_id not in self._rosters:
            self._rosters[course_id] = set(self.read_roster(course_id))
        return self._rosters[course_id]

    def teachers(self, course_id: str) -> set[str]:
        """The ids of the users who teach it."""
        if course_id not in self._teachers:
            self._teachers[course_id] = set(self.read_teachers(course_id))
        return self._teachers[course_id]

    def note(self, row: SchoolRow) -> tuple[int, str] | None:
        """Remember the row; the line and name of the first one of the same key, where this is not the first."""
        if row.kind is RowKind.COURSE and row.value("source_id"):
            self.titles[row.value("source_id")] = (row.value("code"), row.value("name"))
        earlier = None
        for key in _keys(row):
            first = self._first_lines.setdefault(key, (row.line, row.value("name")))
            if first[0] != row.line:
                earlier = earlier or first
        return earlier

    def name_of(self, row: SchoolRow) -> str | None:
        """Under which name a list gave the same person before, where that is another one."""
        whom = row.value("id") or folded(row.value("email"))
        if not row.value("name") or row.kind not in (RowKind.STUDENT, RowKind.TEACHER):
            return None
        _line, name = self._first_lines.setdefault((row.kind, "name", whom), (row.line, row.value("name")))
        return name if name != row.value("name") else None


def picture(
    students: Iterable[Student],
    users: Iterable[User],
    courses: Iterable[Course],
    known: Iterable[ExternalId],
    **reads: Callable[[str], object],
) -> School:
    """The picture of these."""
    return School(
        {one.id: one for one in students},
        {one.id: one for one in users},
        {one.id: one for one in courses},
        {(one.kind, one.external_id): one for one in known},
        **reads,  # type: ignore[arg-type]
    )


def decide(row: SchoolRow, school: School, options: Options) -> Decision:
    """What the row does; the picture is as it is after that."""
    decision = Decision(person=row.value("id") or row.value("email"), name=row.value("name"))
    earlier = school.note(row)
    try:
        if row.problem:
            stored = from_text(row.problem)
            raise RowRefused(stored.template, **stored.values)
        if row.note:
            decision.remarks.append(from_text(row.note))
            return decision
        if earlier is not None:
            raise RowRefused("This is on line %(line)s already.", line=earlier[0])
        if (other := school.name_of(row)) is not None:
            raise RowRefused("The list gives this person another name before: %(name)s.", name=Personal(other))
        if not _is_stale(row, school, decision):
            _DECIDED_BY[row.kind](row, school, options, decision)
    except RowRefused as refused:
        return Decision(Effect.REFUSED, decision.person, decision.name, [refused.sentence])
    return decision


def _keys(row: SchoolRow) -> list[tuple[str, ...]]:
    """What may be in the files once."""
    source_id, value = row.value("source_id"), row.value
    if source_id:
        kind = "user" if row.kind in (RowKind.STUDENT, RowKind.TEACHER) else row.kind
        keys: list[tuple[str, ...]] = [(kind, source_id)]
        if row.kind is RowKind.STUDENT and not row.is_removal and value("id"):
            keys.append((row.kind, "id", value("id")))
        return keys
    if row.line == 0 or row.kind is RowKind.COURSE:
        return []
    whom = value("id") or folded(value("email"))
    where = (value("code"), value("section"))
    return [(row.kind, whom, *where)] if whom or any(where) else []


def _is_stale(row: SchoolRow, school: School, decision: Decision) -> bool:
    known = _known(row, school)
    modified = _modified(row)
    if known is None or modified is None or known.modified_at is None or modified >= known.modified_at:
        return False
    decision.remarks.append(Sentence("A newer state of this was imported before."))
    return True


def _known(row: SchoolRow, school: School) -> ExternalId | None:
    kind = None if row.kind is RowKind.COURSE else ExternalKind(row.kind.value)
    return school.known.get((kind, row.value("source_id"))) if kind and row.value("source_id") else None


def _modified(row: SchoolRow) -> datetime | None:
    return datetime.fromisoformat(row.value("modified")) if row.value("modified") else None


def _remember(row: SchoolRow, school: School, options: Options, decision: Decision, **named: str | None) -> None:
    """By which id the source knows it."""
    if not row.value("source_id"):
        return
    kind = ExternalKind(row.kind.value)
    old = school.known.get((kind, row.value("source_id")))
    modified_at = _modified(row) or (old.modified_at if old else None)
    one = ExternalId(options.source, kind, row.value("source_id"), **named, modified_at=modified_at)  # type: ignore[arg-type]
    if one == old:
        return
    decision.saved.append(one)
    school.known[kind, one.external_id] = one
    if kind is ExternalKind.ENROLLMENT:
        if old is not None:
            school.enrolled[_place(old)].discard(old.external_id)
        school.enrolled[_place(one)].add(one.external_id)


def _forget(school: School, decision: Decision, gone: ExternalId) -> None:
    decision.gone.append(gone)
    school.known.pop((gone.kind, gone.external_id), None)
    school.enrolled[_place(gone)].discard(gone.external_id)


def _place(one: ExternalId) -> tuple[str, str]:
    return one.course_id or "", one.student_id or one.user_id or ""


def _effect(decision: Decision, added: bool) -> None:
    if added:
        decision.effect = Effect.ADDED
    elif decision.changes or decision.teaching:
        decision.effect = Effect.CHANGED


# Courses and classes


def _course(row: SchoolRow, school: School, options: Options, decision: Decision) -> None:
    """Its classes take code and title."""
    if row.is_removal:
        return
    for one in [one for one in school.known.values() if one.parent == row.value("source_id")]:
        course = school.courses.get(one.course_id or "")
        if course is not None and one.kind is ExternalKind.CLASS:
            new = replace(course, code=row.value("code") or course.code, name=row.value("name") or course.name)
            _save_course(school, decision, course, new)
    _effect(decision, added=False)


def _class(row: SchoolRow, school: School, options: Options, decision: Decision) -> None:
    known = _known(row, school)
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
    _remember(row, school, options, decision, course_id=course.id, parent=row.value("course"))
    _effect(decision, added)


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
        raise RowRefused("The course %(id)s of this class is not in the file, and not known from before.", id=parent)
    return found.code, found.name


def _unclaimed(school: School, options: Options, course_id: str | None) -> Course | None:
    """The course of that name, unless it is another class of the same files. Raises RowRefused."""
    if course_id is None:
        return None
    for one in school.known.values():
        if one.kind is ExternalKind.CLASS and one.course_id == course_id and one.external_id in school.classes_in_files:
            raise RowRefused("Another class of the file is %(course)s already.", course=school.courses[course_id].label)
    return school.courses[course_id]


def _new_course(row: SchoolRow, options: Options, code: str, name: str, section: str) -> Course:
    zone = row.value("timezone") or options.timezone
    return Course(new_id(), code, name, section, zone, _now(options))


def _take_course(school: School, course: Course) -> None:
    school.courses[course.id] = course
    school.names[course.code, course.section] = course.id


def _save_course(school: School, decision: Decision, old: Course, new: Course) -> None:
    if new == old:
        return
    if school.names.get((new.code, new.section), new.id) != new.id:
        raise RowRefused("Another course is %(course)s already.", course=new.label)
    decision.changes.append(SaveCourse(new, old))
    school.names.pop((old.code, old.section), None)
    _take_course(school, new)


def _remove_class(school: School, decision: Decision, known: ExternalId | None) -> None:
    course = school.courses.get(known.course_id or "") if known else None
    if course is None:
        decision.remarks.append(_NOT_HERE)
        return
    decision.name = course.label
    if school.has_lectures(course.id):
        raise RowRefused("This course has lectures; remove it on its own page if their marks are to go.")
    decision.effect, decision.removal = Effect.REMOVED, Removal(RowKind.CLASS, course.id)
    del school.courses[course.id]
    school.names.pop((course.code, course.section), None)
    school.known = {key: one for key, one in school.known.items() if one.course_id != course.id}


_NOT_HERE = Sentence("This is not here, so there is nothing to remove.")


# People


def _student(row: SchoolRow, school: School, options: Options, decision: Decision) -> None:
    known = _known(row, school)
    if row.is_removal:
        _remove_student(school, decision, known)
        return
    student_id = row.value("id")
    if known is not None and known.student_id != student_id and known.student_id in school.students:
        raise RowRefused(
            "This student is registered as %(old)s; an import does not change an id to %(new)s.",
            old=Personal(known.student_id),
            new=Personal(student_id),
        )
    where = _named_course(row, school)
    student = school.students.get(student_id)
    added = student is None
    if student is None:
        if not row.value("name"):
            raise RowRefused("The name is missing.")
        student = Student(student_id, new_id(), row.value("name"), _now(options))
        decision.changes.append(AddStudent(student))
    elif row.value("name") and student.name != row.value("name"):
        decision.remarks.append(Sentence("The name was %(name)s.", name=Personal(student.name)))
        student = replace(student, name=row.value("name"))
        decision.changes.append(SaveStudent(student))
    school.students[student.id] = student
    decision.name = student.name
    if options.accounts and row.value("email"):
        _account(row.value("email"), student, school, options, decision)
    if where is not None:
        _enrol(school, decision, where, student.id)
    _remember(row, school, options, decision, student_id=student.id)
    _effect(decision, added)


def _account(email: str, student: Student, school: School, options: Options, decision: Decision) -> None:
    """An account that its student can use once a password is set."""
    if student.id in school.accounts:
        return
    if folded(email) in school.emails:
        decision.remarks.append(Sentence("The email address is of another account, so none was made."))
        return
    _add_user(school, decision, _new_user(email, student.name, Role.STUDENT, options, student.id))
    school.accounts[student.id] = school.emails[folded(email)]


def _new_user(email: str, name: str, role: Role, options: Options, student_id: str | None = None) -> User:
    return User(new_id(), email, name, role, options.password_hash(), _now(options), student_id)


def _add_user(school: School, decision: Decision, user: User) -> None:
    decision.changes.append(AddUser(user))
    school.users[user.id] = user
    school.emails[folded(user.email)] = user.id


def _remove_student(school: School, decision: Decision, known: ExternalId | None) -> None:
    student = school.students.get(known.student_id or "") if known else None
    if student is None:
        decision.remarks.append(_NOT_HERE)
        return
    decision.person, decision.name = student.id, student.name
    decision.effect, decision.removal = Effect.REMOVED, Removal(RowKind.STUDENT, student.id)
    del school.students[student.id]
    account = school.users.pop(school.accounts.pop(student.id, ""), None)
    if account is not None:
        school.emails.pop(folded(account.email), None)
    for roster in school._rosters.values():
        roster.discard(student.id)
    school.known = {key: one for key, one in school.known.items() if one.student_id != student.id}


def _teacher(row: SchoolRow, school: School, options: Options, decision: Decision) -> None:
    known = _known(row, school)
    user = school.users.get(known.user_id or "") if known else None
    if row.is_removal:
        _remove_teacher(school, decision, user)
        return
    where = _named_course(row, school)
    if user is None and not row.value("email"):
        raise RowRefused("The email address is missing.")
    user = user or school.users.get(school.emails.get(folded(row.value("email")), ""))
    added = user is None
    if user is None:
        user = _new_user(row.value("email"), row.value("name") or row.value("email"), Role.TEACHER, options)
        _add_user(school, decision, user)
    elif user.role is Role.STUDENT:
        raise RowRefused("The account of this email address is a student's.")
    else:
        user = _renamed(row, school, decision, user)
    decision.person, decision.name = user.email, user.name
    if where is not None:
        _teach(school, decision, where, user.id)
    _remember(row, school, options, decision, user_id=user.id)
    _effect(decision, added)


def _renamed(row: SchoolRow, school: School, decision: Decision, old: User) -> User:
    """Accounts of admins stay as they are."""
    if old.role is not Role.TEACHER:
        return old
    new = replace(old, name=row.value("name") or old.name, email=row.value("email") or old.email)
    if folded(new.email) == folded(old.email):
        new = replace(new, email=old.email)
    elif folded(new.email) in school.emails:
        raise RowRefused("The email address %(email)s is of another account.", email=Personal(new.email))
    if new != old:
        decision.changes.append(SaveUser(new, old))
        school.users[new.id] = new
        school.emails.pop(folded(old.email), None)
        school.emails[folded(new.email)] = new.id
    return new


def _remove_teacher(school: School, decision: Decision, user: User | None) -> None:
    if user is None:
        decision.remarks.append(_NOT_HERE)
        return
    decision.person, decision.name = user.email, user.name
    if user.role is not Role.TEACHER:
        raise RowRefused("This account is no teacher's any more; remove it on the page of users.")
    decision.effect, decision.removal = Effect.REMOVED, Removal(RowKind.TEACHER, user.id)
    del school.users[user.id]
    school.emails.pop(folded(user.email), None)
    for teachers in school._teachers.values():
        teachers.discard(user.id)
    school.known = {key: one for key, one in school.known.items() if one.user_id != user.id}


# Rosters


def _named_course(row: SchoolRow, school: School) -> Course | None:
    """The course that a list's row names by code or name, with the section where one alone has it not."""
    code, section = row.value("code"), row.value("section")
    if not code and not section:
        return None
    if not code:
        raise RowRefused("The row names a section and no course.")
    named = school.names.get((code, section))
    if named is not None:
        return school.courses[named]
    found = [one for one in school.courses.values() if code in (one.code, one.name) and section in ("", one.section)]
    if not found:
        raise RowRefused("There is no course %(course)s.", course=f"{code} ({section})" if section else code)
    if len(found) > 1:
        raise RowRefused("There are several courses %(course)s; say the section.", course=code)
    return found[0]


def _enrol(school: School, decision: Decision, course: Course, student_id: str) -> None:
    if student_id not in school.roster(course.id):
        school.roster(course.id).add(student_id)
        decision.changes.append(AddToRoster(course.id, [student_id]))
        decision.remarks.append(Sentence("Put on the roster of %(course)s.", course=course.label))


def _teach(school: School, decision: Decision, course: Course, user_id: str) -> None:
    if user_id not in school.teachers(course.id):
        school.teachers(course.id).add(user_id)
        decision.teaching.append(Teaching(course.id, user_id))
        decision.remarks.append(Sentence("Teaches %(course)s from now on.", course=course.label))


def _enrollment(row: SchoolRow, school: School, options: Options, decision: Decision) -> None:
    if row.is_removal:
        _end_enrollment(row, school, decision)
        return
    course = _course_of(row, school)
    decision.name = course.label
    student, user = _person_of(row, school)
    if student is not None:
        decision.person = student.id
        _enrol(school, decision, course, student.id)
        _remember(row, school, options, decision, course_id=course.id, student_id=student.id)
    elif user is not None:
        decision.person = user.email
        _teach(school, decision, course, user.id)
        _remember(row, school, options, decision, course_id=course.id, user_id=user.id)
    decision.remarks.clear()
    _effect(decision, added=bool(decision.changes or decision.teaching))


def _course_of(row: SchoolRow, school: School) -> Course:
    """Raises RowRefused."""
    if not row.value("class"):
        course = _named_course(row, school)
        if course is None:
            raise RowRefused("The row names no course.")
        return course
    known = school.known.get((ExternalKind.CLASS, row.value("class")))
    if known is None or known.course_id not in school.courses:
        raise RowRefused("There is no class %(id)s.", id=row.value("class"))
    return school.courses[known.course_id]


def _person_of(row: SchoolRow, school: School) -> tuple[Student | None, User | None]:
    """Either of them. Raises RowRefused."""
    if not row.value("user"):
        return _person_of_list(row, school)
    student = school.known.get((ExternalKind.STUDENT, row.value("user")))
    teacher = school.known.get((ExternalKind.TEACHER, row.value("user")))
    if row.value("role") == "teacher":
        user = school.users.get(teacher.user_id or "") if teacher else None
        if user is not None:
            return None, user
        raise RowRefused("There is no teacher %(id)s.", id=Personal(row.value("user")))
    found = school.students.get(student.student_id or "") if student else None
    if found is None:
        raise RowRefused("There is no student %(id)s.", id=Personal(row.value("user")))
    return found, None


def _person_of_list(row: SchoolRow, school: School) -> tuple[Student | None, User | None]:
    if row.value("id"):
        student = school.students.get(row.value("id"))
        if student is None:
            raise RowRefused("There is no student with the id %(id)s.", id=Personal(row.value("id")))
        return student, None
    user = school.users.get(school.emails.get(folded(row.value("email")), ""))
    if user is None or user.role is Role.STUDENT:
        raise RowRefused("There is no teacher with the email address %(email)s.", email=Personal(row.value("email")))
    return None, user


def _end_enrollment(row: SchoolRow, school: School, decision: Decision) -> None:
    """Off the roster, unless the files know another enrollment of the same person in the same course."""
    known = _known(row, school)
    if known is not None:
        course = school.courses.get(known.course_id or "")
        _forget(school, decision, known)
        person = known.student_id or known.user_id or ""
        if course is None or school.enrolled[course.id, person]:
            return
        _leave(school, decision, course, known.student_id, known.user_id)
        return
    try:
        course = _course_of(row, school)
        student, user = _person_of(row, school)
    except RowRefused:
        if not row.value("source_id"):
            raise
        decision.remarks.append(_NOT_HERE)
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
        decision.remarks.append(_NOT_HERE)


def _now(options: Options) -> datetime:
    if options.now is None:
        raise ValueError("an import has a moment")
    return options.now


_DECIDED_BY: Mapping[RowKind, Callable[[SchoolRow, School, Options, Decision], None]] = {
    RowKind.COURSE: _course,
    RowKind.CLASS: _class,
    RowKind.STUDENT: _student,
    RowKind.TEACHER: _teacher,
    RowKind.ENROLLMENT: _enrollment,
}


def merged(decisions: Sequence[Decision]) -> list[Change]:
    """Their changes with those of one roster put together, so that many rows are few statements."""
    changes: list[Change] = []
    rosters: dict[str, list[str]] = {}
    for change in (change for one in decisions for change in one.changes):
        if isinstance(change, AddToRoster):
            rosters.setdefault(change.course_id, []).extend(change.student_ids)
        elif isinstance(change, RemoveFromRoster) and change.student_id in rosters.get(change.course_id, ()):
            rosters[change.course_id].remove(change.student_id)
        else:
            changes.append(change)
    return [*changes, *(AddToRoster(course_id, ids) for course_id, ids in rosters.items() if ids)]
