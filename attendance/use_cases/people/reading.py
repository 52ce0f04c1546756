"""What a person is shown of courses and students: the lists, and who is on a roster."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from attendance.model import Course, Face, Page, Role, Student, User
from attendance.rules.paging import all_items
from attendance.services import Services

_PAGE = 200


@dataclass(frozen=True, slots=True)
class CourseSummary:
    """One line of the list of courses."""

    course: Course
    teachers: Sequence[User]
    students: int


@dataclass(frozen=True, slots=True)
class StudentCard:
    """A student as lists show one: with the photos' faces, the oldest first, and the courses that may be shown."""

    student: Student
    faces: Sequence[Face]
    courses: Sequence[Course] = ()

    @property
    def face_id(self) -> str | None:
        """The face whose thumbnail stands for the student."""
        return self.faces[0].id if self.faces else None


def course_summaries(services: Services, courses: Sequence[Course]) -> list[CourseSummary]:
    """In the order given."""
    store = services.store
    return [CourseSummary(c, store.teachers(c.id), len(store.roster(c.id))) for c in courses]


def student_cards(services: Services, students: Sequence[Student], shown: Sequence[Course] = ()) -> list[StudentCard]:
    """In the order given; of the courses only those in `shown`."""
    faces = _faces(services, students)
    ids = {course.id for course in shown}
    return [
        StudentCard(student, faces[student.id], _courses(services, student, ids) if ids else ()) for student in students
    ]


def find_students(
    services: Services,
    shown: Sequence[Course],
    *,
    text: str = "",
    course_id: str | None = None,
    teacher_id: str | None = None,
    page: int = 1,
    size: int = 25,
) -> Page[StudentCard]:
    """A page of students, sorted by name; the last page where `page` lies behind it."""
    found = services.store.students(text=text, course_id=course_id, teacher_id=teacher_id, page=page, size=size)
    if page > found.pages:
        found = services.store.students(
            text=text, course_id=course_id, teacher_id=teacher_id, page=found.pages, size=size
        )
    return Page(student_cards(services, found.items, shown), found.number, found.size, found.total)


def possible_teachers(services: Services) -> list[User]:
    """Everybody who may teach a course, sorted by email."""
    users = all_items(lambda page: services.store.users(page=page, size=_PAGE))
    return [user for user in users if user.role is not Role.STUDENT]


def _faces(services: Services, students: Sequence[Student]) -> dict[str, list[Face]]:
    faces: dict[str, list[Face]] = defaultdict(list)
    for face in services.store.faces([student.id for student in students]) if students else ():
        faces[face.student_id].append(face)
    return faces


def _courses(services: Services, student: Student, shown: Collection[str]) -> list[Course]:
    return [course for course in services.store.courses(student_id=student.id) if course.id in shown]
