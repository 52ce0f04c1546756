"""The Store: users, courses, students, lectures, searches, marks and audit, each its own small Protocol."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from attendance.model import (
    AuditEntry,
    Course,
    EngineCount,
    Face,
    Lecture,
    LogFilter,
    LogRow,
    Mark,
    MarkChange,
    Page,
    Recording,
    Sighting,
    Student,
    User,
)
from attendance.ports.devices import AlarmStore, DeviceStore, ReadingStore, TimetableStore


class UserStore(Protocol):
    """Who can log in."""

    def add_user_once(self, user: User) -> None:
        """Raises AlreadyExists where the email (compared without case) is taken."""

    def save_user(self, user: User) -> None:
        """Replace the user of that id. Raises NotFound, AlreadyExists."""

    def remove_user(self, user_id: str) -> None:
        """Raises NotFound. What the user did stays in history and audit."""

    def user(self, user_id: str) -> User:
        """Raises NotFound."""

    def find_user(self, email: str) -> User | None:
        """The user with this email, compared without case."""

    def users(self, *, text: str = "", page: int = 1, size: int = 50) -> Page[User]:
        """Sorted by email; `text` is part of an email or name."""

    def has_admin(self) -> bool:
        """Whether the site has been set up."""

    def count_admins(self) -> int:
        """So that the last one is never removed."""


class CourseStore(Protocol):
    """Courses, their teachers and their rosters."""

    def add_course_once(self, course: Course) -> None:
        """Raises AlreadyExists where code and section are taken."""

    def save_course(self, course: Course) -> None:
        """Raises NotFound, AlreadyExists."""

    def remove_course(self, course_id: str) -> None:
        """Removes its lectures, recordings, sightings and marks too (media become erasures). Raises NotFound."""

    def course(self, course_id: str) -> Course:
        """Raises NotFound."""

    def find_course(self, code: str, section: str = "") -> Course | None:
        """By its own names."""

    def courses(self, *, teacher_id: str | None = None, student_id: str | None = None) -> Sequence[Course]:
        """All, or those of a teacher or a student; sorted by code and section."""

    def set_teachers(self, course_id: str, user_ids: Sequence[str]) -> None:
        """Replace the teachers. Raises NotFound."""

    def teachers(self, course_id: str) -> Sequence[User]:
        """Sorted by email."""

    def add_to_roster(self, course_id: str, student_ids: Sequence[str]) -> None:
        """Those on it already stay. Raises NotFound and changes nothing where one does not exist."""

    def remove_from_roster(self, course_id: str, student_id: str) -> None:
        """Marks that exist stay. Nothing happens where the student is not on it."""

    def roster(self, course_id: str) -> Sequence[Student]:
        """Sorted by name, then id."""


class StudentStore(Protocol):
    """Students and their faces."""

    def add_student_once(self, student: Student, faces: Sequence[Face] = (), course_ids: Sequence[str] = ()) -> None:
        """All or nothing. Raises AlreadyExists (id), ConsentMissing (faces without consent), NotFound (course)."""

    def save_student(self, student: Student) -> None:
        """Name and consent; consent taken back (None) removes all faces and makes erasures. Raises NotFound."""

    def remove_student(self, student_id: str) -> None:
        """Removes the student everywhere: roster, faces, sightings that name them, marks, history, the linked account.

        Their media keys become erasures in the same transaction. Raises NotFound.
        """

    def student(self, student_id: str) -> Student:
        """Raises NotFound."""

    def student_by_key(self, key: str) -> Student:
        """Raises NotFound."""

    def students(
        self,
        *,
        text: str = "",
        course_id: str | None = None,
        teacher_id: str | None = None,
        page: int = 1,
        size: int = 50,
    ) -> Page[Student]:
        """Sorted by name, then id; `text` is part of an id or name; `teacher_id` limits to rosters of that teacher."""

    def add_face(self, face: Face) -> None:
        """Raises NotFound, ConsentMissing."""

    def remove_face(self, face_id: str) -> None:
        """Its media keys become erasures. Raises NotFound."""

    def face(self, face_id: str) -> Face:
        """Raises NotFound."""

    def faces(self, student_ids: Sequence[str] | None = None) -> Sequence[Face]:
        """Of these students, or of all; sorted by student id and time."""


class RenewalStore(Protocol):
    """Faces enrolled anew by another engine. They are kept beside those in use, and take their places all at once.

    They go with the face that they renew.
    """

    def outdated_faces(self, engine: str) -> Mapping[str, int]:
        """How many are in use that this engine neither made nor passed over, by the engines that made them."""

    def faces_to_renew(self, engine: str) -> Sequence[Face]:
        """The outdated ones that this engine has not enrolled anew; by student id, time and id."""

    def keep_renewed_face(self, face: Face) -> None:
        """Keep beside the face of that id what another engine made of its photo; the same again replaces it.

        Raises NotFound where that face is gone by now.
        """

    def use_renewed_faces(self, engine: str, passed_over: Collection[str] = ()) -> None:
        """All outdated faces become those of this engine, in one transaction, and all that was renewed beside is gone.

        Of the faces with the ids `passed_over` it is written down that this engine cannot use them. Raises Conflict,
        and changes nothing, where another outdated face has not been renewed.
        """

    def engine_counts(self) -> Sequence[EngineCount]:
        """Of all engines that made a face; sorted by name."""


class LectureStore(Protocol):
    """Lectures, recordings and what was seen in them."""

    def add_lecture_once(self, lecture: Lecture) -> None:
        """Raises AlreadyExists where the course has a lecture that starts then; NotFound (course)."""

    def save_lecture(self, lecture: Lecture) -> None:
        """Raises NotFound, AlreadyExists."""

    def remove_lecture(self, lecture_id: str) -> None:
        """With recordings, sightings, marks; their media keys become erasures. Raises NotFound."""

    def lecture(self, lecture_id: str) -> Lecture:
        """Raises NotFound."""

    def find_lecture(self, course_id: str, at: datetime) -> Lecture | None:
        """The lecture of a course that is on at this moment (start <= moment < end); of several the last to start."""

    def lectures(self, *, course_ids: Sequence[str] | None = None, page: int = 1, size: int = 50) -> Page[Lecture]:
        """Newest first."""

    def add_recording(self, recording: Recording) -> None:
        """Raises AlreadyExists (same id), NotFound (lecture)."""

    def remove_recording(self, recording_id: str) -> None:
        """With its sightings; media keys become erasures. Raises NotFound."""

    def recording(self, recording_id: str) -> Recording:
        """Raises NotFound."""

    def recordings(self, lecture_id: str) -> Sequence[Recording]:
        """Sorted by start."""

    def sighting(self, sighting_id: str) -> Sighting:
        """Raises NotFound."""

    def sightings(self, lecture_id: str) -> Sequence[Sighting]:
        """Of all recordings of the lecture, sorted by recording and first second."""


class SearchStore(Protocol):
    """The lease on a recording's search. One worker holds it at a time; a worker that dies loses it with time."""

    def queue_search(self, recording_id: str, now: datetime) -> None:
        """Set to queued, without attempts or error. Raises NotFound; Conflict where a live claim holds it at `now`."""

    def waiting_searches(self, now: datetime) -> Sequence[str]:
        """Ids of recordings that are queued, or searching under a lease that ended before `now`; oldest first."""

    def claim_search(self, recording_id: str, worker: str, now: datetime, until: datetime) -> Recording | None:
        """Take the lease, set to searching, count an attempt. None where it is held, done, failed or gone."""

    def renew_claim(self, recording_id: str, worker: str, until: datetime, progress: float) -> bool:
        """False where the lease was lost: the worker must stop."""

    def release_claim(self, recording_id: str, worker: str, reason: str | None = None) -> None:
        """Back to queued, the attempt not counted, with the reason why it waits; nothing where the lease was lost."""

    def save_sightings(
        self, recording_id: str, worker: str, sightings: Sequence[Sighting], engine: str, at: datetime
    ) -> bool:
        """Replace the recording's sightings and say since when it counts as searched, and by which engine.

        Pictures of the old sightings become erasures. False where the lease was lost.
        """

    def finish_search(self, recording_id: str, worker: str) -> bool:
        """Set to done. False where the lease was lost."""

    def fail_search(self, recording_id: str, worker: str, sentence: str) -> bool:
        """Set to failed with the reason; earlier sightings stay. False where the lease was lost."""


class MarkStore(Protocol):
    """Marks, their history, and the log."""

    def save_machine_marks(self, lecture_id: str, marks: Sequence[Mark]) -> None:
        """Make the machine's marks of a lecture these, all or nothing; the same again changes nothing.

        A mark that a person set keeps status, setter and reason, and takes evidence, `left_early` and `machine_status`.
        A machine's mark that is not among these is removed, and a person's that is not loses its evidence.
        A changed status is added to the history with `by` None.
        """

    def set_mark(self, mark: Mark) -> Mark:
        """A person's decision (`set_by` is given); adds to the history, keeps evidence and `machine_status`.

        Where the student had no mark, it is added. Raises NotFound (lecture or student).
        """

    def clear_person_mark(self, lecture_id: str, student_id: str, by: str, at: datetime, reason: str) -> Mark:
        """Back to the machine's opinion; adds to the history. Raises NotFound."""

    def marks(self, lecture_id: str) -> Sequence[Mark]:
        """Sorted by student id."""

    def mark_history(self, lecture_id: str, student_id: str) -> Sequence[MarkChange]:
        """Oldest first."""

    def log(self, wanted: LogFilter, *, page: int = 1, size: int = 50) -> Page[LogRow]:
        """The attendance log. Ties are sorted by time, course and student id, so that pages never overlap."""


class SpendingStore(Protocol):
    """How much of a month's searches by a service that charges has been ordered, in seconds of video."""

    def order_search(self, month: str, token: str, seconds: float, most_seconds: float | None) -> bool:
        """Write down a search that is about to be paid for; the same `token` again is the same order, and true.

        False, and nothing written, where the month (`YYYY-MM`, UTC) would come to more than `most_seconds`. Orders at
        once never come to more than that together.
        """

    def ordered_seconds(self, month: str) -> float:
        """The sum of the month's orders; 0 where there are none."""


class AuditStore(Protocol):
    """What people did, and what is still to be erased."""

    def add_audit(self, entry: AuditEntry) -> None:
        """Append-only."""

    def audit(self, *, page: int = 1, size: int = 50) -> Page[AuditEntry]:
        """Newest first."""

    def pending_erasures(self, limit: int = 1000) -> Sequence[str]:
        """Media keys whose rows are gone and whose files must go."""

    def unclaimed(self, keys: Sequence[str]) -> Sequence[str]:
        """Those of these media keys that no face, recording, sighting or mark names; in the order given."""

    def erased(self, keys: Iterable[str]) -> None:
        """These files are gone."""


class Store(
    UserStore,
    CourseStore,
    StudentStore,
    RenewalStore,
    LectureStore,
    SearchStore,
    MarkStore,
    SpendingStore,
    DeviceStore,
    TimetableStore,
    ReadingStore,
    AlarmStore,
    AuditStore,
    Protocol,
):
    """All that is remembered."""

    def prepare(self) -> None:
        """Make or migrate what it needs (tables). Safe to call again, also from two processes at once."""

    def check(self) -> None:
        """Raises ServiceUnavailable where it does not answer or is of another version."""
