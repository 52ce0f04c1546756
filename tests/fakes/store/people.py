"""Users, courses and students of the fake store."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from attendance.errors import AlreadyExists, NotAllowed
from attendance.model import Consent, Course, Face, Owner, OwnerKind, Page, Purpose, Role, Session, Student, User
from attendance.rules.consent import check_consent, has_consent
from attendance.rules.paging import page_of
from attendance.rules.texts import contains, folded
from attendance.rules.unknowns import gone_with
from attendance.rules.versions import check_as_read
from attendance.sentences import last_admin_kept, last_admin_stays, moved_on
from tests.fakes.store.state import FakeState, in_utc, locked, need


def _need_student(state: FakeState, student_id: str) -> Student:
    return need(state._students, student_id, f"There is no student with the id {student_id}.")


def _need_course(state: FakeState, course_id: str) -> Course:
    return need(state._courses, course_id, "There is no such course.")


@locked
class FakeUsers(FakeState):
    """The UserStore."""

    def _add_user(self, user: User) -> None:
        if user.student_id is not None:
            _need_student(self, user.student_id)
        taken = self.find_user(user.email)
        if user.id in self._users or (taken and taken.id != user.id):
            raise AlreadyExists(f"The email address {user.email} is already taken.")
        self._users[user.id] = in_utc(user)

    def _save_user(self, user: User, was: User | None) -> None:
        old = need(self._users, user.id, "There is no such user.")
        if user.role is not Role.ADMIN:
            self._keep_an_admin(user.id, last_admin_stays())
        check_as_read(old, was)
        del self._users[user.id]
        try:
            self._add_user(user)
        except Exception:
            self._users[old.id] = old
            raise

    def _remove_user(self, user_id: str) -> None:
        need(self._users, user_id, "There is no such user.")
        self._keep_an_admin(user_id, last_admin_kept())
        del self._users[user_id]
        self._drop_sessions(lambda one: one.user_id == user_id)
        self._drop_programs(user_id)
        self._drop_sign_ins(user_id)
        self._drop_external("user_id", user_id)
        self._drop_links(lambda one: getattr(one, "user_id", None) == user_id)
        for teachers in self._teachers.values():
            teachers.discard(user_id)

    def user(self, user_id: str) -> User:
        return need(self._users, user_id, "There is no such user.")

    def find_user(self, email: str) -> User | None:
        return next((user for user in self._users.values() if folded(user.email) == folded(email)), None)

    def users(self, *, text: str = "", page: int = 1, size: int = 50) -> Page[User]:
        wanted = [user for user in self._users.values() if contains(text, user.email, user.name)]
        return page_of(sorted(wanted, key=lambda user: folded(user.email)), page, size)

    def accounts(self, student_id: str) -> Sequence[User]:
        found = [user for user in self._users.values() if user.student_id == student_id]
        return sorted(found, key=lambda user: folded(user.email))

    def accounts_of(self, student_ids: Sequence[str]) -> Mapping[str, User]:
        by_email = sorted(self._users.values(), key=lambda user: folded(user.email), reverse=True)
        return {user.student_id: user for user in by_email if user.student_id in set(student_ids)}  # type: ignore[misc]

    def _keep_an_admin(self, user_id: str, refusal: NotAllowed) -> None:
        if [user.id for user in self._users.values() if user.role is Role.ADMIN] == [user_id]:
            raise refusal

    def has_admin(self) -> bool:
        return self.count_admins() > 0

    def count_admins(self) -> int:
        return sum(user.role is Role.ADMIN for user in self._users.values())


@locked
class FakeSessions(FakeState):
    """The SessionStore."""

    def add_session(self, session: Session) -> None:
        need(self._users, session.user_id, "There is no such user.")
        self._sessions[session.id] = in_utc(session)

    def session(self, user_id: str, session_id: str) -> Session | None:
        found = self._sessions.get(session_id)
        return found if found is not None and found.user_id == user_id else None

    def sessions(self, user_id: str, now: datetime) -> Sequence[Session]:
        own = [one for one in self._sessions.values() if one.user_id == user_id and one.ends_at > now]
        return sorted(sorted(own, key=lambda one: one.id), key=lambda one: one.seen_at, reverse=True)

    def see_session(self, user_id: str, session_id: str, at: datetime, ends_at: datetime) -> None:
        found = self.session(user_id, session_id)
        if found is not None:
            self._sessions[session_id] = in_utc(replace(found, seen_at=at, ends_at=ends_at))

    def remove_session(self, user_id: str, session_id: str) -> None:
        self._drop_sessions(lambda one: (one.user_id, one.id) == (user_id, session_id))

    def remove_sessions(self, user_id: str, keep: str | None = None) -> None:
        self._drop_sessions(lambda one: one.user_id == user_id and one.id != keep)

    def remove_ended_sessions(self, now: datetime) -> None:
        self._drop_sessions(lambda one: one.ends_at <= now)


@locked
class FakeCourses(FakeState):
    """The CourseStore."""

    def _add_course(self, course: Course) -> None:
        if course.id in self._courses or self.find_course(course.code, course.section):
            raise AlreadyExists(f"The course {course.label} already exists.")
        self._courses[course.id] = in_utc(course)
        self._teachers[course.id], self._rosters[course.id] = set(), set()

    def _save_course(self, course: Course, was: Course | None) -> None:
        check_as_read(_need_course(self, course.id), was)
        same = self.find_course(course.code, course.section)
        if same and same.id != course.id:
            raise AlreadyExists(f"The course {course.label} already exists.")
        self._courses[course.id] = in_utc(course)

    def _remove_course(self, course_id: str) -> None:
        _need_course(self, course_id)
        self._drop_lectures([one.id for one in self._lectures.values() if one.course_id == course_id])
        del self._courses[course_id], self._teachers[course_id], self._rosters[course_id]
        self._drop_external("course_id", course_id)
        self._switches.pop(Owner(OwnerKind.COURSE, course_id), None)
        self._risks = {key: one for key, one in self._risks.items() if one.course_id != course_id}
        self._drop_links(lambda one: getattr(one, "course_id", None) == course_id)
        self._decisions = {key: one for key, one in self._decisions.items() if one.course_id != course_id}
        self._drop_appeals(lambda one: one.course_id == course_id)
        self._drop_registrations(lambda one: one.course_id == course_id)
        self._drop_live_of(lambda of, _: of == course_id)
        self._live_versions.pop(course_id, None)

    def course(self, course_id: str) -> Course:
        return _need_course(self, course_id)

    def find_course(self, code: str, section: str = "") -> Course | None:
        named = (course for course in self._courses.values() if (course.code, course.section) == (code, section))
        return next(named, None)

    def courses(self, *, teacher_id: str | None = None, student_id: str | None = None) -> Sequence[Course]:
        wanted = [
            course
            for course in self._courses.values()
            if (teacher_id is None or teacher_id in self._teachers[course.id])
            and (student_id is None or student_id in self._rosters[course.id])
        ]
        return sorted(wanted, key=lambda course: (course.code, course.section))

    def _set_teachers(self, course_id: str, user_ids: Sequence[str]) -> None:
        _need_course(self, course_id)
        for user_id in user_ids:
            need(self._users, user_id, "There is no such user.")
        self._teachers[course_id] = set(user_ids)

    def teachers(self, course_id: str) -> Sequence[User]:
        teachers = [self._users[user_id] for user_id in self._teachers.get(course_id, ())]
        return sorted(teachers, key=lambda user: folded(user.email))

    def _add_to_roster(self, course_id: str, student_ids: Sequence[str]) -> None:
        _need_course(self, course_id)
        for student_id in sorted(student_ids):
            _need_student(self, student_id)
        self._rosters[course_id] |= set(student_ids)

    def _remove_from_roster(self, course_id: str, student_id: str) -> None:
        self._rosters.get(course_id, set()).discard(student_id)

    def teachers_of(self, course_ids: Sequence[str]) -> Mapping[str, Sequence[User]]:
        return {course_id: found for course_id in course_ids if (found := self.teachers(course_id))}

    def roster(self, course_id: str) -> Sequence[Student]:
        return _by_name([self._students[student_id] for student_id in self._rosters.get(course_id, ())])


@locked
class FakeStudents(FakeState):
    """The StudentStore."""

    def _add_student(self, student: Student, faces: Sequence[Face] = (), course_ids: Sequence[str] = ()) -> None:
        check_consent(student, faces)
        for course_id in course_ids:
            _need_course(self, course_id)
        keys = {other.key for other in self._students.values()}
        if student.id in self._students or student.key in keys:
            raise AlreadyExists(f"The student id {student.id} is already registered.")
        self._students[student.id] = in_utc(student)
        self._faces.update({face.id: in_utc(face) for face in faces})
        for course_id in course_ids:
            self._rosters[course_id].add(student.id)

    def _save_student(self, student: Student) -> None:
        self._students[student.id] = replace(
            _need_student(self, student.id), name=student.name, contact_email=student.contact_email
        )

    def _save_consents(self, student_id: str, before: tuple[Consent, ...], after: tuple[Consent, ...]) -> None:
        old = _need_student(self, student_id)
        if old.consents != before:
            raise moved_on()
        self._students[student_id] = replace(old, consents=tuple(map(in_utc, after)))
        if not has_consent(after, Purpose.FACE):
            self._drop_faces(self.faces([student_id]))

    def _remove_student(self, student_id: str) -> None:
        _need_student(self, student_id)
        self._drop_faces(self.faces([student_id]))
        self._drop_sightings(lambda seen: seen.student_id == student_id)
        self._drop_what_was_said_of(student_id)
        self._drop_marks(lambda _, marked: marked == student_id)
        self._drop_visits(lambda visit: visit.student_id == student_id)
        self._risks = {key: one for key, one in self._risks.items() if one.student_id != student_id}
        self._drop_appeals(lambda one: one.student_id == student_id)
        self._drop_check_ins(student_id)
        self._drop_posts(lambda one: one.student_id == student_id)
        self._drop_witnesses(lambda one: one.student_id == student_id)
        for roster in self._rosters.values():
            roster.discard(student_id)
        for user in [user for user in self._users.values() if user.student_id == student_id]:
            self._drop_sessions(lambda one, gone=user.id: one.user_id == gone)
            self._drop_programs(user.id)
            self._drop_sign_ins(user.id)
            self._drop_external("user_id", user.id)
            self._drop_links(lambda one, gone=user.id: getattr(one, "user_id", None) == gone)
            del self._users[user.id]
            for teachers in self._teachers.values():
                teachers.discard(user.id)
        self._drop_external("student_id", student_id)
        del self._students[student_id]

    def _remove_evidence(self, student_id: str) -> None:
        _need_student(self, student_id)
        named = {one for course_id in self._courses for one in self._said_of(student_id, course_id)[0]}
        for seen in [one for one in self._sightings.values() if one.student_id == student_id or one.id in named]:
            self._erase([seen.picture_key])
            self._sightings[seen.id] = replace(seen, picture_key=None)
        for key, mark in self._marks.items():
            if key[1] == student_id and mark.evidence:
                self._erase([mark.evidence.picture_key])
                self._marks[key] = replace(mark, evidence=replace(mark.evidence, picture_key=None))
        for check_in in [one for one in self._check_ins.values() if one.student_id == student_id]:
            self._erase([check_in.picture_key, check_in.out_picture_key])
            self._check_ins[check_in.id] = replace(check_in, picture_key=None, out_picture_key=None)

    def _said_of(self, student_id: str, course_id: str) -> tuple[set[str], set[str]]:
        return gone_with(student_id, [one for one in self._decisions.values() if one.course_id == course_id])

    def _drop_what_was_said_of(self, student_id: str) -> None:
        for course_id in self._courses:
            named, refused = self._said_of(student_id, course_id)
            self._drop_sightings(lambda seen, gone=named: seen.id in gone)
            for one in refused & set(self._sightings):
                self._sightings[one] = replace(self._sightings[one], vector=None)
        for device_id in {one.device_id for one in self._decisions.values() if one.device_id is not None}:
            own = [one for one in self._decisions.values() if one.device_id == device_id]
            named, refused = gone_with(student_id, own)
            self._drop_visits(lambda visit, gone=named: visit.id in gone)
            for one in refused & set(self._visits):
                self._visits[one] = replace(self._visits[one], vector=None, vector_engine=None)
        self._decisions = {key: one for key, one in self._decisions.items() if one.student_id != student_id}

    def student(self, student_id: str) -> Student:
        return _need_student(self, student_id)

    def student_by_key(self, key: str) -> Student:
        by_key = {student.key: student for student in self._students.values()}
        return need(by_key, key, "There is no such student.")

    def students(
        self,
        *,
        text: str = "",
        course_id: str | None = None,
        teacher_id: str | None = None,
        page: int = 1,
        size: int = 50,
    ) -> Page[Student]:
        wanted = [student for student in self._students.values() if contains(text, student.id, student.name)]
        if course_id is not None:
            wanted = [student for student in wanted if student.id in self._rosters.get(course_id, ())]
        if teacher_id is not None:
            taught = [self._rosters[course] for course, users in self._teachers.items() if teacher_id in users]
            wanted = [student for student in wanted if any(student.id in roster for roster in taught)]
        return page_of(_by_name(wanted), page, size)

    def _add_face(self, face: Face) -> None:
        check_consent(_need_student(self, face.student_id), [face])
        if face.id in self._faces:
            raise AlreadyExists("This photo is already stored.")
        self._faces[face.id] = in_utc(face)

    def _remove_face(self, face_id: str) -> None:
        self._drop_faces([need(self._faces, face_id, "There is no such photo.")])

    def face(self, face_id: str) -> Face:
        return need(self._faces, face_id, "There is no such photo.")

    def faces(self, student_ids: Sequence[str] | None = None) -> Sequence[Face]:
        wanted = [face for face in self._faces.values() if student_ids is None or face.student_id in student_ids]
        return sorted(wanted, key=lambda face: (face.student_id, face.created_at, face.id))


def _by_name(students: Sequence[Student]) -> Sequence[Student]:
    return sorted(students, key=lambda student: (folded(student.name), student.id))
