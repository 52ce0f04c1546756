"""Who agreed to what, and what may therefore be stored of them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime

from attendance.errors import InvalidInput
from attendance.model import Consent, Face, Purpose, Student
from attendance.sentences import no_consent

WITH_A_PHOTO = (Purpose.FACE, Purpose.EVIDENCE)
"""What somebody agrees to who agrees that their face is used to take attendance, where nothing narrower is said."""

OFFERED = (*WITH_A_PHOTO, Purpose.VISITS)
"""What may be recorded: purposes of which something of this site makes use."""

_WORDS = ("given_by", "manner", "note", "text_version")


def has_consent(consents: Iterable[Consent], purpose: Purpose) -> bool:
    """Whether one of them is to this purpose and has not been taken back."""
    return any(consent.stands and consent.purpose is purpose for consent in consents)


def check_consent(student: Student, faces: Sequence[Face]) -> None:
    """Whether these faces may be stored of the student; none may always. Raises ConsentMissing."""
    if faces and not has_consent(student.consents, Purpose.FACE):
        raise no_consent(student)


def with_consents(consents: Sequence[Consent], new: Iterable[Consent]) -> tuple[Consent, ...]:
    """The record with these after it. One that says nothing but what stands there already is left out."""
    record = list(consents)
    for consent in new:
        if not any(_says_as_much(one, consent) for one in record):
            record.append(consent)
    return tuple(record)


def withdrawn(
    consents: Sequence[Consent], purposes: Collection[Purpose], at: datetime, by: str | None
) -> tuple[Consent, ...]:
    """The record with all that stands to these purposes taken back."""
    return tuple(
        replace(one, withdrawn_at=at, withdrawn_by=by) if one.stands and one.purpose in purposes else one
        for one in consents
    )


def was_taken_back(consents: Iterable[Consent], purpose: Purpose, given_on: date) -> bool:
    """Whether a consent of that day is one that was taken back since, so that an old list must not bring it back."""
    record = [one for one in consents if one.purpose is purpose]
    return not has_consent(record, purpose) and any(one.given_on >= given_on for one in record)


def consents_of_before(given_on: date | None) -> tuple[Consent, ...]:
    """The first records of a student of whom only the day was stored: who gave it, how and to which text is unknown."""
    return () if given_on is None else tuple(Consent(purpose, given_on) for purpose in WITH_A_PHOTO)


def _says_as_much(standing: Consent, new: Consent) -> bool:
    """Whether the new one adds nothing: it is to the same purpose and of the same day, and no word of it differs."""
    if not standing.stands or (standing.purpose, standing.given_on) != (new.purpose, new.given_on):
        return False
    return all(getattr(new, name) in (None, "", getattr(standing, name)) for name in _WORDS)


def may_be_named(student: Student, *, on_roster: bool) -> bool:
    """Whether a face that no search could name may be said to be this student's: of the roster, or who consented."""
    return on_roster or student.consent_on is not None


def check_may_be_named(student: Student, *, on_roster: bool) -> None:
    """Raises InvalidInput."""
    if not may_be_named(student, on_roster=on_roster):
        raise InvalidInput(
            "%(name)s is not on the roster of this course and has not consented to face recognition.", name=student.name
        )
