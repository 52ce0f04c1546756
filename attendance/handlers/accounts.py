"""Who is invited, or forgot a password, is to get a mail with a link."""

from __future__ import annotations

from attendance.events import Event
from attendance.services import Services
from attendance.use_cases.people import links


def write_down(services: Services, event: Event) -> None:
    """Each mail is written once, however often this is called."""
    links.write_down(services, event)
