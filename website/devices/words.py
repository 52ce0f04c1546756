"""Devices in words: days of the week, how they are, and when they were heard of last."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from babel.dates import format_time
from flask_babel import format_timedelta, get_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from attendance.model import Device, DeviceState
from attendance.rules.devices import is_silent
from website.current import reader_timezone
from website.formatting import moment

WEEKDAYS = (
    _l("Monday"),
    _l("Tuesday"),
    _l("Wednesday"),
    _l("Thursday"),
    _l("Friday"),
    _l("Saturday"),
    _l("Sunday"),
)
_FINE = "ok"
_NONE = "none"


@dataclass(frozen=True, slots=True)
class Sign:
    """A state as icon, colour (the ending of a class `status-…`) and words."""

    icon: str
    colour: str
    words: str


def heard_of(device: Device, now: datetime) -> Sign:
    """Whether it is there at this moment."""
    if device.state is DeviceState.REVOKED:
        return Sign("slash-circle", "none", _("Revoked %(moment)s", moment=moment(device.revoked_at)))
    if device.state is DeviceState.UNPAIRED:
        return Sign("hourglass-split", "unsure", _("Waits to be paired"))
    if device.last_seen_at is None:
        return Sign("hourglass-split", "unsure", _("Paired, not heard of yet"))
    if is_silent(device, now):
        return Sign("wifi-off", "absent", _("Not seen since %(moment)s", moment=moment(device.last_seen_at)))
    ago = format_timedelta(device.last_seen_at - now, granularity="minute", add_direction=True)
    return Sign("check-circle-fill", "present", _("Seen %(ago)s", ago=ago))


def clock_s(value: datetime) -> str:
    """Hours, minutes and seconds in the reader's zone."""
    return format_time(value, format="HH:mm:ss", tzinfo=reader_timezone(), locale=get_locale())


def part_sign(state: str) -> Sign:
    """A camera or a sensor: "ok", "none", or a sentence of what is wrong."""
    if state == _FINE:
        return Sign("check-circle-fill", "present", _("Works"))
    if state == _NONE:
        return Sign("dash-circle", "none", _("None"))
    return Sign("exclamation-triangle-fill", "absent", state)
