"""The key of every item in the one table; docs/store-dynamodb.md says which query reads which."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime

Key = tuple[str, str]  # partition key and sort key

USERS, ADMINS, STUDENTS, COURSES, FACES, AUDIT, ERASURES = (
    "users",
    "admins",
    "students",
    "courses",
    "faces",
    "audit",
    "erasures",
)
LECTURE, RECORDING, SEEN, MARK, CHANGE, COURSE, STUDENT, USER, SESSION = (
    "lecture#",
    "recording#",
    "seen#",
    "mark#",
    "change#",
    "course#",
    "student#",
    "user#",
    "session#",
)
FACES_IN_USE: Key = ("faces-in-use", "state")
AUDIT_COUNT: Key = ("audit-count", "count")
INDEX = "found"  # sparse: items that are waiting for a search, and sightings by their ids
WAITING = "waiting"


def moment(value: datetime) -> str:
    """UTC with microseconds, so that text sorts as time does. Raises ValueError without a time zone."""
    if value.tzinfo is None:
        raise ValueError(f"{value} has no time zone")
    return value.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def plain(words: str) -> str:
    """The words without the sign that parts of a key are joined by."""
    return words.replace("%", "%25").replace("#", "%23")


def unique(*words: str) -> str:
    """One short key for words that must be unique together, however long they are."""
    return hashlib.sha256(json.dumps(words).encode()).hexdigest()


def user(user_id: str) -> Key:
    return USERS, USER + plain(user_id)


def admin(user_id: str) -> Key:
    return ADMINS, USER + plain(user_id)


def email(folded_email: str) -> Key:
    """Of the item that keeps an email unique and leads to its user."""
    return f"email#{unique(folded_email)}", "user"


def course(course_id: str) -> Key:
    return COURSES, COURSE + plain(course_id)


def course_name(code: str, section: str) -> Key:
    """Of the item that keeps code and section unique and leads to their course."""
    return f"course-name#{unique(code, section)}", "course"


def of_course(course_id: str) -> str:
    """The partition of a course's lectures and roster."""
    return COURSE + plain(course_id)


def of_student(student_id: str) -> str:
    """The partition that says where a student is named."""
    return STUDENT + plain(student_id)


def of_user(user_id: str) -> str:
    """The partition of the courses that a user teaches, and of their sessions."""
    return USER + plain(user_id)


def of_lecture(lecture_id: str) -> str:
    """The partition of a lecture with all that was recorded, seen and marked in it."""
    return LECTURE + plain(lecture_id)


def student(student_id: str) -> Key:
    return STUDENTS, STUDENT + plain(student_id)


def student_key(key: str) -> Key:
    """Of the item that keeps a student's key unique and leads to the student."""
    return f"student-key#{unique(key)}", "student"


def face(face_id: str) -> Key:
    return FACES, f"face#{plain(face_id)}"


def on_roster(course_id: str, student_id: str) -> tuple[Key, Key]:
    """The two items of a student on a roster: one for the course, one for the student."""
    return (
        (of_course(course_id), STUDENT + plain(student_id)),
        (of_student(student_id), COURSE + plain(course_id)),
    )


def teaching(user_id: str, course_id: str) -> Key:
    return of_user(user_id), COURSE + plain(course_id)


def session(user_id: str, session_id: str) -> Key:
    return of_user(user_id), SESSION + plain(session_id)


def account(student_id: str, user_id: str) -> Key:
    """Of the item that leads from a student to an account."""
    return of_student(student_id), USER + plain(user_id)


def lecture(lecture_id: str) -> Key:
    return of_lecture(lecture_id), "lecture"


def lecture_at(course_id: str, starts_at: datetime) -> Key:
    """Of the lecture's copy among those of its course, where no other can start at that time."""
    return of_course(course_id), LECTURE + moment(starts_at)


def recording(lecture_id: str, recording_id: str) -> Key:
    return of_lecture(lecture_id), RECORDING + plain(recording_id)


def recording_place(recording_id: str) -> Key:
    """Of the item that keeps a recording's id unique and leads to its lecture."""
    return RECORDING + plain(recording_id), "place"


def seen_in(recording_id: str) -> str:
    """How the sort keys of a recording's sightings begin."""
    return f"{SEEN}{plain(recording_id)}#"


def seen(lecture_id: str, recording_id: str, search: str, sighting_id: str) -> Key:
    """`search` tells the sightings of one search from those of another."""
    return of_lecture(lecture_id), f"{seen_in(recording_id)}{search}#{plain(sighting_id)}"


def student_seen(student_id: str, lecture_id: str, recording_id: str) -> Key:
    """Of the item that says that a student was seen in a recording."""
    return of_student(student_id), f"{SEEN}{plain(lecture_id)}#{plain(recording_id)}"


def student_marked(student_id: str, lecture_id: str) -> Key:
    """Of the item that says that a student has a mark, or its history, in a lecture."""
    return of_student(student_id), LECTURE + plain(lecture_id)


def mark(lecture_id: str, student_id: str) -> Key:
    return of_lecture(lecture_id), MARK + plain(student_id)


def changes_of(student_id: str) -> str:
    """How the sort keys of a mark's history begin."""
    return f"{CHANGE}{plain(student_id)}#"


def change(lecture_id: str, student_id: str, number: int) -> Key:
    return of_lecture(lecture_id), f"{changes_of(student_id)}{number:09d}"


def sighting_index(sighting_id: str) -> str:
    """Under which the index finds a sighting."""
    return f"sighting#{plain(sighting_id)}"


def month(name: str) -> Key:
    return f"month#{plain(name)}", "ordered"


def order(token: str) -> Key:
    return f"order#{plain(token)}", "order"


def erasure(media_key: str) -> Key:
    return ERASURES, f"key#{media_key}"
