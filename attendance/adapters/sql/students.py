"""Students, their faces, and how all faces change over to another engine at once, in SQL."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import ColumnElement, Connection, and_, delete, exists, func, insert, not_, or_, select, update

from attendance.adapters.sql.connection import Database
from attendance.adapters.sql.courses import enrol
from attendance.adapters.sql.live import courses_of, erased
from attendance.adapters.sql.mark_counts import count_without
from attendance.adapters.sql.outbox import erase_face_media, erase_found
from attendance.adapters.sql.rows import contains, in_parts, lock, one, page_of, read, read_all, tally, values
from attendance.adapters.sql.tables import (
    appeals,
    check_ins,
    course_teachers,
    courses,
    faces,
    marks,
    posts,
    renewed_faces,
    rosters,
    sightings,
    students,
    visits,
)
from attendance.adapters.sql.unknowns import drop_pictures_of, drop_what_was_said_of
from attendance.errors import Conflict
from attendance.model import Consent, EngineCount, Face, Page, Purpose, Student
from attendance.rules.consent import check_consent, has_consent
from attendance.sentences import (
    face_taken,
    moved_on,
    no_course,
    no_face,
    no_student,
    no_such_student,
    student_taken,
)


class SqlStudents(Database):
    """The StudentStore."""

    def _add_student(self, student: Student, faces: Sequence[Face] = (), course_ids: Sequence[str] = ()) -> None:
        """All or nothing. Raises AlreadyExists, ConsentMissing, NotFound (course)."""
        check_consent(student, faces)
        with self._writing(student_taken(student)) as connection:
            for course_id in sorted(set(course_ids)):
                lock(connection, courses, course_id, no_course())
            connection.execute(insert(students).values(values(student, students)))
            for face in faces:
                _add_face(connection, face)
            enrol(connection, course_ids, [student.id])

    def _add_students(self, added: Sequence[tuple[Student, Sequence[Face], Sequence[str]]]) -> None:
        """All or nothing, as one alone; those with neither face nor course in one statement."""
        with self._writing() as connection:
            for student, theirs, course_ids in added:
                if theirs or course_ids:
                    self._add_student(student, theirs, course_ids)
            rows = [values(student, students) for student, theirs, course_ids in added if not (theirs or course_ids)]
            if rows:
                connection.execute(insert(students), rows)

    def _save_student(self, student: Student) -> None:
        """Raises NotFound."""
        stays = {"key", "created_at", "consents"}
        kept = {name: value for name, value in values(student, students).items() if name not in stays}
        with self._removing() as connection:
            lock(connection, students, student.id, no_student(student.id))
            connection.execute(update(students).where(students.c.id == student.id).values(kept))

    def _save_consents(self, student_id: str, before: tuple[Consent, ...], after: tuple[Consent, ...]) -> None:
        """Raises NotFound, MovedOn."""
        with self._removing() as connection:
            if _held(connection, student_id).consents != before:
                raise moved_on()
            connection.execute(update(students).where(students.c.id == student_id).values(consents=after))
            if not has_consent(after, Purpose.FACE):
                erase_face_media(connection, faces.c.student_id == student_id)
                connection.execute(delete(faces).where(faces.c.student_id == student_id))

    def _remove_student(self, student_id: str) -> None:
        """Raises NotFound."""
        with self._removing() as connection:
            wrote_in = courses_of(connection, posts.c.student_id == student_id)
            lock(connection, students, student_id, no_student(student_id))
            erase_face_media(connection, faces.c.student_id == student_id)
            erase_found(
                connection,
                select(sightings.c.picture_key).where(sightings.c.student_id == student_id),
                select(marks.c.evidence_picture_key).where(marks.c.student_id == student_id),
                select(visits.c.picture_key).where(visits.c.student_id == student_id),
                select(appeals.c.file_key).where(appeals.c.student_id == student_id),
                select(check_ins.c.picture_key).where(check_ins.c.student_id == student_id),
                select(check_ins.c.out_picture_key).where(check_ins.c.student_id == student_id),
            )
            drop_what_was_said_of(connection, student_id)
            count_without(connection, student_id)
            connection.execute(delete(students).where(students.c.id == student_id))
            erased(connection, wrote_in)

    def _remove_evidence(self, student_id: str) -> None:
        """Raises NotFound."""
        seen, marked = sightings.c.student_id == student_id, marks.c.student_id == student_id
        with self._removing() as connection:
            lock(connection, students, student_id, no_student(student_id))
            erase_found(
                connection,
                select(sightings.c.picture_key).where(seen),
                select(marks.c.evidence_picture_key).where(marked),
                select(check_ins.c.picture_key).where(check_ins.c.student_id == student_id),
                select(check_ins.c.out_picture_key).where(check_ins.c.student_id == student_id),
            )
            no_pictures = {"picture_key": None, "out_picture_key": None}
            connection.execute(update(check_ins).where(check_ins.c.student_id == student_id).values(no_pictures))
            connection.execute(update(sightings).where(seen).values(picture_key=None))
            drop_pictures_of(connection, student_id)
            connection.execute(update(marks).where(marked).values(evidence_picture_key=None))

    def student(self, student_id: str) -> Student:
        """Raises NotFound."""
        with self._looking() as connection:
            return one(connection, Student, students, students.c.id == student_id, no_student(student_id))

    def student_by_key(self, key: str) -> Student:
        """Raises NotFound."""
        with self._looking() as connection:
            return one(connection, Student, students, students.c.key == key, no_such_student())

    def students(
        self,
        *,
        text: str = "",
        course_id: str | None = None,
        teacher_id: str | None = None,
        page: int = 1,
        size: int = 50,
    ) -> Page[Student]:
        """Sorted by name, then id."""
        query = select(students).order_by(students.c.name_folded, students.c.id)
        if text.strip():
            query = query.where(contains(text, students.c.found_by))
        if course_id is not None:
            on_roster = select(rosters.c.student_id).where(rosters.c.course_id == course_id)
            query = query.where(students.c.id.in_(on_roster))
        if teacher_id is not None:
            taught = course_teachers.c.course_id == rosters.c.course_id
            theirs = select(rosters.c.student_id).join(course_teachers, taught)
            query = query.where(students.c.id.in_(theirs.where(course_teachers.c.user_id == teacher_id)))
        with self._reading() as connection:
            return page_of(connection, query, page, size, lambda row: read(Student, students, row))

    def _add_face(self, face: Face) -> None:
        """Raises NotFound, ConsentMissing."""
        with self._writing(face_taken()) as connection:
            check_consent(_held(connection, face.student_id), [face])
            _add_face(connection, face)

    def _remove_face(self, face_id: str) -> None:
        """Raises NotFound."""
        with self._removing() as connection:
            lock(connection, faces, face_id, no_face())
            erase_face_media(connection, faces.c.id == face_id)
            connection.execute(delete(faces).where(faces.c.id == face_id))

    def face(self, face_id: str) -> Face:
        """Raises NotFound."""
        with self._looking() as connection:
            return one(connection, Face, faces, faces.c.id == face_id, no_face())

    def faces(self, student_ids: Sequence[str] | None = None) -> Sequence[Face]:
        """Sorted by student id and time."""
        query = select(faces).order_by(faces.c.student_id, faces.c.created_at, faces.c.id)
        with self._reading() as connection:
            if student_ids is None:
                return read_all(connection, Face, faces, query)
            return [
                read(Face, faces, row)
                for some in in_parts(sorted(set(student_ids)))
                for row in connection.execute(query.where(faces.c.student_id.in_(some))).all()
            ]


def _held(connection: Connection, student_id: str) -> Student:
    """The student, whom nobody else changes until the transaction ends. Raises NotFound."""
    lock(connection, students, student_id, no_student(student_id))
    return one(connection, Student, students, students.c.id == student_id, no_student(student_id))


def _add_face(connection: Connection, face: Face) -> None:
    connection.execute(insert(faces).values(values(face, faces)))


_RENEWED = ("quality", "vector", "external_id")


class SqlRenewals(Database):
    """The RenewalStore."""

    def outdated_faces(self, engine: str) -> Mapping[str, int]:
        """By the engines that made them."""
        query = select(faces.c.engine, func.count()).where(_outdated(engine)).group_by(faces.c.engine)
        with self._looking() as connection:
            return tally(connection, query)

    def faces_to_renew(self, engine: str) -> Sequence[Face]:
        """By student id, time and id."""
        query = select(faces).where(_outdated(engine), not_(_renewed(engine)))
        with self._looking() as connection:
            return read_all(connection, Face, faces, query.order_by(faces.c.student_id, faces.c.created_at, faces.c.id))

    def _add_renewed_face(self, face: Face) -> None:
        """Raises NotFound."""
        its = and_(renewed_faces.c.face_id == face.id, renewed_faces.c.engine == face.engine)
        new = {name: getattr(face, name) for name in _RENEWED}
        with self._writing() as connection:
            lock(connection, faces, face.id, no_face())
            connection.execute(delete(renewed_faces).where(its))
            connection.execute(insert(renewed_faces).values(face_id=face.id, engine=face.engine, **new))

    def _use_renewed_faces(self, engine: str, passed_over: Collection[str] = ()) -> None:
        """Raises Conflict."""
        with self._writing() as connection:
            left = set(connection.scalars(select(faces.c.id).where(_outdated(engine), not_(_renewed(engine)))).all())
            if left - set(passed_over):
                raise Conflict("Photos were added meanwhile; they have not been enrolled anew yet.")
            _take_places(connection, engine)
            for some in in_parts(sorted(left)):
                connection.execute(update(faces).where(faces.c.id.in_(some)).values(passed_over_by=engine))
            connection.execute(delete(renewed_faces))

    def engine_counts(self) -> Sequence[EngineCount]:
        """Sorted by name."""
        with self._reading() as connection:
            used, anew = (
                tally(connection, select(column, func.count()).group_by(column))
                for column in (faces.c.engine, renewed_faces.c.engine)
            )
        return [EngineCount(name, used[name], anew[name]) for name in sorted(used | anew)]


def _outdated(engine: str) -> ColumnElement[bool]:
    not_passed_over = or_(faces.c.passed_over_by.is_(None), faces.c.passed_over_by != engine)
    return and_(faces.c.engine != engine, not_passed_over)


def _renewed(engine: str) -> ColumnElement[bool]:
    return exists().where(renewed_faces.c.face_id == faces.c.id, renewed_faces.c.engine == engine)


def _take_places(connection: Connection, engine: str) -> None:
    def of_its_renewal(name: str) -> ColumnElement[object]:
        its = and_(renewed_faces.c.face_id == faces.c.id, renewed_faces.c.engine == engine)
        return select(renewed_faces.c[name]).where(its).scalar_subquery()

    new = {name: of_its_renewal(name) for name in _RENEWED}
    connection.execute(
        update(faces).where(_outdated(engine), _renewed(engine)).values(engine=engine, passed_over_by=None, **new)
    )
