"""The codes on the teacher's screen: new every few seconds, signed, and worth nothing soon after."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Callable
from datetime import datetime

STEP_S = 6
GRACE_STEPS = 1
"""A code that was just replaced still counts, so that nobody is refused for a slow camera."""
_DIGITS = 6


def step_at(now: datetime) -> int:
    """The number of the step that a moment is in."""
    return int(now.timestamp()) // STEP_S


def seconds_left(now: datetime) -> float:
    """Until the next code."""
    return STEP_S - now.timestamp() % STEP_S


def long_code(key: str, lecture_id: str, step: int) -> str:
    """Of the picture on the screen: 80 bits."""
    return base64.b32encode(_signed(key, "picture", lecture_id, step)[:10]).decode()


def short_code(key: str, lecture_id: str, step: int) -> str:
    """Of the text on the screen, for who sits too far away to scan the picture: six digits."""
    number = int.from_bytes(_signed(key, "digits", lecture_id, step)[:8])
    return f"{number % 10**_DIGITS:0{_DIGITS}}"


def is_current(made_by: Callable[[str, str, int], str], key: str, lecture_id: str, said: str, now: datetime) -> bool:
    """Whether `long_code` or `short_code` makes this now, or made it one step before."""
    if not key:
        return False
    codes = [made_by(key, lecture_id, step_at(now) - back) for back in range(GRACE_STEPS + 1)]
    return any(hmac.compare_digest(said.encode(), code.encode()) for code in codes)


def _signed(key: str, what: str, lecture_id: str, step: int) -> bytes:
    return hmac.digest(key.encode(), f"{what} {lecture_id} {step}".encode(), hashlib.sha256)
