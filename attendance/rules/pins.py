"""Personal PINs: which are too easy, and when wrong ones close one for a while."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise

from attendance.errors import InvalidInput
from attendance.model import PersonalPin

SHORTEST, LONGEST = 4, 8
MOST_WRONG = 5
LOCKED_FOR = timedelta(minutes=15)
_LEAST_DIFFERENT = 3


def clean_pin(text: str, student_id: str) -> str:
    """The digits. Raises InvalidInput, with the rule that is broken in one sentence."""
    pin = text.strip()
    if not (pin.isascii() and pin.isdigit() and SHORTEST <= len(pin) <= LONGEST):
        raise InvalidInput("A PIN has from %(least)s to %(most)s digits.", least=SHORTEST, most=LONGEST, field="pin")
    if _is_trivial(pin):
        raise InvalidInput("This PIN is one of the first that others would try.", field="pin")
    if pin in "".join(sign for sign in student_id if sign.isdigit()):
        raise InvalidInput("The PIN must not be a part of the student id.", field="pin")
    return pin


def is_locked(pin: PersonalPin, now: datetime) -> bool:
    """Whether nobody can use it now."""
    return pin.locked_until is not None and now < pin.locked_until


def after_wrong(pin: PersonalPin, now: datetime) -> PersonalPin:
    """As it is once a wrong one was typed: so many within LOCKED_FOR close it for as long."""
    is_first = pin.wrong_since is None or now - pin.wrong_since >= LOCKED_FOR
    wrong, since = (1, now) if is_first else (pin.wrong + 1, pin.wrong_since)
    if wrong >= MOST_WRONG:
        return replace(pin, wrong=0, wrong_since=None, locked_until=now + LOCKED_FOR)
    return replace(pin, wrong=wrong, wrong_since=since, locked_until=None)


def after_right(pin: PersonalPin) -> PersonalPin:
    """As it is once the right one was typed."""
    return replace(pin, wrong=0, wrong_since=None, locked_until=None)


def _is_trivial(pin: str) -> bool:
    """Few different digits, digits in a row up or down, the same half twice, or a year that people are born in."""
    steps = {(int(later) - int(one)) % 10 for one, later in pairwise(pin)}
    half = len(pin) // 2
    is_year = len(pin) == 4 and 1940 <= int(pin) <= 2029
    return len(set(pin)) < _LEAST_DIFFERENT or steps in ({1}, {9}) or pin[:half] == pin[half:] or is_year
