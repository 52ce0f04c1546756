"""Whether somebody may do what takes effect now: begun uploads and imports end hours after they were allowed."""

from __future__ import annotations

from attendance.errors import InvalidInput, NotAllowed, NotFound
from attendance.model import Course, Role, User
from attendance.sentences import no_course
from attendance.services import Services


def check_may_record(services: Services, user_id: str, course: Course) -> None:
    """Raises InvalidInput where a user does not teach the course any more, is no admin either, or is gone."""
    user = _user(services, user_id)
    if user is None:
        raise InvalidInput("The account that uploaded this recording was removed meanwhile.")
    if user.role is Role.ADMIN:
        return
    taught = services.store.courses(teacher_id=user.id) if user.role is Role.TEACHER else ()
    if course.id not in {one.id for one in taught}:
        raise InvalidInput(
            "You do not teach %(course)s any more, so this recording was not stored.", course=course.label
        )


def check_may_teach(services: Services, user: User, course: Course) -> None:
    """Raises NotFound where the user neither teaches the course nor is an admin: it does not exist for them."""
    if user.role is Role.ADMIN:
        return
    taught = services.store.courses(teacher_id=user.id) if user.role is Role.TEACHER else ()
    if course.id not in {one.id for one in taught}:
        raise no_course()


def check_may_import(services: Services, user_id: str) -> None:
    """Raises NotAllowed where the user is no admin any more."""
    user = _user(services, user_id)
    if user is None or user.role is not Role.ADMIN:
        raise NotAllowed("Only admins import students.")


def _user(services: Services, user_id: str) -> User | None:
    try:
        return services.store.user(user_id)
    except NotFound:
        return None
