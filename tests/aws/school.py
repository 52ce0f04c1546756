"""Who is in the class, and the site that they are in."""

from __future__ import annotations

import struct
from dataclasses import dataclass

from flask import Flask

from attendance.services import Services
from tests.aws.cloud import Cloud
from tests.aws.visitors import TEACHER, Admin, Teacher
from tests.system.school import SEEDS, photo_of
from website import create_app


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


def open_school() -> School:
    """A course with two students and a teacher, made by the pages of a site with the environment's settings."""
    app = create_app()
    admin = Admin(app)
    course_id = admin.add_course()
    admin.add_user(TEACHER, "teacher")
    admin.let_teach(course_id)
    keys = {one: admin.register(course_id, one.id, one.name, photo_of(one.seed)) for one in (PRESENT, ABSENT)}
    return School(app, admin, Teacher(app), course_id, keys)


class KeptSchool:
    """A school that was opened once, and all that AWS has of it, so that each test finds it as it was.

    `of_functions` are the services of a container of Lambda, which lives for many calls.
    """

    def __init__(self, cloud: Cloud, school: School, of_functions: Services) -> None:
        self.cloud, self.school, self.of_functions = cloud, school, of_functions
        self._items, self._keys, self._faces = cloud.items(), cloud.keys(), cloud.faces()

    def restore(self) -> None:
        """Take back what a test did; it must have left the collection and the media of the beginning."""
        assert self.cloud.faces() == self._faces
        assert self.cloud.keys() >= self._keys
        self.cloud.delete(self.cloud.keys() - self._keys)
        self.cloud.put_back(self._items)
        self.cloud.forget_done()
        self.cloud.empty_queues()


def with_parts(video: bytes, parts: int) -> bytes:
    """The same film, so large that it is sent in so many parts: MP4 lets players skip what is marked as free."""
    empty = parts * 8 * 1024 * 1024 - 1_000_000 - len(video)
    return video + struct.pack(">I4s", empty, b"free") + bytes(empty - 8)
