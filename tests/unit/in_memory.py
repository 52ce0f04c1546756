"""Services in memory for tests of use cases, at a fixed moment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from attendance.adapters.folder.imports import FolderImports
from attendance.model import Course, Student
from attendance.services import Services
from attendance.settings import load_settings
from attendance.use_cases.courses.courses import add_course
from attendance.use_cases.students.registering import register_student
from tests.fakes import FakeFaces, FakeJobs, FakeMedia, FakeStore, FakeUploads

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
CONSENT = date(2026, 3, 1)


@dataclass(frozen=True, slots=True)
class MemoryServices(Services):
    """The same, with the stand-ins' own types, so that tests may look into them."""

    store: FakeStore
    media: FakeMedia
    faces: FakeFaces


def services_in_memory(data: Path = Path("/nowhere"), **settings: str) -> MemoryServices:
    """Nothing touches the disk unless a use case keeps files under `data`."""
    return MemoryServices(
        settings=load_settings({"ROLLCALL_DATA": str(data), "ROLLCALL_TIMEZONE": "Asia/Seoul", **settings}),
        store=FakeStore(),
        media=FakeMedia(),
        faces=FakeFaces(),
        jobs=FakeJobs(),
        uploads=FakeUploads(),
        imports=FolderImports(data / "imports"),
        now=lambda: NOW,
    )


def a_course(services: Services, section: str = "1") -> Course:
    """A course, distinguished by its section."""
    return add_course(services, code="CS101", name="Computing", section=section, by=None)


def a_student(services: Services, student_id: str = "21", photo: bytes | None = b"face:21", **more: object) -> Student:
    """A registered student; `photo` None is one without consent."""
    given = {
        "name": f"Student {student_id}",
        "consent_on": CONSENT if photo else None,
        "photos": [photo] if photo else [],
        "by": "user",
    } | more
    return register_student(services, student_id=student_id, **given).student
