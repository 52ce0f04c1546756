"""Record what a student, or a guardian for them, agreed to, and that it was taken back."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

from attendance.changes import SaveConsents
from attendance.committing import commit, read_again
from attendance.errors import InvalidInput, NotFound, Phrase
from attendance.events import ConsentWithdrawn, Event, PhotosRemoved
from attendance.model import AuditEntry, Consent, GivenBy, Manner, Purpose, Student
from attendance.rules.consent import OFFERED, WITH_A_PHOTO, with_consents, withdrawn
from attendance.services import Services
from attendance.use_cases.names import clean_remark
from attendance.use_cases.outbox import follow_up
from attendance.use_cases.removals import CONSENT_WITHDRAWN
from attendance.use_cases.sign_in.face import forget_of_student

EARLIEST_CONSENT = date(1900, 1, 1)
FIRST_ZONE_AHEAD = timedelta(hours=14)  # where a day begins first on earth, so that nobody's today is refused
MOST_NOTE_CHARACTERS, MOST_VERSION_CHARACTERS = 200, 40


@dataclass(frozen=True, slots=True)
class Given:
    """To what somebody agreed, who and how, as far as it was written down."""

    by: GivenBy | None = None
    manner: Manner | None = None
    note: str = ""
    text_version: str = ""
    purposes: tuple[Purpose, ...] = WITH_A_PHOTO


def consents_given(services: Services, on: date | None, given: Given, *, by: str | None) -> tuple[Consent, ...]:
    """One a purpose, recorded now; none without a day. Raises InvalidInput."""
    if on is None:
        return ()
    _check_day(services, on)
    if not given.purposes or not set(given.purposes) <= set(OFFERED):
        raise InvalidInput("Choose what the consent is for.", field="purposes")
    note = clean_remark(given.note, Phrase("The note"), MOST_NOTE_CHARACTERS, "note")
    version = clean_remark(
        given.text_version, Phrase("The version of the text"), MOST_VERSION_CHARACTERS, "text_version"
    )
    now = services.now()
    return tuple(
        Consent(purpose, on, now, by, given.by, given.manner, note, version)
        for purpose in OFFERED
        if purpose in given.purposes
    )


def record_consent(
    services: Services, student_id: str, on: date, given: Given | None = None, *, by: str | None
) -> Student:
    """The student with it. What says again what stands already adds nothing. Raises NotFound, InvalidInput."""
    new = consents_given(services, on, given or Given(), by=by)
    entry = AuditEntry(services.now(), by, "student.consent_recorded", student_id, consents_in_words(new))
    return _saved(services, student_id, lambda consents: with_consents(consents, new), entry)


def withdraw_consent(services: Services, student_id: str, purposes: Collection[Purpose], *, by: str | None) -> Student:
    """The student without it. What hangs on it goes: photos and face vectors, or pictures. Raises NotFound."""
    student = services.store.student(student_id)
    standing = {one.purpose for one in student.consents if one.stands}
    gone = [purpose for purpose in Purpose if purpose in purposes and purpose in standing]
    if not gone:
        return student
    now = services.now()
    changed = _saved(
        services,
        student_id,
        lambda consents: withdrawn(consents, gone, now, by),
        AuditEntry(now, by, CONSENT_WITHDRAWN, student_id, ", ".join(gone)),
        *_what_happened(now, student.key, gone),
    )
    if Purpose.FACE in gone:
        forget_of_student(services, student_id)
    follow_up(services)
    return changed


def who_recorded(services: Services, student: Student) -> Mapping[str, str]:
    """The names of the users who recorded the student's consents or their withdrawal, by their ids."""
    ids = {one for consent in student.consents for one in (consent.recorded_by, consent.withdrawn_by)}
    return {user_id: _name_of(services, user_id) for user_id in ids if user_id is not None}


def _name_of(services: Services, user_id: str) -> str:
    try:
        user = services.store.user(user_id)
    except NotFound:
        return ""
    return user.name or user.email


def consents_in_words(consents: Sequence[Consent]) -> str:
    """For the audit. A note may name somebody, and stays out."""
    if not consents:
        return ""
    first = consents[0]
    giver = f" by {first.given_by}" if first.given_by else ""
    return f"consent to {' and '.join(one.purpose for one in consents)} given on {first.given_on.isoformat()}{giver}"


@read_again
def _saved(
    services: Services,
    student_id: str,
    change: Callable[[Sequence[Consent]], tuple[Consent, ...]],
    entry: AuditEntry,
    *events: Event,
) -> Student:
    """Nothing is written down where nothing changes."""
    student = services.store.student(student_id)
    after = change(student.consents)
    if after == student.consents:
        return student
    commit(services, SaveConsents(student_id, student.consents, after), entry, *events)
    return replace(student, consents=after)


def _what_happened(at: datetime, student_key: str, gone: Sequence[Purpose]) -> Iterator[Event]:
    yield ConsentWithdrawn(at=at, student_key=student_key, purposes=tuple(purpose.value for purpose in gone))
    if Purpose.FACE in gone:
        yield PhotosRemoved(at=at, student_key=student_key)


def _check_day(services: Services, on: date) -> None:
    """Raises InvalidInput where nobody can have agreed then."""
    if on < EARLIEST_CONSENT:
        raise InvalidInput("The consent date must not be before 1900.", field="consent_on")
    if on > (services.now().astimezone(UTC) + FIRST_ZONE_AHEAD).date():
        raise InvalidInput("The consent date must not be in the future.", field="consent_on")
