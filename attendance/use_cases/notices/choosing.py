"""What users and courses choose to be told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import time

from attendance.changes import SaveCourse, SaveUser
from attendance.committing import commit
from attendance.errors import InvalidInput
from attendance.model import AuditEntry, CourseNotices, NoticeKind, Pace, UserNotices
from attendance.rules.notices import LOG_FORMATS, OF_COURSES, kinds_for, written_choices
from attendance.services import Services

MOST_CHANNEL_CHARACTERS = 80
Chosen = Mapping[NoticeKind, frozenset[str]]


def choose_own(
    services: Services,
    user_id: str,
    *,
    channels: Chosen,
    pace: str,
    quiet_from: str = "",
    quiet_until: str = "",
    log_format: str = "",
) -> UserNotices:
    """For oneself; what is not among `channels` is as the course says, or as usual. Raises NotFound, InvalidInput."""
    user = services.store.user(user_id)
    begins, ends = _clock(quiet_from, "quiet_from"), _clock(quiet_until, "quiet_until")
    if (begins is None) != (ends is None):
        missing = "quiet_until" if ends is None else "quiet_from"
        raise InvalidInput("Quiet hours need a beginning and an end.", field=missing)
    if pace not in set(Pace):
        raise InvalidInput("Choose when you are told.", field="pace")
    mine = {kind: found for kind, found in channels.items() if kind in kinds_for(user.role)}
    chosen = UserNotices(mine, Pace(pace), begins, ends, services.now(), _format(log_format) or None)
    commit(services, SaveUser(replace(user, notices=written_choices(chosen))))
    return chosen


def choose_for_course(
    services: Services, course_id: str, *, channels: Chosen, slack_channel: str = "", log_format: str = "csv", by: str
) -> CourseNotices:
    """For all its teachers who did not choose themselves. Raises NotFound, InvalidInput."""
    course = services.store.course(course_id)
    name = slack_channel.strip()
    if len(name) > MOST_CHANNEL_CHARACTERS or not name.isprintable() or " " in name or name.startswith("user "):
        raise InvalidInput("This is not the name of a Slack channel, such as #cs101.", field="slack_channel")
    its = {kind: found for kind, found in channels.items() if kind in OF_COURSES}
    chosen = CourseNotices(its, name, services.now(), _format(log_format) or LOG_FORMATS[0])
    entry = AuditEntry(services.now(), by, "course.notices_set", course.label)
    commit(services, SaveCourse(replace(course, notices=written_choices(chosen))), entry)
    return chosen


def _format(text: str) -> str:
    if text and text not in LOG_FORMATS:
        raise InvalidInput("Choose as what logs come.", field="log_format")
    return text


def _clock(text: str, field: str) -> str | None:
    if not text.strip():
        return None
    try:
        return time.fromisoformat(text.strip()).strftime("%H:%M")
    except ValueError:
        raise InvalidInput("Write a time such as 22:00.", field=field) from None
