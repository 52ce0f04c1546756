"""Whom of an event is told, and telling them."""

from __future__ import annotations

from attendance.events import Event, NoticeWaits, StudentRemoved
from attendance.services import Services
from attendance.use_cases.notices.sending import send_notice, withdraw_naming
from attendance.use_cases.notices.telling import tell


def write_down(services: Services, event: Event) -> None:
    """Each notice is written once, however often this is called."""
    tell(services, event)


def send(services: Services, event: Event) -> None:
    """One that was sent is not sent again."""
    assert isinstance(event, NoticeWaits)
    send_notice(services, event.notice_id)


def withdraw(services: Services, event: Event) -> None:
    """What named somebody who is gone, wherever it can be taken back."""
    assert isinstance(event, StudentRemoved)
    if event.student_key:
        withdraw_naming(services, event.student_key)
