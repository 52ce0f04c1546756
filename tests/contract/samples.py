"""Plain examples of every word of the model, for the contract suites."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from attendance.changes import AddCourse, AddLecture, AddRecording, AddStudent, AddUser, SetTeachers
from attendance.errors import BadRecording, Phrase
from attendance.model import (
    AccessToken,
    Consent,
    Course,
    Evidence,
    Face,
    GivenBy,
    Lecture,
    Manner,
    Mark,
    Purpose,
    Recording,
    RecordingKind,
    Role,
    Session,
    Sighting,
    Status,
    Student,
    User,
)
from attendance.ports import Store
from attendance.rules.consent import WITH_A_PHOTO
from attendance.rules.stored_sentences import to_text
from tests.committing import finish_search

NOW = datetime(2025, 3, 3, 0, 30, 15, 123456, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
STORED_SENTENCE = to_text(
    BadRecording(
        "%(name)s: %(reason)s",
        name='수업 50% "1".mp4' + "x" * 3000,
        reason=BadRecording("%(what)s is cut after %(seconds)s s.", what=Phrase("The clip"), seconds=1.5),
    )
)
"""A sentence with values, longer than columns of text often are."""


def a_user(user_id: str = "u1", email: str = "", **more: Any) -> User:
    given = {"name": "", "role": Role.TEACHER, "password_hash": "hash", "created_at": NOW, "session_key": "key"} | more
    return User(id=user_id, email=email or f"{user_id}@example.org", **given)


def a_session(session_id: str = "s1", user_id: str = "u1", **more: Any) -> Session:
    given = {
        "created_at": NOW,
        "seen_at": NOW,
        "ends_at": NOW + HOUR,
        "browser": "A browser",
        "address": "10.0.0.1",
    } | more
    return Session(id=session_id, user_id=user_id, **given)


def a_token(token_id: str = "t1", user_id: str = "u1", **more: Any) -> AccessToken:
    given = {
        "name": "A script",
        "secret_hash": f"hash of {token_id}",
        "scopes": frozenset({"marks:read", "courses:read"}),
        "created_at": NOW,
        "expires_at": NOW + HOUR,
    } | more
    return AccessToken(id=token_id, user_id=user_id, **given)


def a_course(course_id: str = "c1", code: str = "", **more: Any) -> Course:
    given = {"name": "Vision", "section": "", "timezone": "Asia/Seoul", "created_at": NOW} | more
    return Course(id=course_id, code=code or course_id.upper(), **given)


def a_student(student_id: str = "21", **more: Any) -> Student:
    given = {"name": f"Student {student_id}", "created_at": NOW, "consents": agreed()} | more
    return Student(id=student_id, key=f"key-of-{student_id}", **given)


def agreed(*purposes: Purpose, **more: Any) -> tuple[Consent, ...]:
    """Consents to these purposes, or to what goes with a photo."""
    given = {"recorded_at": NOW, "recorded_by": "u1", "given_by": GivenBy.GUARDIAN, "manner": Manner.PAPER} | more
    return tuple(Consent(one, date(2025, 3, 1), **given) for one in purposes or WITH_A_PHOTO)


def a_face(face_id: str = "f1", student_id: str = "21", **more: Any) -> Face:
    given = {"engine": "local-1", "quality": 0.75, "created_at": NOW, "vector": (0.1, -2.5, 1e-17)} | more
    keys = {"photo_key": f"photo of {face_id}", "thumbnail_key": f"thumbnail of {face_id}"}
    return Face(id=face_id, student_id=student_id, **keys, **given)


def a_lecture(lecture_id: str = "l1", course_id: str = "c1", starts_at: datetime = NOW, **more: Any) -> Lecture:
    given = {"ends_at": starts_at + HOUR, "created_at": NOW} | more
    return Lecture(id=lecture_id, course_id=course_id, starts_at=starts_at, **given)


def a_recording(recording_id: str = "r1", lecture_id: str = "l1", **more: Any) -> Recording:
    given = {
        "kind": RecordingKind.VIDEO,
        "media_key": f"media of {recording_id}",
        "original_name": "강의 🎓.mp4",
        "started_at": NOW,
        "duration_s": 3599.96,
        "size_bytes": 5_000_000_000,
        "created_at": NOW,
    } | more
    return Recording(id=recording_id, lecture_id=lecture_id, **given)


def a_sighting(
    sighting_id: str = "s1", recording_id: str = "r1", student_id: str | None = "21", **more: Any
) -> Sighting:
    given = {
        "first_s": 1.5,
        "last_s": 62.25,
        "frames": 40,
        "good_frames": 12,
        "similarity": 88.125,
        "margin": 30.5,
        "picture_key": f"picture of {sighting_id}",
        "picture_s": 7.75,
    } | more
    given.setdefault("appearances_s", (given["first_s"], given["last_s"]))
    return Sighting(id=sighting_id, recording_id=recording_id, student_id=student_id, **given)


def evidence(sighting_id: str = "s1", **more: Any) -> Evidence:
    given = {
        "recording_id": "r1",
        "similarity": 88.125,
        "frames": 40,
        "first_s": 1.5,
        "last_s": 62.25,
        "first_seen_at": NOW + MINUTE,
        "last_seen_at": NOW + 2 * MINUTE,
        "picture_key": f"picture of {sighting_id}",
        "picture_s": 7.75,
    } | more
    return Evidence(sighting_id=sighting_id, **given)


def a_mark(student_id: str = "21", status: Status = Status.PRESENT, **more: Any) -> Mark:
    given = {"lecture_id": "l1", "machine_status": status, "updated_at": NOW} | more
    return Mark(student_id=student_id, status=status, **given)


def a_class(store: Store, *student_ids: str) -> None:
    """A teacher u1, a course c1 with these students, its lecture l1 and a queued recording r1."""
    store.commit(AddUser(a_user("u1", name="Ada Example")))
    store.commit(AddCourse(a_course("c1")))
    store.commit(SetTeachers("c1", ["u1"]))
    for student_id in student_ids or ("21",):
        store.commit(AddStudent(a_student(student_id), course_ids=["c1"]))
    store.commit(AddLecture(a_lecture("l1")))
    store.commit(AddRecording(a_recording("r1")))


def searched(store: Store, *sightings: Sighting, recording_id: str = "r1") -> None:
    """The recording with these sightings, its search done."""
    assert store.claim_search(recording_id, "worker", NOW, NOW + MINUTE)
    assert store.save_sightings(recording_id, "worker", sightings, "local-1", NOW)
    assert finish_search(store, recording_id, "worker")
