"""What a kiosk says to whoever stands before it, on the screen and aloud."""

from __future__ import annotations

from dataclasses import dataclass

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from attendance.model import KioskAttempt, KioskOutcome, TurnVerdict
from attendance.rules.door_check_ins import OUT_ALREADY
from attendance.use_cases.kiosks import registering
from attendance.use_cases.kiosks.attempts import LOCKED_PIN, NO_PIN, TWO_FACES, WRONG_PIN, Answered
from attendance.wall_time import wall_time


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence to read, and the same to be said."""

    sentence: str
    speak: str


_REFUSED = {
    WRONG_PIN: _l("The student id or the PIN is wrong."),
    LOCKED_PIN: _l("Too many wrong PINs were typed. Try again in 15 minutes, or ask your teacher."),
    NO_PIN: _l("This kiosk asks for your PIN, and you have none yet. Set one on your account page."),
    "too_late": _l("That took too long. Please begin again."),
    registering.WHICH_COURSE: _l("Say or tap which class you mean."),
    registering.NO_NAME: _l("The name was not understood. Please try again."),
    registering.TOO_MANY: _l("Too many people wait to be registered. Please ask your teacher."),
}
_NOT_LIVE = {
    TurnVerdict.OTHER_WAY.value: _l("Please turn your head the other way."),
    TurnVerdict.DID_NOT.value: _l("Please look at the camera, and then turn your head a little more."),
    TurnVerdict.LOST.value: _l("Your face was not to be seen all the time. Please try again."),
    TWO_FACES: _l("Somebody else came before the camera. Please try again."),
}


def said_of(answered: Answered, timezone: str) -> Said:
    """In the language that is in force."""
    attempt = answered.attempt
    sentence = _sentence(answered, timezone)
    done = attempt.outcome in (KioskOutcome.CHECKED_IN, KioskOutcome.CHECKED_OUT)
    if done and attempt.temperature_c is not None:
        sentence += " " + _("%(temperature)s °C.", temperature=f"{attempt.temperature_c:.1f}")
        if attempt.temperature_high:
            sentence += " " + _("That is high. Please speak to a member of staff.")
    return Said(sentence, sentence)


def _sentence(answered: Answered, timezone: str) -> str:
    attempt = answered.attempt
    name = answered.student.name if answered.student is not None else ""
    named = {
        KioskOutcome.CHECKED_IN: _("%(name)s, you are checked in.", name=name),
        KioskOutcome.ALREADY_IN: _("%(name)s, you have checked in already.", name=name),
        KioskOutcome.CHECKED_OUT: _("%(name)s, you are checked out.", name=name),
        KioskOutcome.NEEDS_PIN: _("%(name)s, please type your PIN.", name=name),
        KioskOutcome.UNSURE: _("I am not sure who you are. Choose your name, and type your PIN."),
        KioskOutcome.STRANGER: _("I do not know your face. Use your student id and PIN, or ask your teacher."),
        KioskOutcome.NO_FACE: _("No face was seen. Please look at the camera."),
        KioskOutcome.SEVERAL_FACES: _("Several people are before the camera. One at a time, please."),
        KioskOutcome.PENDING: _("Thank you. You are registered once your teacher has confirmed it."),
        KioskOutcome.REFUSED: str(_REFUSED.get(attempt.reason, _l("That did not work. Please try again."))),
        KioskOutcome.NOT_LIVE: str(_NOT_LIVE.get(attempt.reason, _l("Please turn your head, and not a picture."))),
    }
    if attempt.outcome is KioskOutcome.NOT_IN:
        return _not_in(answered, name, timezone)
    if attempt.outcome is KioskOutcome.ALREADY_REGISTERED:
        return _already_registered(attempt)
    if attempt.reason == WRONG_PIN and attempt.outcome in (KioskOutcome.UNSURE, KioskOutcome.NEEDS_PIN):
        return _("The PIN is wrong. Please try again.")
    return named[attempt.outcome]


def _not_in(answered: Answered, name: str, timezone: str) -> str:
    check_in = answered.check_in
    if answered.attempt.reason != OUT_ALREADY or check_in is None or check_in.checked_out_at is None:
        return _("%(name)s, you have not checked in. Please check in first.", name=name)
    clock = f"{wall_time(timezone, check_in.checked_out_at):%H:%M}"
    return _("%(name)s, you checked out already at %(time)s. Check in again if you came back.", name=name, time=clock)


def _already_registered(attempt: KioskAttempt) -> str:
    if attempt.reason == registering.WAITS_ALREADY:
        return _("Somebody of this name waits already. Please ask your teacher.")
    return _("Somebody of this name is registered in this class. Check in, or ask your teacher.")
