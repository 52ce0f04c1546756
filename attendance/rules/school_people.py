"""What rows about students and teachers do: registered, renamed, with accounts, or to be erased."""

from __future__ import annotations

from dataclasses import replace

from attendance.changes import AddStudent, AddUser, SaveStudent, SaveUser
from attendance.errors import InvalidInput, Personal, Sentence
from attendance.model import Effect, ExternalId, Role, RowKind, SchoolRow, Student, User, new_id
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
from attendance.rules.school_rosters import enrol, named_course, teach
from attendance.rules.texts import folded

_UNDER_ANOTHER_ID = Sentence("This stays: the file has it under another sourcedId too.")
_NO_PASSWORD = ""
"""Is no hash of any password, so that nobody signs in before one is set."""


def decide_student(row: SchoolRow, school: School, options: Options, decision: Decision) -> None:
    known = known_id(row, school)
    if row.is_removal:
        _remove_student(school, decision, known)
        return
    student_id = row.value("id")
    if known is not None and known.student_id != student_id and known.student_id in school.students:
        raise InvalidInput(
            "This student is registered as %(old)s; an import does not change an id to %(new)s.",
            old=Personal(known.student_id),
            new=Personal(student_id),
        )
    where = named_course(row, school)
    student = school.students.get(student_id)
    added = student is None
    if student is None:
        if not row.value("name"):
            raise InvalidInput("The name is missing.")
        student = Student(student_id, new_id(), row.value("name"), options.now)
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
        enrol(school, decision, where, student.id)
    remember(row, school, options, decision, student_id=student.id)
    settle(decision, added)


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
    return User(new_id(), email, name, role, _NO_PASSWORD, options.now, student_id)


def _add_user(school: School, decision: Decision, user: User) -> None:
    decision.changes.append(AddUser(user))
    school.users[user.id] = user
    school.emails[folded(user.email)] = user.id


def _remove_student(school: School, decision: Decision, known: ExternalId | None) -> None:
    student = school.students.get(known.student_id or "") if known else None
    if student is None:
        decision.remarks.append(NOT_HERE)
        return
    decision.person, decision.name = student.id, student.name
    if known is not None and student.id in school.people_in_files:
        forget(school, decision, known)
        decision.remarks.append(_UNDER_ANOTHER_ID)
        return
    decision.effect, decision.removal = Effect.REMOVED, Removal(RowKind.STUDENT, student.id)
    del school.students[student.id]
    account = school.users.pop(school.accounts.pop(student.id, ""), None)
    if account is not None:
        school.emails.pop(folded(account.email), None)
    for roster in school._rosters.values():
        roster.discard(student.id)
    school.known = {key: one for key, one in school.known.items() if one.student_id != student.id}


def decide_teacher(row: SchoolRow, school: School, options: Options, decision: Decision) -> None:
    known = known_id(row, school)
    user = school.users.get(known.user_id or "") if known else None
    if row.is_removal:
        _remove_teacher(school, decision, known, user)
        return
    where = named_course(row, school)
    if user is None and not row.value("email"):
        raise InvalidInput("The email address is missing.")
    user = user or school.users.get(school.emails.get(folded(row.value("email")), ""))
    added = user is None
    if user is None:
        user = _new_user(row.value("email"), row.value("name") or row.value("email"), Role.TEACHER, options)
        _add_user(school, decision, user)
    elif user.role is Role.STUDENT:
        raise InvalidInput("The account of this email address is a student's.")
    else:
        user = _renamed(row, school, decision, user)
    decision.person, decision.name = user.email, user.name
    if where is not None:
        teach(school, decision, where, user.id)
    remember(row, school, options, decision, user_id=user.id)
    settle(decision, added)


def _renamed(row: SchoolRow, school: School, decision: Decision, old: User) -> User:
    """Accounts of admins stay as they are."""
    if old.role is not Role.TEACHER:
        return old
    new = replace(old, name=row.value("name") or old.name, email=row.value("email") or old.email)
    if folded(new.email) == folded(old.email):
        new = replace(new, email=old.email)
    elif folded(new.email) in school.emails:
        raise InvalidInput("The email address %(email)s is of another account.", email=Personal(new.email))
    if new != old:
        decision.changes.append(SaveUser(new, old))
        school.users[new.id] = new
        school.emails.pop(folded(old.email), None)
        school.emails[folded(new.email)] = new.id
    return new


def _remove_teacher(school: School, decision: Decision, known: ExternalId | None, user: User | None) -> None:
    if known is None or user is None:
        decision.remarks.append(NOT_HERE)
        return
    decision.person, decision.name = user.email, user.name
    if folded(user.email) in school.people_in_files:
        forget(school, decision, known)
        decision.remarks.append(_UNDER_ANOTHER_ID)
        return
    if user.role is not Role.TEACHER:
        raise InvalidInput("This account is no teacher's any more; remove it on the page of users.")
    decision.effect, decision.removal = Effect.REMOVED, Removal(RowKind.TEACHER, user.id)
    del school.users[user.id]
    school.emails.pop(folded(user.email), None)
    for teachers in school._teachers.values():
        teachers.discard(user.id)
    school.known = {key: one for key, one in school.known.items() if one.user_id != user.id}
