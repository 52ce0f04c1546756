"""Import students from a list and their photos."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import overload

from attendance.errors import (
    AlreadyExists,
    BadPhoto,
    InvalidInput,
    NotFound,
    Personal,
    Phrase,
    RollcallError,
    Sentence,
    TooLarge,
)
from attendance.languages import SOURCE, catalogue, in_words
from attendance.model import AuditEntry, Course, Face, Student
from attendance.ports import Progress
from attendance.rules.consent import was_taken_back, with_consents
from attendance.rules.stored_sentences import from_text, to_text
from attendance.services import Services
from attendance.use_cases.courses.courses import add_to_roster
from attendance.use_cases.imports.forgetting import refuse_forgotten
from attendance.use_cases.imports.lists import RosterRow, read_consent_date, read_given, read_roster_file
from attendance.use_cases.lectures.log import as_csv
from attendance.use_cases.names import clean_student_id
from attendance.use_cases.removals import RemovalWatch
from attendance.use_cases.students.checking import photo_in_words
from attendance.use_cases.students.consents import Given, consents_given, record_consent
from attendance.use_cases.students.photo_index import PhotoIndex
from attendance.use_cases.students.photo_sources import FolderPhotos, PhotoSource, ZipPhotos
from attendance.use_cases.students.photos import AddedPhoto, enrolled_photos, store_photos
from attendance.use_cases.students.registering import change_student, register_student

__all__ = ["FolderPhotos", "ImportRow", "Outcome", "PhotoSource", "StudentImport", "ZipPhotos", "import_students"]

_TAKEN_BACK = Sentence("A consent of this day was taken back; record a new one on the student's page.")
_REFUSALS = (InvalidInput, AlreadyExists, NotFound, TooLarge)  # other errors are not the row's fault and end the import


class Outcome(StrEnum):
    """What became of a row."""

    ADDED = "added"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    REFUSED = "refused"


_OUTCOMES = {
    Outcome.ADDED: Phrase("added"),
    Outcome.UPDATED: Phrase("updated"),
    Outcome.UNCHANGED: Phrase("unchanged"),
    Outcome.REFUSED: Phrase("refused"),
}
_HEADINGS = (Phrase("line"), Phrase("id"), Phrase("name"), Phrase("outcome"), Phrase("remark"))
"""Of the report as a file, which is a list that can be imported: in any language `id` and `name` are columns of one."""


@dataclass(frozen=True, slots=True)
class ImportRow:
    """One line of the report: what became of one line of the CSV file, and stored sentences about it."""

    line: int
    student_id: str
    name: str
    outcome: Outcome
    remarks: tuple[str, ...] = ()

    @property
    def sentence(self) -> str:
        """All remarks, in English."""
        return self.said_in(SOURCE)

    def said_in(self, language: str) -> str:
        """All remarks, in this language."""
        return " ".join(in_words(from_text(one), language) for one in self.remarks)


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
        self._services.store.commit(audit)

    def _import(self, row: RosterRow) -> ImportRow:
        try:
            refuse_forgotten(row)
            student_id = clean_student_id(row.student_id)
            self._refuse_row(row, student_id)
            self._removals.refuse(student_id)
            student = self._find(student_id)
            doubts = [] if student else self._doubts(student_id)
            outcome, remarks = self._update(student, row) if student else self._add(student_id, row)
            name = row.name or (student.name if student else "")
            return ImportRow(row.line, student_id, name, outcome, _stored([*doubts, *remarks]))
        except _REFUSALS as refused:
            return ImportRow(row.line, row.student_id, row.name, Outcome.REFUSED, _stored([refused]))

    def _refuse_row(self, row: RosterRow, student_id: str) -> None:
        if row.problem:
            raise row.problem
        refuse_spoilt_id(student_id)
        refuse_spoilt_name(row.name)
        first = self._lines[student_id]
        if first != row.line:
            raise InvalidInput(
                "The id %(student_id)s is already on line %(first)s.", student_id=Personal(student_id), first=first
            )

    def _doubts(self, student_id: str) -> list[Sentence]:
        """What is said of a new id that is shorter than the others. Raises InvalidInput where one is registered."""
        longer = padded(student_id, self._usual_length)
        if longer is None:
            return []
        if self._find(longer):
            raise InvalidInput(
                "The spreadsheet dropped zeros of the id %(id)s: %(longer)s is registered. Format the column as text, "
                "enter the id again and save.",
                longer=Personal(longer),
                id=Personal(student_id),
            )
        return [
            Sentence(
                "The id is shorter than the others: if a spreadsheet dropped its zeros, it should be %(longer)s.",
                longer=Personal(longer),
            )
        ]

    def _find(self, student_id: str) -> Student | None:
        try:
            return self._services.store.student(student_id)
        except NotFound:
            return None

    def _add(self, student_id: str, row: RosterRow) -> tuple[Outcome, list[Sentence]]:
        photos = self._photos_of(student_id, row)
        with photos.named():
            registration = register_student(
                self._services,
                student_id=student_id,
                name=row.name,
                consent_on=read_consent_date(row.consent),
                given=read_given(row),
                course_ids=[course.id for course in self._courses],
                photos=photos,
                by=self._by,
                everybody=self._everybody,
            )
        self._everybody.extend(one.face for one in registration.photos)
        return Outcome.ADDED, self._remarks(row, self._left_out(student_id, row), registration.photos)

    def _update(self, student: Student, row: RosterRow) -> tuple[Outcome, list[Sentence]]:
        on, given, remarks = _agreed_to(student, row)
        new = consents_given(self._services, on, given, by=self._by)
        wanted = replace(student, name=row.name or student.name, consents=with_consents(student.consents, new))
        photos = self._photos_of(student.id, row)
        with (
            photos.named(),
            enrolled_photos(self._services, wanted, photos, everybody=self._everybody, pass_over_same=True) as added,
        ):
            self._removals.refuse(student.id)  # looking at photos takes its time
            changed = change_student(self._services, student.id, name=wanted.name, by=self._by)
            if on is not None:
                record_consent(self._services, student.id, on, given, by=self._by)
            store_photos(self._services, student.id, added, by=self._by)
        self._everybody.extend(one.face for one in added)
        done = self._put_on_rosters(student.id)
        if wanted.consents != student.consents:
            done.insert(0, Sentence("Consent recorded."))
        if changed.name != student.name:
            done.insert(0, Sentence("Name changed."))
        outcome = Outcome.UPDATED if done or added else Outcome.UNCHANGED
        return outcome, self._remarks(row, [*done, *remarks, *self._left_out(student.id, row)], added)

    def _put_on_rosters(self, student_id: str) -> list[Sentence]:
        on = {course.id for course in self._services.store.courses(student_id=student_id)}
        missing = [course for course in self._courses if course.id not in on]
        for course in missing:
            add_to_roster(self._services, course.id, [student_id], by=self._by)
        return [Sentence("Put on the roster of %(course)s.", course=course.label) for course in missing]

    def _photos_of(self, student_id: str, row: RosterRow) -> RowPhotos:
        if self._photos is None:
            return RowPhotos(None, [], 0)
        names = (
            self._index.of_student(student_id)
            if row.photos is None
            else [self._index.find(name) for name in row.photos]
        )
        return RowPhotos(self._photos, list(dict.fromkeys(names)), self._services.settings.most_photo_bytes)

    def _left_out(self, student_id: str, row: RosterRow) -> list[Sentence]:
        names = self._index.others_of_student(student_id) if row.photos is None else ()
        return [
            Sentence("%(name)s is not a photo of a kind that is read; save it as JPEG.", name=Personal(name))
            for name in names
        ]

    def _remarks(self, row: RosterRow, done: Sequence[Sentence], added: Sequence[AddedPhoto]) -> list[Sentence]:
        remarks = list(done)
        if len(added) == 1:
            remarks.append(Sentence("1 photo added."))
        elif added:
            remarks.append(Sentence("%(count)s photos added.", count=len(added)))
        if row.photos and self._photos is None:
            remarks.append(Sentence("Its photos were not given."))
        return [*remarks, *photo_in_words(self._services, added)]


def _stored(remarks: Iterable[Sentence]) -> tuple[str, ...]:
    """Also with names: whoever is removed is taken out of reports."""
    return tuple(to_text(one, with_people=True) for one in remarks)


def _agreed_to(student: Student, row: RosterRow) -> tuple[date | None, Given, list[Sentence]]:
    """The consent of a row with what is to be said of it; no day where nothing is left of it. Raises InvalidInput."""
    on, given = read_consent_date(row.consent), read_given(row)
    if on is None:
        return None, given, []
    left = tuple(one for one in given.purposes if not was_taken_back(student.consents, one, on))
    remarks = [] if left == given.purposes else [_TAKEN_BACK]
    return (on if left else None), replace(given, purposes=left), remarks


def _first_lines(rows: Sequence[RosterRow]) -> dict[str, int]:
    lines: dict[str, int] = {}
    for row in rows:
        try:
            lines.setdefault(clean_student_id(row.student_id), row.line)
        except RollcallError:  # the row is refused with its reason when its turn comes
            continue
    return lines


def report_as_csv(report: Sequence[ImportRow], language: str = SOURCE) -> bytes:
    """A line a row of the list."""
    say = catalogue(language).gettext
    rows = ([row.line, row.student_id, row.name, say(_OUTCOMES[row.outcome]), row.said_in(language)] for row in report)
    return as_csv([say(heading) for heading in _HEADINGS], rows)


class RowPhotos(Sequence[bytes]):
    """Photos by name, out of a source."""

    def __init__(self, source: PhotoSource | None, names: Sequence[str], most_bytes: int) -> None:
        self._source, self._names, self._most_bytes = source, names, most_bytes
        self._last = ""

    def __len__(self) -> int:
        return len(self._names)

    @overload
    def __getitem__(self, place: int) -> bytes: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[bytes]: ...
    def __getitem__(self, place: int | slice) -> bytes | Sequence[bytes]:
        if isinstance(place, slice):
            return RowPhotos(self._source, self._names[place], self._most_bytes)
        self._last = self._names[place]
        if self._source is None:
            raise IndexError(place)
        return self._source.read(self._last, self._most_bytes)

    @contextmanager
    def named(self) -> Iterator[None]:
        """Errors about a photo say the name of the one that was read last."""
        try:
            yield
        except BadPhoto as bad:
            if not self._last or self._last in bad.sentence:
                raise
            raise BadPhoto("%(name)s: %(reason)s", name=Personal(self._last), reason=bad, field="photos") from bad


_SHORTENED = re.compile(r"[+-]?\d+([.,]\d+)?[eE]\+\d+")
_WITH_DECIMALS = re.compile(r"\d+[.,]0+")
_GROUPED = re.compile(r"\d{1,3}(,\d{3})+|\d{1,3}(['’\u00a0\u202f]\d{3})+")
_LAST_DIGITS_LOST = re.compile(r"[1-9]\d{14}0+")
_MONTH = "(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
_DATE = re.compile(rf"\d{{1,2}}-{_MONTH}(-\d\d)?|{_MONTH}-\d\d|\d{{1,2}}월 *\d{{1,2}}일|\d{{4}}-\d\d-\d\d 00:00:00")
_ERROR = re.compile(r"#(N/A|REF!|NAME\?|VALUE!|DIV/0!|NULL!|NUM!|#+)", re.IGNORECASE)
_LOST_LETTERS = re.compile(r"\ufffd|\?{2,}|\?(?=\w)|(?<=\w)\?(?=\w)")
_LEAST_DIGITS, _LEAST_IDS = 4, 3


def refuse_spoilt_id(student_id: str) -> None:
    """Raises InvalidInput with what to do."""
    if _SHORTENED.fullmatch(student_id) or _LAST_DIGITS_LOST.fullmatch(student_id):
        raise InvalidInput(
            "The spreadsheet shortened the id to %(id)s; format its column as text, enter the id again and save.",
            id=Personal(student_id),
            field="student_id",
        )
    if _WITH_DECIMALS.fullmatch(student_id) or _GROUPED.fullmatch(student_id):
        raise InvalidInput(
            "The spreadsheet wrote the id as the number %(id)s; format its column as text and save again.",
            id=Personal(student_id),
            field="student_id",
        )
    if _DATE.fullmatch(student_id):
        raise InvalidInput(
            "The spreadsheet made the date %(id)s of the id; format its column as text, enter the id again and save.",
            id=Personal(student_id),
            field="student_id",
        )
    if _ERROR.fullmatch(student_id):
        raise InvalidInput(
            "The spreadsheet wrote %(id)s in place of the id; mend the cell and save again.",
            id=Personal(student_id),
            field="student_id",
        )


def refuse_spoilt_name(name: str) -> None:
    """Raises InvalidInput where letters were lost when the list was saved in a code page without them."""
    if _LOST_LETTERS.search(name) or _ERROR.fullmatch(name):
        raise InvalidInput(
            "The name %(name)s lost letters when the list was saved; save it as CSV UTF-8 or as .xlsx.",
            name=Personal(name[:60]),
            field="name",
        )


def usual_length(ids: Sequence[str]) -> int | None:
    """How many digits all ids have but for some that are shorter; None where they differ or where a zero leads none.

    Small numbers of one to three digits are as long as they are.
    """
    lengths = Counter(len(one) for one in set(ids) if one.isascii() and one.isdigit())
    if not lengths:
        return None
    longest = max(lengths)
    is_usual = lengths[longest] >= max(_LEAST_IDS, 2 * sum(lengths.values()) // 3)
    return longest if longest >= _LEAST_DIGITS and is_usual else None


def padded(student_id: str, length: int | None) -> str | None:
    """What a shorter id was where a spreadsheet dropped its zeros."""
    if length is None or not (student_id.isascii() and student_id.isdigit()) or len(student_id) >= length:
        return None
    return student_id.zfill(length)
