"""What follows from what happened: a handler is one file here and one line in the registry.

A handler may be called twice with one event, whose `id` tells it so, and must not act twice. Events of one subject
reach it in the order in which they happened. What it raises is tried again with growing pauses.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from attendance.events import ConsentWithdrawn, Event, PhotosRemoved, StudentRemoved, UnknownDecided


@dataclass(frozen=True, slots=True)
class Handler:
    """Which events it is for, and the function `(services, event)` as `module:name`, imported when it is needed."""

    kinds: tuple[type[Event], ...]
    function: str
    at_once: bool = False
    """Whether who made it happen waits for it: only what is quick, and asks nobody outside."""


HANDLERS: Mapping[str, Handler] = {
    "imports": Handler((StudentRemoved, PhotosRemoved), "attendance.handlers.imports:forget", at_once=True),
    "visits": Handler((ConsentWithdrawn,), "attendance.handlers.visits:remove", at_once=True),
    "evidence": Handler((ConsentWithdrawn,), "attendance.handlers.evidence:remove", at_once=True),
    "unknowns": Handler((UnknownDecided, PhotosRemoved), "attendance.handlers.unknowns:follow", at_once=True),
}
