"""What people are told when something is not there."""

from __future__ import annotations

from attendance.errors import NotFound


def no_user() -> NotFound:
    return NotFound("There is no such user.")


def no_course() -> NotFound:
    return NotFound("There is no such course.")


def no_face() -> NotFound:
    return NotFound("There is no such photo.")


def no_lecture() -> NotFound:
    return NotFound("There is no such lecture.")


def no_recording() -> NotFound:
    return NotFound("There is no such recording.")


def no_sighting() -> NotFound:
    return NotFound("There is no such sighting.")


def no_mark() -> NotFound:
    return NotFound("There is no mark of this student in this lecture.")


def no_student(student_id: str) -> NotFound:
    """For an id that is not registered."""
    return NotFound("There is no student with the id %(id)s.", id=student_id)


def no_such_student() -> NotFound:
    return NotFound("There is no such student.")
