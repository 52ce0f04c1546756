"""No face is stored of anybody who has not agreed to it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from attendance.model import Consent, Face, Purpose, Student
from attendance.sentences import no_consent


def check_consent(student: Student, faces: Sequence[Face]) -> None:
    """Whether these faces may be stored of the student; none may always. Raises ConsentMissing."""
    if faces and student.consent_on is None:
        raise no_consent(student)


def has_consent(consents: Iterable[Consent], purpose: Purpose) -> bool:
    """Whether one of them is to this purpose and has not been taken back."""
    return any(consent.stands and consent.purpose is purpose for consent in consents)
