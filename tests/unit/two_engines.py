"""A class that was enrolled by one face engine, before another one."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from attendance.errors import BadPhoto
from attendance.model import Recording
from attendance.ports import EnrolledFace
from tests.fakes import FakeFaces
from tests.unit.in_memory import MemoryServices, a_course, a_student, services_in_memory
from tests.unit.receiving import a_file, receive


def a_class_of_before(data: Path) -> MemoryServices:
    """Students 21 with two photos, 22 and 23 with one each, and 24 without, on the roster of one course."""
    made = services_in_memory(data)
    course = a_course(made)
    a_student(made, "21", course_ids=[course.id], photos=[b"face:21", b"face:21.1"])
    for number in ("22", "23"):
        a_student(made, number, f"face:{number}".encode(), course_ids=[course.id])
    a_student(made, "24", None, course_ids=[course.id])
    return made


def with_another_engine(before: MemoryServices) -> MemoryServices:
    """The same store with another engine in use."""
    return replace(before, faces=FakeFaces("fake-2"))


class Blind(FakeFaces):
    """Finds nobody in photos of some people."""

    def __init__(self, *people: float) -> None:
        super().__init__("fake-2")
        self._people = people

    def enrol(self, student_id: str, photo: bytes, *, is_upright: bool = False) -> EnrolledFace:
        enrolled = super().enrol(student_id, photo, is_upright=is_upright)
        assert enrolled.vector is not None
        if enrolled.vector[0] in self._people:
            raise BadPhoto("There is no face in this photo.")
        return enrolled


def received(services: MemoryServices, tmp_path: Path) -> Recording:
    return receive(services, a_file(tmp_path, "video 3600|21 0 3000|22 0 3000"))
