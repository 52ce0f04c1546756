"""What somebody answered to a notice is done, and messages that ask who somebody is show what was said."""

from __future__ import annotations

from attendance.events import ConsentWithdrawn, Event, NoticeAnswered, UnknownDecided, VisitNamed
from attendance.services import Services
from attendance.use_cases.notices.answers import act
from attendance.use_cases.notices.renewing import renew_naming, renew_unknowns, renew_visit


def follow(services: Services, event: Event) -> None:
    """Of a notice answered twice the second answer changes nothing."""
    if isinstance(event, NoticeAnswered):
        act(services, event)


def show(services: Services, event: Event) -> None:
    """Whether it was said in a message or on a page; and no picture of whoever took back the consent to it."""
    if isinstance(event, UnknownDecided):
        renew_unknowns(services, event.lecture_ids)
    elif isinstance(event, VisitNamed):
        renew_visit(services, event.visit_id)
    elif isinstance(event, ConsentWithdrawn):
        renew_naming(services, event.student_key)
