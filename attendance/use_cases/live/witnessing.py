"""What a meeting service says of who joined and left: it stands beside the mark, and is never one.

Only students of the roster are stored, who are known by the email of their account or by a name that nobody else there
has; of guests nothing is.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from attendance.changes import AddWitness
from attendance.committing import commit
from attendance.errors import AlreadyExists, NotFound
from attendance.model import Lecture, Meeting, Passage, Role, Witness
from attendance.rules.live import AFTER, BEFORE
from attendance.rules.texts import searchable
from attendance.services import Services

PASSAGES = {f"meeting.participant_{passage.value}": passage for passage in Passage}
"""As Zoom names its events."""
_TIMES = {Passage.JOINED: "join_time", Passage.LEFT: "leave_time"}


def note_passage(services: Services, said: Mapping[str, Any]) -> int:
    """How many passages were stored of what the service said; the same again stores none. Of anything else 0."""
    passage = PASSAGES.get(str(said.get("event")))
    meeting = _within(said, "payload", "object")
    person = _within(meeting, "participant")
    if passage is None or not person:
        return 0
    at = _moment(person.get(_TIMES[passage]), services.now())
    stored = 0
    for one in services.store.meetings_numbered(str(meeting.get("id", ""))[:64]):
        lecture = _lecture_of(services, one, at)
        student_id = _student_of(services, one.course_id, person) if lecture else None
        if lecture is not None and student_id is not None:
            stored += _store(services, lecture, student_id, passage, at, person)
    return stored


def _store(
    services: Services, lecture: Lecture, student_id: str, passage: Passage, at: datetime, person: Mapping[str, Any]
) -> int:
    who = str(person.get("participant_uuid") or person.get("user_id") or "")
    told = f"{lecture.id} {student_id} {passage} {who} {at.isoformat()}"
    witness = Witness(hashlib.sha256(told.encode()).hexdigest()[:32], lecture.id, student_id, passage, at)
    with suppress(AlreadyExists, NotFound):
        commit(services, AddWitness(witness))
        return 1
    return 0


def _lecture_of(services: Services, meeting: Meeting, at: datetime) -> Lecture | None:
    if meeting.lecture_id is not None:
        with suppress(NotFound):
            return services.store.lecture(meeting.lecture_id)
        return None
    for moment in (at, at + BEFORE, at - AFTER):
        found = services.store.find_lecture(meeting.course_id, moment)
        if found is not None and not _has_own(services, found):
            return found
    return None


def _has_own(services: Services, lecture: Lecture) -> bool:
    """Whether the lecture has a meeting of its own, so that nobody comes to it by that of its course."""
    own = services.store.meeting(lecture.course_id, lecture.id)
    return own is not None and own.has_link


def _student_of(services: Services, course_id: str, person: Mapping[str, Any]) -> str | None:
    roster = {student.id: student.name for student in services.store.roster(course_id)}
    email = person.get("email")
    user = services.store.find_user(email) if isinstance(email, str) and email else None
    if user is not None and user.role is Role.STUDENT and user.student_id in roster:
        return user.student_id
    name = person.get("user_name")
    wanted = searchable(name) if isinstance(name, str) else ""
    alike = [student_id for student_id, known in roster.items() if wanted and searchable(known) == wanted]
    return alike[0] if len(alike) == 1 else None


def _within(said: Mapping[str, Any], *path: str) -> Mapping[str, Any]:
    found: Any = said
    for name in path:
        found = found.get(name) if isinstance(found, Mapping) else None
    return found if isinstance(found, Mapping) else {}


def _moment(said: Any, now: datetime) -> datetime:
    """As the service wrote it; now where that is no time, or none of these days."""
    try:
        at = datetime.fromisoformat(str(said))
    except ValueError:
        return now
    at = at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    return at if abs((now - at).total_seconds()) < 86_400 else now
