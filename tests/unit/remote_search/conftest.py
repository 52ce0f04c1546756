"""A course of two, and a recording of it that a service far away searches."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from attendance.model import Recording
from tests.fakes.remote_faces import FakeRemoteFaces
from tests.unit.in_memory import MemoryServices, a_course, a_student, services_in_memory
from tests.unit.receiving import a_file, receive
from tests.unit.remote_search.recorded import Clock


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def faces() -> FakeRemoteFaces:
    return FakeRemoteFaces()


@pytest.fixture
def services(tmp_path: Path, clock: Clock, faces: FakeRemoteFaces) -> MemoryServices:
    made = replace(services_in_memory(tmp_path), now=clock, faces=faces)
    course = a_course(made)
    for student_id in ("21", "22"):
        a_student(made, student_id, f"face:{student_id}".encode(), course_ids=[course.id])
    return made


@pytest.fixture
def recording(services: MemoryServices, tmp_path: Path) -> Recording:
    return receive(services, a_file(tmp_path, "video 3600|21 0 3000|900 10 20"))
