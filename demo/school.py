"""The demonstration's course, its students and accounts, made by the use cases of the site."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import cv2
import pytz

from attendance.model import Course, Recording, Role, User
from attendance.services import Services
from attendance.use_cases.courses.courses import add_course, set_teachers
from attendance.use_cases.people.accounts import add_user
from attendance.use_cases.students.registering import register_student
from demo.drawn_people import CLASS_SEEDS, person, portrait
from demo.lecture_video import DEMO_SECONDS
from website.commands.analysing import analyse

LATE_AFTER_MINUTES, LEFT_EARLY_MINUTES = 10, 5  # the lecture is short, so five minutes are early
_BEGINS = time(10, 0)


@dataclass(frozen=True, slots=True)
class Pupil:
    """A drawn student: `seed` draws the face."""

    seed: int
    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Login:
    """An account of the demonstration; its password was made up and is kept nowhere."""

    user: User
    password: str


CLASS = tuple(
    Pupil(seed, f"D-{number:02}", f"Student {letter}")
    for number, (seed, letter) in enumerate(zip(CLASS_SEEDS, "ABCDEFGH", strict=True), start=1)
)


def make_course(services: Services) -> Course:
    """The course, and its eight students registered with their portraits."""
    course = add_course(
        services,
        code="DEMO101",
        name="Seeing who is there",
        late_after_minutes=LATE_AFTER_MINUTES,
        left_early_minutes=LEFT_EARLY_MINUTES,
        by=None,
    )
    for pupil in CLASS:
        register_student(
            services,
            student_id=pupil.id,
            name=pupil.name,
            consent_on=_yesterday_at(services, course, _BEGINS).date(),
            course_ids=[course.id],
            photos=[_photo(pupil)],
            by=None,
        )
    return course


def take_attendance(services: Services, course: Course, video: Path) -> Recording:
    """Receive and search the video as yesterday's lecture, the way `flask lectures analyse` does."""
    starts_at = _yesterday_at(services, course, _BEGINS).astimezone(UTC)
    ends_at = starts_at + timedelta(seconds=DEMO_SECONDS)
    return analyse(services, path=video, course_id=course.id, starts_at=starts_at, ends_at=ends_at)


def make_logins(services: Services, course: Course) -> list[Login]:
    """An admin, the course's teacher, and the student who came late."""
    late = CLASS[4]
    people = [
        ("admin@demo.example", "Demo admin", Role.ADMIN, None),
        ("teacher@demo.example", "Demo teacher", Role.TEACHER, None),
        ("student@demo.example", late.name, Role.STUDENT, late.id),
    ]
    logins = []
    for email, name, role, student_id in people:
        new = add_user(services, email=email, name=name, role=role, student_id=student_id, by=None)
        logins.append(Login(new.user, new.made_up or ""))
    set_teachers(services, course.id, [login.user.id for login in logins if login.user.role is Role.TEACHER], by=None)
    return logins


def _yesterday_at(services: Services, course: Course, clock: time) -> datetime:
    zone = pytz.timezone(course.timezone)
    day = services.now().astimezone(zone).date() - timedelta(days=1)
    moment: datetime = zone.localize(datetime.combine(day, clock))
    return moment


def _photo(pupil: Pupil) -> bytes:
    return cv2.imencode(".jpg", portrait(person(pupil.seed)), [cv2.IMWRITE_JPEG_QUALITY, 95])[1].tobytes()
