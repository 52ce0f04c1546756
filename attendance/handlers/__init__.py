"""What follows from what happened: a handler is one file here and one line in the registry.

A handler may be called twice with one event, whose `id` tells it so, and must not act twice. Events of one subject
reach it in the order in which they happened. What it raises is tried again with growing pauses.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from attendance.events import (
    AlarmRaised,
    AppealAnswered,
    AppealFiled,
    CheckedIn,
    CheckedOut,
    CheckInTakenBack,
    ConsentWithdrawn,
    CourseTimesChanged,
    DeviceSilent,
    Event,
    FoundAtRisk,
    GradesAsked,
    Invited,
    LinkChanged,
    MarksChanged,
    MarkSet,
    MarksSet,
    MarksWait,
    NoticeAnswered,
    NoticeWaits,
    PasswordForgotten,
    PhotosRemoved,
    RecordingSearched,
    RiskRulesSet,
    StudentRegistered,
    StudentRemoved,
    ThresholdsChanged,
    UnknownAtDoor,
    UnknownDecided,
    UnknownSeen,
    VisitNamed,
    VisitsDecided,
    VisitSeen,
)
from attendance.model import MAIL, SLACK, WEBHOOK


@dataclass(frozen=True, slots=True)
class Handler:
    """Which events it is for, and the function `(services, event)` as `module:name`, imported when it is needed."""

    kinds: tuple[type[Event], ...]
    function: str
    at_once: bool = False
    """Whether who made it happen waits for it: only what is quick, and asks nobody outside."""
    channel: str | None = None
    """Of notices, only those that go by it: one that does not answer holds up no other."""

    def wants(self, event: Event) -> bool:
        """Whether it is to hear of this event."""
        mine = self.channel is None or getattr(event, "channel", None) == self.channel
        return mine and isinstance(event, self.kinds)


_TOLD = (
    RecordingSearched,
    UnknownSeen,
    MarksChanged,
    MarkSet,
    MarksSet,
    AppealFiled,
    AppealAnswered,
    LinkChanged,
    StudentRegistered,
    StudentRemoved,
    ConsentWithdrawn,
    PhotosRemoved,
    AlarmRaised,
    DeviceSilent,
    UnknownDecided,
    VisitSeen,
    UnknownAtDoor,
    VisitNamed,
    FoundAtRisk,
)
_SEND = "attendance.handlers.notices:send"


HANDLERS: Mapping[str, Handler] = {
    "answers": Handler((NoticeAnswered,), "attendance.handlers.answers:follow"),
    "showing": Handler((UnknownDecided, VisitNamed, ConsentWithdrawn), "attendance.handlers.answers:show"),
    "imports": Handler((StudentRemoved, PhotosRemoved), "attendance.handlers.imports:forget", at_once=True),
    "visits": Handler((ConsentWithdrawn,), "attendance.handlers.visits:remove", at_once=True),
    "evidence": Handler((ConsentWithdrawn,), "attendance.handlers.evidence:remove", at_once=True),
    "unknowns": Handler(
        (UnknownDecided, VisitsDecided, PhotosRemoved), "attendance.handlers.unknowns:follow", at_once=True
    ),
    "marks": Handler((MarksWait,), "attendance.handlers.marks:decide"),
    "kiosks": Handler((CheckedIn, CheckedOut, CheckInTakenBack), "attendance.handlers.kiosks:mark"),
    "marking": Handler((CourseTimesChanged,), "attendance.handlers.marking:mark_again"),
    "risks": Handler(
        (MarksChanged, MarkSet, MarksSet, RecordingSearched, RiskRulesSet), "attendance.handlers.risks:check"
    ),
    "notices": Handler(_TOLD, "attendance.handlers.notices:write_down"),
    "grades": Handler((MarksChanged, MarkSet, GradesAsked), "attendance.handlers.grades:send"),
    "withdrawing": Handler((StudentRemoved,), "attendance.handlers.notices:withdraw"),
    "thresholds": Handler((ThresholdsChanged,), "attendance.handlers.site:mark_lectures_again"),
    "accounts": Handler((Invited, PasswordForgotten), "attendance.handlers.accounts:write_down"),
    MAIL: Handler((NoticeWaits,), _SEND, channel=MAIL),
    SLACK: Handler((NoticeWaits,), _SEND, channel=SLACK),
    WEBHOOK: Handler((NoticeWaits,), _SEND, channel=WEBHOOK),
}
