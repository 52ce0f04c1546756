"""A course with a lecture in which the search is unsure about every student, and a site for it in this process."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from attendance import bootstrap as composition
from attendance.disk.files import DiskFile
from attendance.model import Course, Role
from attendance.searching.searches import search_recording
from attendance.services import Services
from attendance.settings import Settings, load_settings
from attendance.use_cases.courses.courses import add_course, set_teachers
from attendance.use_cases.people.accounts import add_user
from attendance.use_cases.recordings.receiving import receive_recording
from attendance.use_cases.students.registering import register_student
from tests.browser.school import ADMIN, PASSWORD, TEACHER
from tests.fakes import FakeFaces, FakeJobs

FIRST = 30
"""The id of the first student; the others follow."""


def open_faces(value: str, settings: Settings) -> FakeFaces:
    """For the registry of face engines: it sees who is named in a film."""
    return FakeFaces()


def open_jobs(value: str, settings: Settings) -> FakeJobs:
    """For the registry of queues."""
    return FakeJobs()


@contextmanager
def unsure_school(folder: Path, patched: pytest.MonkeyPatch, number: int, name: str) -> Iterator[Services]:
    """So many students, each called by the name and their id."""
    patched.setitem(composition.FACES, "fake", f"{__name__}:open_faces")
    patched.setitem(composition.JOBS, "fake", f"{__name__}:open_jobs")
    given = {"ROLLCALL_DATA": str(folder / "data"), "ROLLCALL_FACES": "fake", "ROLLCALL_JOBS": "fake"}
    services = composition.bootstrap(load_settings(given))
    course = add_course(services, code="101", section="1", name=name, by=None)
    people = range(FIRST, FIRST + number)
    for one in people:
        register_student(
            services,
            student_id=str(one),
            name=f"{name} {one}",
            consent_on=date(2026, 3, 1),
            course_ids=[course.id],
            photos=[f"face:{one}".encode()],
            by=None,
        )
    for email, role in ((TEACHER, Role.TEACHER), (ADMIN, Role.ADMIN)):
        user = add_user(services, email=email, name=name, role=role, password=PASSWORD, by=None).user
        if role is Role.TEACHER:
            set_teachers(services, course.id, [user.id], by=None)
    film = b"video 3000|900 100 200" + b"".join(b"|%d.35 %d %d" % (one, 10 * one, 10 * one + 5) for one in people)
    _search(services, course, folder / "1.mp4", film)
    yield services
    services.store.close()


def _search(services: Services, course: Course, path: Path, film: bytes) -> None:
    path.write_bytes(film)
    recording = receive_recording(
        services,
        file=DiskFile(path),
        original_name=path.name,
        course_id=course.id,
        starts_at=datetime(2026, 3, 2, 9, 0, tzinfo=UTC),
        enqueue=False,
    )
    assert search_recording(services, recording.id)
