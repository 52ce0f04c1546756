"""What a cell of the grid says, in words and as a sign."""

from __future__ import annotations

from datetime import datetime

import pytz
from flask_babel import lazy_gettext as _l

from attendance.hourly import Presence

SIGNS = {
    Presence.PRESENT: ("check-lg", _l("Present")),
    Presence.UNSURE: ("question-lg", _l("Unsure")),
    Presence.ABSENT: ("x-lg", _l("Absent")),
    Presence.NOT_WATCHED: ("dash-lg", _l("Not watched")),
}


def iso_day(value: datetime, timezone: str) -> str:
    """The day of a moment in a zone, as addresses and date fields say it."""
    return value.astimezone(pytz.timezone(timezone)).date().isoformat()
