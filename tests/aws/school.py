"""Who is in the class, and the site that they are in."""

from __future__ import annotations

import struct
from dataclasses import dataclass

from flask import Flask

from attendance.services import Services
from tests.aws.visitors import Admin, Teacher
from tests.system.school import SEEDS, photo_of

__all__ = ["ABSENT", "PRESENT", "School", "Student", "photo_of", "with_parts"]


@dataclass(frozen=True)
class Student:
    """A drawn person with a number."""

    id: str
    name: str
    seed: int


PRESENT = Student("20260021", "Student 21", SEEDS[0])
ABSENT = Student("20260046", "Student 46", SEEDS[2])


@dataclass(frozen=True)
class School:
    """A site with a course and its people; `keys` are those of the students' pages."""

    app: Flask
    admin: Admin
    teacher: Teacher
    course_id: str
    keys: dict[Student, str]

    @property
    def services(self) -> Services:
        """Of the site's own process."""
        services: Services = self.app.extensions["rollcall"]
        return services


def with_parts(video: bytes, parts: int) -> bytes:
    """The same film, so large that it is sent in so many parts: MP4 lets players skip what is marked as free."""
    empty = parts * 8 * 1024 * 1024 - 1_000_000 - len(video)
    return video + struct.pack(">I4s", empty, b"free") + bytes(empty - 8)
