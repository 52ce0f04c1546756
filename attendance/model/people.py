"""Users, courses, students and their faces."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from attendance.model.consent import Consent, Purpose
from attendance.model.ids import new_id
from attendance.model.marks import OwnStatus


class Role(StrEnum):
    """What a user may do."""

    ADMIN = "admin"
    TEACHER = "teacher"
    STUDENT = "student"


@dataclass(frozen=True, slots=True)
class User:
    """Somebody who can log in. `student_id` links the account of a student to the student."""

    id: str
    email: str
    name: str
    role: Role
    password_hash: str
    created_at: datetime
    student_id: str | None = None
    timezone: str | None = None
    language: str | None = None
    session_key: str = field(default_factory=new_id)  # replaced with the password, so that older sessions end
    notices: str | None = None  # what they chose to be told, as rules/notices.py writes it
    calendar_key: str | None = None  # what the addresses of their calendars are signed with; None: they have none

    @property
    def has_password(self) -> bool:
        """False of who was invited and has not come yet: nobody signs in with this account."""
        return bool(self.password_hash)


@dataclass(frozen=True, slots=True)
class Session:
    """One login of a user in one browser. `ends_at` moves with visits, as far as a login may last; see rules.py."""

    id: str
    user_id: str
    created_at: datetime
    seen_at: datetime
    ends_at: datetime
    browser: str = ""  # as it names itself
    address: str = ""


@dataclass(frozen=True, slots=True)
class Course:
    """What is taught (`code`, `name`) to which class (`section`); `code` and `section` together are unique.

    Students may check in from so many minutes before a lecture until so many after it began, and where
    `check_in_networks` names some, from these alone.
    """

    id: str
    code: str
    name: str
    section: str
    timezone: str
    created_at: datetime
    late_after_minutes: int = 10
    left_early_minutes: int = 10
    notices: str | None = None  # what its teachers are told, as rules/notices.py writes it
    statuses: tuple[OwnStatus, ...] = ()
    """Its own, beside those of the site; retired ones stay, so that old marks can be read."""
    late_points: float = 1.0
    """What being late counts in percentages, 0 to 1."""
    least_video_percent: int = 50
    """So much of a lecture must be on video before a search says that somebody was absent."""
    check_in_early_minutes: int = 15
    check_in_late_minutes: int = 30
    check_in_networks: str = ""
    risk_rules: str | None = None
    """When a student is at risk, as rules/risks.py writes it; None: nobody ever said."""

    @property
    def label(self) -> str:
        """Code and section as people write them."""
        return f"{self.code} ({self.section})" if self.section else self.code


@dataclass(frozen=True, slots=True)
class Student:
    """Somebody who can be marked. `id` is the school's own; `key` is ours, for addresses and media keys."""

    id: str
    key: str
    name: str
    created_at: datetime
    consents: tuple[Consent, ...] = ()
    """All that were ever given, in the order in which they were recorded."""
    contact_email: str = ""
    """Of a third person, such as a guardian or tutor, who may be told that the student is at risk."""

    @property
    def consent_on(self) -> date | None:
        """When they agreed to photos and face vectors; None where no such consent stands."""
        given = [one.given_on for one in self.consents if one.stands and one.purpose is Purpose.FACE]
        return given[-1] if given else None


@dataclass(frozen=True, slots=True)
class Face:
    """One enrolled face of a student. `vector` is None where a service holds it under `external_id`.

    `passed_over_by` is an engine that cannot use the photo, where somebody decided to go on without it.
    """

    id: str
    student_id: str
    engine: str
    photo_key: str
    thumbnail_key: str
    quality: float
    created_at: datetime
    vector: tuple[float, ...] | None = None
    external_id: str | None = None
    passed_over_by: str | None = None

    def is_outdated(self, engine: str) -> bool:
        """Whether this engine cannot compare it yet, but may be able to once it is enrolled anew."""
        return engine not in (self.engine, self.passed_over_by)


@dataclass(frozen=True, slots=True)
class EngineCount:
    """How many photos an engine has enrolled: in use, and anew beside those that are in use."""

    engine: str
    faces: int
    renewed: int
