"""The picture of a school on which rows of its files are decided, what a decision is, and how both are written down."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime

from attendance.changes import Change
from attendance.errors import Sentence
from attendance.model import Course, Effect, ExternalId, ExternalKind, RowKind, SchoolRow, Student, User
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


@dataclass(frozen=True, slots=True)
class Options:
    """`source` names the system whose ids are remembered; empty for lists. `accounts` makes accounts for students."""

    now: datetime
    source: str = ""
    accounts: bool = False
    timezone: str = "UTC"


@dataclass
class School:
    """What is stored, as rows ask for it; `roster` and `teachers` of a course and whether it has lectures on demand.

    The files name `classes_in_files` by the ids of their source, and `people_in_files` by student id or folded email:
    who is there under another id of the source is not to be removed.
    """

    students: dict[str, Student]
    users: dict[str, User]
    courses: dict[str, Course]
    known: dict[tuple[ExternalKind, str], ExternalId]
    read_roster: Callable[[str], Iterable[str]]
    read_teachers: Callable[[str], Iterable[str]]
    has_lectures: Callable[[str], bool]
    classes_in_files: frozenset[str] = frozenset()
    people_in_files: frozenset[str] = frozenset()
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
                self.enrolled[place_of(one)].add(name)

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
        for key in keys_of(row):
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


def keys_of(row: SchoolRow) -> list[tuple[str, ...]]:
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


def known_id(row: SchoolRow, school: School) -> ExternalId | None:
    """What its source's id names, where it was imported before."""
    kind = None if row.kind is RowKind.COURSE else ExternalKind(row.kind.value)
    return school.known.get((kind, row.value("source_id"))) if kind and row.value("source_id") else None


def when_said(row: SchoolRow) -> datetime | None:
    """Of which moment the state in the row is, where it says so."""
    return datetime.fromisoformat(row.value("modified")) if row.value("modified") else None


def remember(row: SchoolRow, school: School, options: Options, decision: Decision, **named: str | None) -> None:
    """By which id the source knows it."""
    if not row.value("source_id"):
        return
    kind = ExternalKind(row.kind.value)
    old = school.known.get((kind, row.value("source_id")))
    modified_at = when_said(row) or (old.modified_at if old else None)
    one = ExternalId(options.source, kind, row.value("source_id"), **named, modified_at=modified_at)  # type: ignore[arg-type]
    if one == old:
        return
    decision.saved.append(one)
    school.known[kind, one.external_id] = one
    if kind is ExternalKind.ENROLLMENT:
        if old is not None:
            school.enrolled[place_of(old)].discard(old.external_id)
        school.enrolled[place_of(one)].add(one.external_id)


def forget(school: School, decision: Decision, gone: ExternalId) -> None:
    """An id that its source has no longer."""
    decision.gone.append(gone)
    school.known.pop((gone.kind, gone.external_id), None)
    school.enrolled[place_of(gone)].discard(gone.external_id)


def place_of(one: ExternalId) -> tuple[str, str]:
    """Of an enrollment: which course, and who."""
    return one.course_id or "", one.student_id or one.user_id or ""


def settle(decision: Decision, added: bool) -> None:
    """Say what the decision comes to."""
    if added:
        decision.effect = Effect.ADDED
    elif decision.changes or decision.teaching:
        decision.effect = Effect.CHANGED


NOT_HERE = Sentence("This is not here, so there is nothing to remove.")
