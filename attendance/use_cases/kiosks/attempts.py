"""What a kiosk asks: somebody stands before it and wants to check in, check out or be registered.

An attempt is answered once. The same again, because the answer was lost, gets the same answer and changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from attendance.changes import RecordAttempt
from attendance.committing import commit, read_again
from attendance.device_errors import BadItem, NotOfThisKind
from attendance.errors import AlreadyExists, NotFound, ServiceUnavailable
from attendance.events import CheckedIn, CheckedOut, Event
from attendance.media_keys import kiosk_key
from attendance.model import (
    Device,
    DoorCheckIn,
    DoorMethod,
    KioskAttempt,
    KioskCommand,
    KioskOutcome,
    Liveness,
    Purpose,
    Student,
    Turn,
    Verdict,
    is_id,
)
from attendance.rules.consent import has_consent
from attendance.rules.door_check_ins import LONGEST, Decided, decide_check_in, decide_check_out
from attendance.services import Services
from attendance.use_cases.devices.readings import SentReading, check_time
from attendance.use_cases.kiosks.measuring import Measured, measure
from attendance.use_cases.kiosks.pins import has_pin, is_pin_right
from attendance.use_cases.kiosks.places import students_at
from attendance.use_cases.kiosks.recognising import Looked, Recognised, look_at, recognise
from attendance.use_cases.kiosks.registering import SentRegistration, ask_to_be_registered
from attendance.use_cases.site.reading import site

MOST_FRAMES = 12
MOST_FRAME_BYTES = 400_000
PIN_WITHIN = timedelta(minutes=5)
"""So long an unsure face can be settled by the PIN."""
CLOCKS_AGREE = timedelta(minutes=2)
"""A kiosk that is online is believed what its clock says as far as this; beyond it the site's own counts."""
LANGUAGES = ("ko", "en")

WRONG_PIN, LOCKED_PIN, NO_PIN, NOT_HERE, TWO_FACES = "wrong_pin", "locked_pin", "no_pin", "not_here", "two_faces"


@dataclass(frozen=True, slots=True)
class SentAttempt:
    """An attempt as a kiosk sends it: its own id, when somebody stood there, and the frames in order of time."""

    id: str
    command: KioskCommand
    at: datetime
    language: str
    frames: Sequence[bytes] = ()
    turn: Turn | None = None
    pixels_c: Sequence[float] | None = None
    thermistor_c: float | None = None
    register: SentRegistration | None = None
    offline: bool = False

    @property
    def reading(self) -> SentReading | None:
        """What the sensor saw, where the kiosk has one."""
        if self.pixels_c is None or self.thermistor_c is None:
            return None
        return SentReading(self.id, self.at, self.pixels_c, self.thermistor_c)


@dataclass(frozen=True, slots=True)
class Answered:
    """The answer to an attempt: the attempt as it is stored, whom it names, and its check-in, where there are any."""

    attempt: KioskAttempt
    student: Student | None = None
    check_in: DoorCheckIn | None = None
    choices: Sequence[tuple[str, Student]] = ()

    @property
    def needs_pin(self) -> bool:
        """Whether the PIN would settle it."""
        return self.attempt.outcome in (KioskOutcome.UNSURE, KioskOutcome.NEEDS_PIN)


def receive_attempt(services: Services, device: Device, sent: SentAttempt) -> Answered:
    """Raises NotOfThisKind, BadItem, BadReading, TooOld, BadPhoto, ServiceUnavailable; nothing is stored then."""
    check_sent(services, device, sent)
    if not 1 <= len(sent.frames) <= MOST_FRAMES:
        raise BadItem("An attempt has from 1 to %(most)s pictures.", most=MOST_FRAMES)
    if any(len(frame) > MOST_FRAME_BYTES for frame in sent.frames):
        raise BadItem("A picture of an attempt has at most %(most)s kB.", most=MOST_FRAME_BYTES // 1000)
    if (known := answered_before(services, device, sent.id)) is not None:
        return known
    looked = look_at(services, device, sent.frames, sent.turn)
    if looked.refused is not None:
        return record(services, device, _attempt(services, device, sent, looked.refused, reason=looked.reason))
    if sent.command is KioskCommand.REGISTER:
        return _register(services, device, sent)
    students = students_at(services, device)
    recognised = recognise(services, device, sent.frames, looked, students)
    measured = measure(services, device, sent.reading, looked.face_field)
    return _decide(services, device, sent, looked, recognised, students, measured)


def attempt_by_pin(services: Services, device: Device, sent: SentAttempt, *, number: str, pin: str) -> Answered:
    """The equal way without a camera, by the student id and the PIN. Raises as `receive_attempt`.

    A wrong number and a wrong PIN have one answer, which takes as long.
    """
    check_sent(services, device, sent)
    if sent.command is KioskCommand.REGISTER:
        raise BadItem("Registering needs a picture.")
    if (known := answered_before(services, device, sent.id)) is not None:
        return known
    student = students_at(services, device).get(number.strip())
    is_right = is_pin_right(services, student.id if student is not None else None, pin)
    if student is None or not is_right:
        reason = LOCKED_PIN if student is not None and is_right is None else WRONG_PIN
        return record(services, device, _attempt(services, device, sent, KioskOutcome.REFUSED, reason=reason))
    measured = measure(services, device, sent.reading, None)
    attempt = _attempt(services, device, sent, KioskOutcome.REFUSED, measured=measured)
    return apply(services, device, attempt, student, DoorMethod.PIN)


def settle_by_pin(services: Services, device: Device, attempt_id: str, *, ref: str | None, pin: str) -> Answered:
    """Whom an unsure face shows, or that it is nobody else, said by the PIN. Raises NotFound, BadItem.

    A wrong PIN is answered as the question was, so that it can be typed again; too many end the attempt.
    """
    attempt = own_attempt(services, device, attempt_id)
    if attempt.outcome not in (KioskOutcome.UNSURE, KioskOutcome.NEEDS_PIN):
        return answered(services, attempt)
    if services.now() - attempt.answered_at > PIN_WITHIN:
        return record(services, device, replace(attempt, outcome=KioskOutcome.REFUSED, reason="too_late"), attempt)
    key = attempt.student_key if attempt.outcome is KioskOutcome.NEEDS_PIN else _chosen(attempt, ref)
    student = next((one for one in students_at(services, device).values() if one.key == key), None)
    is_right = is_pin_right(services, student.id if student is not None else None, pin)
    if student is not None and is_right:
        if attempt.outcome is KioskOutcome.UNSURE:
            return apply(services, device, attempt, student, DoorMethod.PIN, was=attempt)
        return apply(services, device, attempt, student, DoorMethod.FACE, similarity=attempt.similarity, was=attempt)
    if student is None or is_right is None:
        return record(services, device, replace(attempt, outcome=KioskOutcome.REFUSED, reason=LOCKED_PIN), attempt)
    return record(services, device, replace(attempt, reason=WRONG_PIN, wrong_pins=attempt.wrong_pins + 1), attempt)


def check_sent(services: Services, device: Device, sent: SentAttempt) -> None:
    """Raises NotOfThisKind, BadItem, TooOld."""
    if not device.is_kiosk:
        raise NotOfThisKind("Only kiosks send check-ins.")
    if not is_id(sent.id):
        raise BadItem("An attempt needs an id of 32 hexadecimal digits, with or without dashes.")
    if sent.language not in LANGUAGES:
        raise BadItem("A kiosk speaks ko or en.")
    if sent.at > services.now() + timedelta(days=1):
        raise BadItem("The attempt says it was made at %(at)s; check the kiosk's clock.", at=sent.at.isoformat())
    check_time(services, device, sent.at)


def own_attempt(services: Services, device: Device, attempt_id: str) -> KioskAttempt:
    """Raises NotFound, also where another kiosk asked it."""
    attempt = services.store.kiosk_attempt(attempt_id)
    if attempt is None or attempt.device_id != device.id:
        raise NotFound("The kiosk never asked this, or it is too long ago.")
    return attempt


def answered_before(services: Services, device: Device, attempt_id: str) -> Answered | None:
    """The answer that was given, if any. Raises BadItem where the id stands for something of another kiosk."""
    attempt = services.store.kiosk_attempt(attempt_id)
    if attempt is None:
        return None
    if attempt.device_id != device.id:
        raise BadItem("Something is stored by this id already.")
    return answered(services, attempt)


def answered(services: Services, attempt: KioskAttempt) -> Answered:
    """An attempt with the names it stands for; of who was removed meanwhile it names nobody."""
    student = _student(services, attempt.student_key)
    check_in = None
    if attempt.check_in_id is not None and student is not None:
        try:
            check_in = services.store.door_check_in(attempt.check_in_id)
        except NotFound:
            check_in = None
    named = [(str(number), _student(services, key)) for number, key in enumerate(attempt.choice_keys, 1)]
    is_unsure = attempt.outcome is KioskOutcome.UNSURE
    choices = [(ref, one) for ref, one in named if one is not None] if is_unsure else []
    return Answered(attempt, student, check_in, choices)


def record(
    services: Services, device: Device, attempt: KioskAttempt, was: KioskAttempt | None = None, *told: Event
) -> Answered:
    """Store what was answered; where the same was answered at the same moment, that counts."""
    try:
        commit(services, RecordAttempt(attempt, was), *told)
    except AlreadyExists:
        return answered_before(services, device, attempt.id) or answered(services, attempt)
    return answered(services, attempt)


@read_again
def apply(
    services: Services,
    device: Device,
    attempt: KioskAttempt,
    student: Student,
    method: DoorMethod,
    *,
    similarity: float | None = None,
    picture: bytes | None = None,
    was: KioskAttempt | None = None,
) -> Answered:
    """Check the student in or out, and answer. Raises ServiceUnavailable where somebody was removed at this moment."""
    key = _stored_picture(services, device, student, picture)
    made = DoorCheckIn(attempt.id, student.id, device.id, device.room, site(services).timezone, attempt.at, method)
    own = services.store.door_check_ins(from_at=attempt.at - LONGEST, student_id=student.id, limit=100)
    decided = _decided(services, attempt, made, own, similarity, key)
    done = decided.steps != ()
    answer = replace(
        attempt,
        outcome=decided.outcome,
        reason=decided.reason,
        student_key=student.key,
        choices="",
        similarity=similarity,
        check_in_id=decided.about.id if decided.about is not None else None,
        answered_at=services.now(),
    )
    if not done and key is not None:
        services.media.delete([key])
    try:
        commit(services, RecordAttempt(answer, was, decided.steps), *_events(services, device, student, decided))
    except BaseException as refused:
        if key is not None:
            services.media.delete([key])
        if isinstance(refused, AlreadyExists):
            return answered_before(services, device, attempt.id) or answered(services, answer)
        if isinstance(refused, NotFound):
            raise ServiceUnavailable("Somebody was removed at this moment; please send it again.") from refused
        raise
    return answered(services, answer)


def _decided(
    services: Services,
    attempt: KioskAttempt,
    made: DoorCheckIn,
    own: Sequence[DoorCheckIn],
    similarity: float | None,
    key: str | None,
) -> Decided:
    if attempt.command is KioskCommand.CHECK_IN:
        new = replace(made, in_temperature_c=attempt.temperature_c, similarity=similarity, picture_key=key)
        return decide_check_in(own, new, services.now())
    out = replace(
        made,
        out_method=made.method,
        out_device_id=made.device_id,
        out_temperature_c=attempt.temperature_c,
        out_similarity=similarity,
        out_picture_key=key,
    )
    return decide_check_out(own, attempt.at, out)


def _events(services: Services, device: Device, student: Student, decided: Decided) -> list[Event]:
    kinds: dict[KioskOutcome, Callable[..., Event]] = {
        KioskOutcome.CHECKED_IN: CheckedIn,
        KioskOutcome.CHECKED_OUT: CheckedOut,
    }
    if decided.outcome not in kinds or decided.about is None:
        return []
    make = kinds[decided.outcome]
    about = decided.about.id
    return [make(at=services.now(), student_key=student.key, check_in_id=about, device_id=device.id)]


def _stored_picture(services: Services, device: Device, student: Student, picture: bytes | None) -> str | None:
    """Of the face that it rests on, where the student agreed to such pictures."""
    if picture is None or not has_consent(student.consents, Purpose.EVIDENCE):
        return None
    key = kiosk_key(device.id)
    services.media.put(key, picture)
    return key


def _decide(
    services: Services,
    device: Device,
    sent: SentAttempt,
    looked: Looked,
    recognised: Recognised,
    students: dict[str, Student],
    measured: Measured,
) -> Answered:
    blank = _attempt(services, device, sent, KioskOutcome.REFUSED, measured=measured)

    def answer(outcome: KioskOutcome, **more: Any) -> Answered:
        return record(services, device, replace(blank, outcome=outcome, **more))

    if not recognised.is_one:
        return answer(KioskOutcome.NOT_LIVE, reason=TWO_FACES)
    if recognised.verdict is Verdict.UNKNOWN:
        return answer(KioskOutcome.STRANGER)
    if recognised.verdict is Verdict.UNSURE:
        keys = " ".join(students[one].key for one in recognised.choices if one in students)
        return answer(KioskOutcome.UNSURE, choices=keys, similarity=recognised.similarity)
    student = students[recognised.student_id or ""]
    if device.kiosk_settings.liveness is Liveness.TURN_AND_PIN:
        if not has_pin(services, student.id):
            return answer(KioskOutcome.REFUSED, reason=NO_PIN)
        return answer(KioskOutcome.NEEDS_PIN, student_key=student.key, similarity=recognised.similarity)
    return apply(
        services,
        device,
        blank,
        student,
        DoorMethod.FACE,
        similarity=recognised.similarity,
        picture=recognised.picture,
    )


def _register(services: Services, device: Device, sent: SentAttempt) -> Answered:
    attempt = _attempt(services, device, sent, KioskOutcome.PENDING)
    outcome, reason, registration = ask_to_be_registered(
        services, device, sent.id, attempt.at, sent.register, sent.frames[0]
    )
    attempt = replace(attempt, outcome=outcome, reason=reason)
    if registration is None:
        return record(services, device, attempt)
    try:
        commit(services, RecordAttempt(attempt, None, (), registration))
    except (AlreadyExists, NotFound) as refused:
        services.media.delete([registration.picture_key])
        if isinstance(refused, NotFound):
            raise
        return answered_before(services, device, attempt.id) or answered(services, attempt)
    return answered(services, attempt)


def _attempt(
    services: Services,
    device: Device,
    sent: SentAttempt,
    outcome: KioskOutcome,
    *,
    reason: str = "",
    measured: Measured | None = None,
) -> KioskAttempt:
    return KioskAttempt(
        id=sent.id,
        device_id=device.id,
        at=_moment(services, sent),
        answered_at=services.now(),
        command=sent.command,
        language=sent.language,
        outcome=outcome,
        reason=reason,
        temperature_c=measured.temperature_c if measured is not None else None,
        temperature_high=measured is not None and measured.is_high,
    )


def _moment(services: Services, sent: SentAttempt) -> datetime:
    now = services.now()
    if sent.offline or abs(now - sent.at) <= CLOCKS_AGREE:
        return min(sent.at, now)
    return now


def _chosen(attempt: KioskAttempt, ref: str | None) -> str | None:
    """The key of the student of that choice. Raises BadItem."""
    keys = dict(enumerate(attempt.choice_keys, 1))
    if ref is None or not ref.isascii() or not ref.isdigit() or int(ref) not in keys:
        raise BadItem("Choose one of the names.")
    return keys[int(ref)]


def _student(services: Services, key: str | None) -> Student | None:
    if key is None:
        return None
    try:
        return services.store.student_by_key(key)
    except NotFound:
        return None
