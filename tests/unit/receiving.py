"""Recordings and uploads that come in, and the marks they end in, for tests with services in memory."""

from __future__ import annotations

import io
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

from attendance.changes import AddUser, SetTeachers
from attendance.disk.files import DiskFile
from attendance.errors import AlreadyExists
from attendance.model import LectureRecording, Recording, Role, Status, User, new_id
from attendance.ports import Upload
from attendance.services import Services
from attendance.use_cases.recordings.receiving import receive_recording
from tests.sending import TEACHER
from tests.unit.in_memory import NOW

START = NOW - timedelta(hours=2)


def a_file(folder: Path, content: str = "video 90|21 0 50") -> Path:
    """A recording as FakeFaces reads it."""
    path = folder / "lecture.mp4"
    path.write_bytes(content.encode())
    return path


def receive(services: Services, path: Path, **more: object) -> Recording:
    course = services.store.courses()[0]
    given = {"original_name": path.name, "course_id": course.id, "starts_at": START} | more
    return receive_recording(services, file=DiskFile(path), **given)


def statuses(services: Services, recording: Recording) -> dict[str, Status]:
    """By student."""
    return {mark.student_id: mark.status for mark in services.store.marks(recording.lecture_id)}


def nothing_is_kept(services) -> bool:
    return services.store.lectures().total == 0 and not services.media.files


def a_teacher(services) -> None:
    """The user `teacher`, who teaches every course there is."""
    with suppress(AlreadyExists):
        services.store.commit(AddUser(User("teacher", "teacher@example.org", "A. Teacher", Role.TEACHER, "", NOW)))
    for course in services.store.courses():
        services.store.commit(SetTeachers(course.id, ["teacher"]))


def begin_upload(services, data: bytes = b"video 90|21 0 50", filename: str = "lecture.mp4") -> str:
    a_teacher(services)
    upload_id = new_id()
    purpose = LectureRecording(filename=filename, course_id=services.store.courses()[0].id, starts_at=START)
    services.uploads.begin(Upload(upload_id, TEACHER, len(data), NOW, purpose))
    if data:
        with io.BytesIO(data) as stream:
            services.uploads.append(upload_id, 0, stream)
    return upload_id
