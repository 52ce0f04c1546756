"""Import students from a list and a heap of photos, each row on its own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from attendance.errors import AlreadyExists, InvalidInput, NotFound, RollcallError, TooLarge
from attendance.list_model import AuditEntry
from attendance.model import Course, Face, Student
from attendance.ports import Progress
from attendance.services import Services
from attendance.use_cases.add_photo import keep_photos
from attendance.use_cases.change_student import change_student
from attendance.use_cases.enrol_photos import AddedPhoto, enrolled_photos
from attendance.use_cases.forget_in_imports import refuse_forgotten
from attendance.use_cases.manage_courses import add_to_roster
from attendance.use_cases.names import clean_student_id
from attendance.use_cases.photo_index import PhotoIndex
from attendance.use_cases.photo_sources import FolderPhotos, PhotoSource, ZipPhotos
from attendance.use_cases.photo_words import photo_in_words
from attendance.use_cases.register_student import register_student
from attendance.use_cases.removals import RemovalWatch
from attendance.use_cases.roster_file import RosterRow, read_consent_date, read_roster_file
from attendance.use_cases.row_photos import RowPhotos
from attendance.use_cases.spoilt_ids import padded, refuse_spoilt_id, refuse_spoilt_name, usual_length

__all__ = ["FolderPhotos", "ImportRow", "Outcome", "PhotoSource", "StudentImport", "ZipPhotos", "import_students"]

_REFUSALS = (InvalidInput, AlreadyExists, NotFound, TooLarge)  # other errors are not the row's fault and end the import


class Outcome(StrEnum):
    """What became of a row."""

    ADDED = "added"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class ImportRow:
    """One line of the report: what became of one line of the CSV file, and why."""

    line: int
    student_id: str
    name: str
    outcome: Outcome
    sentence: str


def import_students(
    services: Services,
    *,
    csv: bytes,
    photos: PhotoSource | None = None,
    course_ids: Sequence[str] = (),
    by: str | None,
    progress: Progress | None = None,
) -> list[ImportRow]:
    """One entry a row. Raises InvalidInput where the file as a whole cannot be used, NotFound (course).

    Students who exist are put on the rosters, and take name, consent and photos that are new. Doing the same import
    again changes nothing.
    """
    plan = StudentImport(services, csv=csv, photos=photos, course_ids=course_ids, by=by)
    report: list[ImportRow] = []
    for row in plan.rows():
        report.append(row)
        if progress is not None:
            progress(len(report) / plan.total)
    return report


class StudentImport:
    """An import that can go on at any row, so that one that was broken off loses nothing."""

    def __init__(
        self,
        services: Services,
        *,
        csv: bytes,
        photos: PhotoSource | None,
        course_ids: Sequence[str],
        by: str | None,
        began_at: datetime | None = None,
    ) -> None:
        """`began_at` is now where it does not go on. Raises InvalidInput where the file as a whole cannot be used,
        NotFound (course).
        """
        self._services, self._photos, self._by = services, photos, by
        self._courses: list[Course] = [services.store.course(course_id) for course_id in course_ids]
        self._rows = read_roster_file(csv)
        ids = {row.student_id for row in self._rows}
        self._index = PhotoIndex(photos.names(), ids, photos.other_readings()) if photos else PhotoIndex((), ids)
        self._lines = _first_lines(self._rows)
        self._usual_length = usual_length([row.student_id for row in self._rows])
        self._everybody: list[Face] = []
        self._removals = RemovalWatch(services, began_at or services.now())

    @property
    def total(self) -> int:
        """How many rows there are."""
        return len(self._rows)

    def rows(self, start: int = 0) -> Iterator[ImportRow]:
        """Import row by row from the row of this index on. Raises ServiceUnavailable, OutOfSpace."""
        self._everybody = list(self._services.store.faces()) if self._photos else []
        for row in self._rows[start:]:
            yield self._import(row)
        audit = AuditEntry(self._services.now(), self._by, "students.imported", f"{self.total} rows")
        self._services.store.add_audit(audit)

    def _import(self, row: RosterRow) -> ImportRow:
        try:
            refuse_forgotten(row)
            student_id = clean_student_id(row.student_id)
            self._refuse_row(row, student_id)
            self._removals.refuse(student_id)
            student = self._find(student_id)
            doubt = "" if student else self._doubt(student_id)
            outcome, sentence = self._update(student, row) if student else self._add(student_id, row)
            return ImportRow(
                row.line,
                student_id,
                row.name or (student.name if student else ""),
                outcome,
                f"{doubt} {sentence}".strip(),
            )
        except _REFUSALS as refused:
            return ImportRow(row.line, row.student_id, row.name, Outcome.REFUSED, refused.sentence)

    def _refuse_row(self, row: RosterRow, student_id: str) -> None:
        if row.problem:
            raise row.problem
        refuse_spoilt_id(student_id)
        refuse_spoilt_name(row.name)
        first = self._lines[student_id]
        if first != row.line:
            raise InvalidInput(
                "The id %(student_id)s is already on line %(first)s.", student_id=student_id, first=first
            )

    def _doubt(self, student_id: str) -> str:
        """What is said of a new id that is shorter than the others. Raises InvalidInput where one is registered."""
        longer = padded(student_id, self._usual_length)
        if longer is None:
            return ""
        if self._find(longer):
            raise InvalidInput(
                "The spreadsheet dropped zeros of the id %(id)s: %(longer)s is registered. Format the column as text, "
                "enter the id again and save.",
                longer=longer,
                id=student_id,
            )
        return f"The id is shorter than the others: if a spreadsheet dropped its zeros, it should be {longer}."

    def _find(self, student_id: str) -> Student | None:
        try:
            return self._services.store.student(student_id)
        except NotFound:
            return None

    def _add(self, student_id: str, row: RosterRow) -> tuple[Outcome, str]:
        photos = self._photos_of(student_id, row)
        with photos.named():
            registration = register_student(
                self._services,
                student_id=student_id,
                name=row.name,
                consent_on=read_consent_date(row.consent),
                course_ids=[course.id for course in self._courses],
                photos=photos,
                by=self._by,
                everybody=self._everybody,
            )
        self._everybody.extend(one.face for one in registration.photos)
        return Outcome.ADDED, self._in_words(row, self._left_out(student_id, row), registration.photos)

    def _update(self, student: Student, row: RosterRow) -> tuple[Outcome, str]:
        consent_on = read_consent_date(row.consent) or student.consent_on
        wanted = replace(student, name=row.name or student.name, consent_on=consent_on)
        photos = self._photos_of(student.id, row)
        with (
            photos.named(),
            enrolled_photos(self._services, wanted, photos, everybody=self._everybody, pass_over_same=True) as added,
        ):
            self._removals.refuse(student.id)  # looking at photos takes its time
            changed = change_student(
                self._services, student.id, name=wanted.name, consent_on=wanted.consent_on, by=self._by
            )
            keep_photos(self._services, student.id, added, by=self._by)
        self._everybody.extend(one.face for one in added)
        done = self._put_on_rosters(student.id)
        if changed.consent_on != student.consent_on:
            done.insert(0, "Consent date changed.")
        if changed.name != student.name:
            done.insert(0, "Name changed.")
        outcome = Outcome.UPDATED if done or added else Outcome.UNCHANGED
        return outcome, self._in_words(row, [*done, *self._left_out(student.id, row)], added)

    def _put_on_rosters(self, student_id: str) -> list[str]:
        on = {course.id for course in self._services.store.courses(student_id=student_id)}
        missing = [course for course in self._courses if course.id not in on]
        for course in missing:
            add_to_roster(self._services, course.id, [student_id], by=self._by)
        return [f"Put on the roster of {course.label}." for course in missing]

    def _photos_of(self, student_id: str, row: RosterRow) -> RowPhotos:
        if self._photos is None:
            return RowPhotos(None, [], 0)
        names = (
            self._index.of_student(student_id)
            if row.photos is None
            else [self._index.find(name) for name in row.photos]
        )
        return RowPhotos(self._photos, list(dict.fromkeys(names)), self._services.settings.most_photo_bytes)

    def _left_out(self, student_id: str, row: RosterRow) -> list[str]:
        names = self._index.others_of_student(student_id) if row.photos is None else ()
        return [f"{name} is not a photo of a kind that is read; save it as JPEG." for name in names]

    def _in_words(self, row: RosterRow, done: Sequence[str], added: Sequence[AddedPhoto]) -> str:
        words = list(done)
        if added:
            words.append("1 photo added." if len(added) == 1 else f"{len(added)} photos added.")
        if row.photos and self._photos is None:
            words.append("Its photos were not given.")
        words.extend(photo_in_words(self._services, added))
        return " ".join(words)


def _first_lines(rows: Sequence[RosterRow]) -> dict[str, int]:
    lines: dict[str, int] = {}
    for row in rows:
        try:
            lines.setdefault(clean_student_id(row.student_id), row.line)
        except RollcallError:  # the row is refused with its reason when its turn comes
            continue
    return lines
