"""Learning platforms (Moodle, Canvas) by LTI 1.3: what is registered of them, and what of theirs is what of ours."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Platform:
    """A learning platform that an admin registered. `issuer` and `client_id` together are unique.

    Where it `vouches_for_mail`, an account here is found by the mail address that it says; where it `adds_accounts`,
    who has none gets one.
    """

    id: str
    name: str
    issuer: str
    client_id: str
    deployment_ids: frozenset[str]
    auth_url: str
    token_url: str
    keys_url: str
    added_at: datetime
    vouches_for_mail: bool = False
    adds_accounts: bool = False


@dataclass(frozen=True, slots=True)
class PlatformCourse:
    """A course of a platform that is a course here. Addresses are empty where the platform does not offer the service.

    `line_item_url` is the column of the grade book that was made for the attendance. `sent_at` is when grades were
    sent last; `error` is why the last attempt failed.
    """

    platform_id: str
    id: str
    course_id: str
    title: str
    roster_url: str
    line_items_url: str
    linked_at: datetime
    line_item_url: str = ""
    sends_grades: bool = False
    sent_at: datetime | None = None
    error: str | None = None


def platform_course_id(deployment_id: str, context_id: str) -> str:
    """Of a course within its platform, by the platform's own words for it."""
    return hashlib.sha256(f"{deployment_id}\n{context_id}".encode()).hexdigest()[:32]


@dataclass(frozen=True, slots=True)
class PlatformAccount:
    """Who is whom: `subject` is the platform's own name of a user."""

    platform_id: str
    subject: str
    user_id: str
    linked_at: datetime


@dataclass(frozen=True, slots=True)
class LoginState:
    """A login that a platform began here and has not finished: good once, for a short time. `id` is a hash."""

    id: str
    platform_id: str
    nonce: str
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class ToolKey:
    """Our own key pair, sealed with the site's secret."""

    id: str
    sealed: str
    made_at: datetime


@dataclass(frozen=True, slots=True)
class PlatformMember:
    """Somebody on the roster of a platform's course."""

    subject: str
    name: str = ""
    email: str = ""
    school_id: str = ""
    is_active: bool = True
    is_learner: bool = False


@dataclass(frozen=True, slots=True)
class Launch:
    """What a platform says of who comes, and of the course that they come from; checked."""

    platform_id: str
    subject: str
    name: str
    email: str
    email_is_verified: bool
    school_id: str
    is_teacher: bool
    is_learner: bool
    course: str
    """Of the course within its platform; empty where it comes from no course."""
    title: str
    roster_url: str
    line_items_url: str


@dataclass(frozen=True, slots=True)
class Score:
    """What a student has reached, of 100, at a moment."""

    subject: str
    percent: float
    at: datetime
