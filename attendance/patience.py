"""For how long work may try again what a service refuses: a person who waits for a page needs an answer soon.

Whoever answers people says so once (`limited`); all that they call asks `lasts` before it tries again. Elsewhere, in
the worker and the functions, patience has no end of its own.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar, copy_context
from dataclasses import dataclass
from typing import ParamSpec, TypeVar

PEOPLE_WAIT_S = 4.0
"""API Gateway gives up after 30 s, and people long before."""

P = ParamSpec("P")
R = TypeVar("R")


@dataclass
class _Patience:
    """It begins with the first work that fails: what takes long and succeeds uses none up."""

    seconds: float
    until: float | None = None


_held: ContextVar[_Patience | None] = ContextVar("patience", default=None)


def now() -> float:
    """This moment in seconds, by a clock that nobody sets."""
    return time.monotonic()


@contextmanager
def limited(seconds: float = PEOPLE_WAIT_S) -> Iterator[None]:
    """Within, what fails is tried again for so long in all."""
    token = _held.set(_Patience(seconds))
    try:
        yield
    finally:
        _held.reset(token)


def lasts(next_s: float, since: float) -> bool:
    """Whether there is time for another try that takes so long, with the pause before it.

    `since` is when the work that failed was begun, by `now`.
    """
    patience = _held.get()
    if patience is None:
        return True
    if patience.until is None:
        patience.until = since + patience.seconds
    return now() + next_s < patience.until


def carried(work: Callable[P, R]) -> Callable[P, R]:
    """The same work with the caller's patience, for other threads."""
    context = copy_context()

    def carried_work(*args: P.args, **kwargs: P.kwargs) -> R:
        return context.copy().run(work, *args, **kwargs)

    return carried_work
