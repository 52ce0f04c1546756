"""Import a school's courses, teachers, students and rosters: first what would happen, then that, in batches."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from attendance.changes import AddStudent, Change, SaveExternalIds, SetTeachers, Several
from attendance.committing import commit
from attendance.errors import AlreadyExists, InvalidInput, MovedOn, NotAllowed, NotFound, Phrase
from attendance.events import StudentRegistered
from attendance.languages import SOURCE, catalogue, in_words
from attendance.model import (
    TO_BE_DELETED,
    AuditEntry,
    Effect,
    ExternalKind,
    RowKind,
    SchoolReportRow,
    SchoolRow,
    Student,
    User,
)
from attendance.rules.school import decide, merged
from attendance.rules.school_picture import Decision, Options, Removal, School, Teaching, picture
from attendance.rules.stored_sentences import from_text, to_text
from attendance.rules.texts import folded
from attendance.services import Services
from attendance.use_cases.courses.courses import remove_course
from attendance.use_cases.imports.lists import ZIP_START
from attendance.use_cases.imports.oneroster import is_oneroster, rows_of_oneroster
from attendance.use_cases.imports.school_rows import MOST_FILE_BYTES, SchoolFiles, rows_of_list, rows_of_workbook
from attendance.use_cases.lectures.log import as_csv
from attendance.use_cases.names import same_text
from attendance.use_cases.people.accounts import remove_user
from attendance.use_cases.removals import RemovalWatch, was_removed
from attendance.use_cases.students.removing import remove_student

BATCH = 400
_LARGEST_BATCH = 4000
_QUICK_S = 1.0
_EVERYBODY = 1_000_000
_REFUSALS = (AlreadyExists, NotFound, MovedOn, InvalidInput, NotAllowed)

SCHOOL_IMPORTED = "school.imported"
EFFECT_WORDS = {
    Effect.ADDED: Phrase("added"),
    Effect.CHANGED: Phrase("changed"),
    Effect.REMOVED: Phrase("removed"),
    Effect.UNCHANGED: Phrase("unchanged"),
    Effect.REFUSED: Phrase("refused"),
}
KIND_WORDS = {
    RowKind.COURSE: Phrase("course"),
    RowKind.CLASS: Phrase("section"),
    RowKind.STUDENT: Phrase("student"),
    RowKind.TEACHER: Phrase("teacher"),
    RowKind.ENROLLMENT: Phrase("roster"),
}
_HEADINGS = (
    Phrase("file"),
    Phrase("line"),
    Phrase("what"),
    Phrase("id or email address"),
    Phrase("name"),
    Phrase("outcome"),
    Phrase("remark"),
)


def read_school(services: Services, data: bytes, name: str) -> SchoolFiles:
    """The rows of a CSV file, a workbook or a OneRoster ZIP, with those that a bulk file has no longer at their end.

    Raises InvalidInput where the file as a whole cannot be used.
    """
    try:
        return _read(services, data, name)
    except InvalidInput as wrong:
        wrong.field = "file"
        raise


def _read(services: Services, data: bytes, name: str) -> SchoolFiles:
    if len(data) > MOST_FILE_BYTES:
        raise InvalidInput("The file is larger than %(most)s MB.", most=MOST_FILE_BYTES // 1_000_000)
    if not data.startswith(ZIP_START):
        return rows_of_list(data, name)
    if not is_oneroster(data):
        return rows_of_workbook(data)
    files, is_all = rows_of_oneroster(data)
    return replace(files, rows=[*files.rows, *_no_longer_there(services, files)]) if is_all else files


def _no_longer_there(services: Services, files: SchoolFiles) -> Iterator[SchoolRow]:
    """Enrollments of this source that its file, which says all, has not."""
    there = {row.value("source_id") for row in files.rows if row.kind is RowKind.ENROLLMENT}
    for one in services.store.external_ids(files.source):
        if one.kind is ExternalKind.ENROLLMENT and one.external_id not in there:
            values = {"source_id": one.external_id, "status": TO_BE_DELETED}
            yield SchoolRow("enrollments.csv", 0, RowKind.ENROLLMENT, values)


@dataclass
class SchoolImport:
    """Rows and how they are imported. It can go on at any row: what was done is found as it is, and not done again."""

    services: Services
    rows: Sequence[SchoolRow]
    source: str
    accounts: bool
    by: str | None
    watch: RemovalWatch | None = None

    def plan(self) -> list[SchoolReportRow]:
        """What each row would do, at this moment; nothing is changed."""
        school, options = self._picture(0), self._options()
        return [_reported(row, decide(row, school, options)) for row in self.rows]

    def apply(self, start: int = 0) -> Iterator[list[SchoolReportRow]]:
        """Do it, from this row on, and say of each batch what became of it. Raises ServiceUnavailable, OutOfSpace."""
        options = self._options()
        school = self._picture(start)
        first, size = start, BATCH
        while first < len(self.rows):
            began = time.monotonic()
            batch = self.rows[first : first + size]
            if self.watch is not None:
                self.watch.saw_something()
            decisions = [decide(self._unless_removed(row), school, options) for row in batch]
            done = self._commit_all(decisions)
            report = list(map(_reported, batch[:done], decisions))
            if done < len(batch):
                report += self._one_by_one(batch[done:], first + done, options)
                school = self._picture(first + len(batch))
            yield report
            first += len(batch)
            if time.monotonic() - began < _QUICK_S:  # on SQL; a roster is then written once for many rows
                size = min(2 * size, _LARGEST_BATCH)

    def _options(self) -> Options:
        zone = self.services.settings.timezone
        return Options(self.services.now(), self.source, self.accounts, zone)

    def _picture(self, start: int) -> School:
        store = self.services.store
        school = picture(
            store.students(size=_EVERYBODY).items,
            store.users(size=_EVERYBODY).items,
            store.courses(),
            store.external_ids(self.source) if self.source else (),
            read_roster=lambda course_id: _ids(store.roster, course_id),
            read_teachers=lambda course_id: _ids(store.teachers, course_id),
            has_lectures=lambda course_id: bool(store.lectures(course_ids=[course_id], size=1).total),
        )
        classes = (row for row in self.rows if row.kind is RowKind.CLASS and not row.is_removal)
        school.classes_in_files = frozenset(row.value("source_id") for row in classes if row.value("source_id"))
        stays = [row for row in self.rows if not row.is_removal and not row.problem]
        school.people_in_files = frozenset(
            [row.value("id") for row in stays if row.kind is RowKind.STUDENT]
            + [folded(row.value("email")) for row in stays if row.kind is RowKind.TEACHER]
        ) - {""}
        for row in self.rows[:start]:
            school.note(row)
            school.name_of(row)
        return school

    def _unless_removed(self, row: SchoolRow) -> SchoolRow:
        """Whoever was removed since the import began is not brought back."""
        people = (row.value("id"), same_text(row.value("email")))
        if self.watch is None or row.problem or row.is_removal:
            return row
        if not any(one and self.watch.is_removed(one) for one in people):
            return row
        return replace(row, values={}, problem=to_text(was_removed()))

    def _commit_all(self, decisions: Sequence[Decision]) -> int:
        """How many are done: all, or those before one that was refused, since somebody changed what it needs."""
        done = 0
        try:
            for place, decision in enumerate(decisions):
                if decision.removal is not None:
                    self._commit(decisions[done:place])
                    done = place
                    self._remove(decision.removal)
                    done = place + 1
            self._commit(decisions[done:])
        except _REFUSALS:
            return done
        return len(decisions)

    def _one_by_one(self, rows: Sequence[SchoolRow], first: int, options: Options) -> list[SchoolReportRow]:
        """What the store refuses is refused for its row alone."""
        report: list[SchoolReportRow] = []
        school = self._picture(first)
        for row in rows:
            decision = decide(self._unless_removed(row), school, options)
            try:
                self._commit([decision])
                if decision.removal is not None:
                    self._remove(decision.removal)
            except _REFUSALS as refused:
                decision = Decision(Effect.REFUSED, decision.person, decision.name, [refused])
                school = self._picture(first + len(report) + 1)
            report.append(_reported(row, decision))
        return report

    def _remove(self, removal: Removal) -> None:
        """As its own page does, with its own entry in the audit trail."""
        _REMOVED_BY[removal.kind](self.services, removal.id, by=self.by)

    def _commit(self, decisions: Sequence[Decision]) -> None:
        changes = merged(decisions)
        changes += self._teachers([one for each in decisions for one in each.teaching])
        saved = [one for each in decisions for one in each.saved]
        gone = [one for each in decisions for one in each.gone]
        if saved or gone:
            changes.append(SaveExternalIds(saved, gone))
        if changes:
            added = [change.student for change in changes if isinstance(change, AddStudent)]
            events = [StudentRegistered(at=one.created_at, student_key=one.key) for one in added]
            commit(self.services, Several(changes), *events)

    def _teachers(self, teaching: Sequence[Teaching]) -> Iterator[Change]:
        """Read at the last moment, so that nobody whom a person put there meanwhile is lost."""
        for course_id in dict.fromkeys(one.course_id for one in teaching):
            there = {user.id for user in self.services.store.teachers(course_id)}
            new = set(there)
            for one in teaching:
                if one.course_id == course_id:
                    (new.add if one.begins else new.discard)(one.user_id)
            if new != there:
                yield SetTeachers(course_id, sorted(new))


def _reported(row: SchoolRow, decision: Decision) -> SchoolReportRow:
    remarks = tuple(to_text(one, with_people=True) for one in decision.remarks)
    person, name = decision.person[:255], decision.name[:300]
    return SchoolReportRow(row.file, row.line, row.kind, person, name, decision.effect, remarks)


_REMOVED_BY: Mapping[RowKind, Callable[..., object]] = {
    RowKind.STUDENT: remove_student,
    RowKind.TEACHER: remove_user,
    RowKind.CLASS: remove_course,
}


def write_audit(services: Services, files: str, report: Sequence[SchoolReportRow], *, by: str | None) -> None:
    """One entry with its counts; none where nothing changed."""
    counts = counted(report)
    if any(counts[effect] for effect in (Effect.ADDED, Effect.CHANGED, Effect.REMOVED)):
        detail = ", ".join(f"{effect.value} {count}" for effect, count in counts.items())
        services.store.commit(AuditEntry(services.now(), by, SCHOOL_IMPORTED, files, detail))


def counted(report: Sequence[SchoolReportRow]) -> dict[Effect, int]:
    """How many rows had which effect."""
    counts = Counter(row.effect for row in report)
    return {effect: counts[effect] for effect in Effect}


def said_in(row: SchoolReportRow, language: str) -> str:
    """All remarks of a row."""
    return " ".join(in_words(from_text(one), language) for one in row.remarks)


def school_report_as_csv(report: Sequence[SchoolReportRow], language: str = SOURCE) -> bytes:
    """A line a row of the files."""
    say = catalogue(language).gettext
    rows = (
        [
            row.file,
            row.line or "",
            say(KIND_WORDS[row.kind]),
            row.person,
            row.name,
            say(EFFECT_WORDS[row.effect]),
            said_in(row, language),
        ]
        for row in report
    )
    return as_csv([say(heading) for heading in _HEADINGS], rows)


def _ids(read: Callable[[str], Sequence[Student] | Sequence[User]], course_id: str) -> set[str]:
    """None of a course that is only decided on yet."""
    return {one.id for one in read(course_id)}
