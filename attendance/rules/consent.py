"""No face is stored of anybody who has not agreed to it."""

from __future__ import annotations

from collections.abc import Sequence

from attendance.model import Face, Student
from attendance.sentences import no_consent


def check_consent(student: Student, faces: Sequence[Face]) -> None:
    """Whether these faces may be stored of the student; none may always. Raises ConsentMissing."""
    if faces and student.consent_on is None:
        raise no_consent(student)
