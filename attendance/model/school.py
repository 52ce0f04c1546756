"""What a school's own system says of its people and courses: rows of its files, and the ids that it knows them by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

TO_BE_DELETED = "tobedeleted"


class ExternalKind(StrEnum):
    """What an id of another system names."""

    CLASS = "class"
    STUDENT = "student"
    TEACHER = "teacher"
    ENROLLMENT = "enrollment"


@dataclass(frozen=True, slots=True)
class ExternalId:
    """An id that a `source` gave, and what it names here: an enrollment names a course and one person.

    `parent` is the source's id of the course that a class is one of. `modified_at` is what the source said last, so
    that an older file does not undo a newer one.
    """

    source: str
    kind: ExternalKind
    external_id: str
    course_id: str | None = None
    student_id: str | None = None
    user_id: str | None = None
    parent: str = ""
    modified_at: datetime | None = None


class RowKind(StrEnum):
    """What a row is about. A course without classes is only a title."""

    COURSE = "course"
    CLASS = "class"
    STUDENT = "student"
    TEACHER = "teacher"
    ENROLLMENT = "enrollment"


class Effect(StrEnum):
    """What a row does, or did."""

    ADDED = "added"
    CHANGED = "changed"
    REMOVED = "removed"
    UNCHANGED = "unchanged"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class SchoolRow:
    """One row of a file, its cells cleaned. `line` is 0 for what a bulk file has no longer.

    `problem` is a stored sentence that says why it is refused, `note` one that says why nothing is done with it.
    """

    file: str
    line: int
    kind: RowKind
    values: Mapping[str, str] = field(default_factory=dict)
    problem: str = ""
    note: str = ""

    def value(self, name: str) -> str:
        """Empty where the row has no such cell."""
        return self.values.get(name, "")

    @property
    def is_removal(self) -> bool:
        """Whether it says that something is to go."""
        return self.value("status") == TO_BE_DELETED


@dataclass(frozen=True, slots=True)
class SchoolReportRow:
    """What became of a row, or would.

    `person` is the id or email address of whom it names; `remarks` are stored sentences.
    """

    file: str
    line: int
    kind: RowKind
    person: str
    name: str
    effect: Effect
    remarks: tuple[str, ...] = ()
