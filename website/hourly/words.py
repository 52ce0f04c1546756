"""What a cell of the grid says, in words and as a sign, and how people in a picture are called."""

from __future__ import annotations

from datetime import datetime

import pytz
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from attendance.model import Status
from attendance.rules.hours import Presence
from attendance.rules.statuses import MEANINGS
from attendance.use_cases.lectures.hourly import PersonSeen

SIGNS = {
    Presence.PRESENT: ("check-lg", _l(MEANINGS[Status.PRESENT].word)),
    Presence.UNSURE: ("question-lg", _l(MEANINGS[Status.UNSURE].word)),
    Presence.ANOTHER_WAY: ("person-x", _l("Needs another way: no photo to compare")),
    Presence.ABSENT: ("x-lg", _l(MEANINGS[Status.ABSENT].word)),
    Presence.NOT_WATCHED: ("dash-lg", _l("Not watched")),
}


def iso_day(value: datetime, timezone: str) -> str:
    """The day of a moment in a zone, as addresses and date fields say it."""
    return value.astimezone(pytz.timezone(timezone)).date().isoformat()


def name_seen(person: PersonSeen) -> str:
    """The name, with a question mark where it is not sure; a number where there is none."""
    if person.student is None:
        return _("Stranger %(number)s", number=person.sighting.number or "")
    return person.student.name if person.is_sure else f"{person.student.name}?"
