"""How times, sizes and numbers are written in pages: in the reader's words and time zone."""

from __future__ import annotations

from datetime import date, datetime, timedelta, tzinfo

import pytz
from babel.dates import format_date, format_skeleton, format_time
from flask import Flask
from flask_babel import get_locale
from flask_babel import gettext as _
from flask_bootstrap import Bootstrap5

from attendance.rules.lectures import rounded_down
from website.current import reader_timezone
from website.isolation import IsolatingBabel
from website.language import reader_language

Zone = str | tzinfo | None  # a name, a zone, or the reader's own


def init_app(app: Flask) -> None:
    """Make the filters known to templates: of days, moments and clocks, of percentages, sizes and other numbers."""
    IsolatingBabel(app, locale_selector=reader_language, timezone_selector=lambda: str(reader_timezone()))
    Bootstrap5(app)
    app.jinja_env.globals.update(get_locale=get_locale, reader_zone=reader_zone, weekday_of=weekday_of)
    app.jinja_env.filters.update(
        day=day,
        short_day=short_day,
        minutes_later=minutes_later,
        moment=moment,
        clock=clock,
        seconds=seconds,
        percent=percent,
        bytes=size_in_bytes,
        shown=rounded_down,
    )


def reader_zone() -> str:
    """The name of the zone in which times stand that name none."""
    return str(reader_timezone())


def day(value: date | datetime | None, zone: Zone = None) -> str:
    """A date in words. A moment becomes the date it has in the zone."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        value = value.astimezone(_zone(zone)).date()
    return format_date(value, format="medium", locale=get_locale())


def short_day(value: datetime, zone: Zone = None) -> str:
    """Month and day in the zone, in figures: for heads of columns and charts."""
    return format_skeleton("Md", value, tzinfo=_zone(zone), locale=get_locale())


def minutes_later(value: datetime, minutes: int) -> datetime:
    """A moment so many minutes after another."""
    return value + timedelta(minutes=minutes)


def weekday_of(value: datetime, zone: Zone = None) -> str:
    """The name of the day that a moment is on in the zone."""
    return format_date(value.astimezone(_zone(zone)).date(), format="EEEE", locale=get_locale())


def clock(value: datetime | None, zone: Zone = None) -> str:
    """Hours and minutes in the zone."""
    if value is None:
        return ""
    return format_time(value, format="HH:mm", tzinfo=_zone(zone), locale=get_locale())


def moment(value: datetime | None, zone: Zone = None) -> str:
    """Date, hours and minutes in the zone."""
    if value is None:
        return ""
    return _("%(day)s, %(time)s", day=day(value, zone), time=clock(value, zone))


def seconds(value: float | None) -> str:
    """A length or a place in a recording: mm:ss, or h:mm:ss."""
    if value is None:
        return ""
    minutes, rest = divmod(int(value), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes:02}:{rest:02}"


def percent(value: float | None) -> str:
    """A part of one, as whole percent."""
    return "" if value is None else _("%(number)d%%", number=round(100 * value))


def size_in_bytes(value: float | None) -> str:
    """A size with the unit that suits it."""
    if value is None:
        return ""
    for unit in ("B", "kB", "MB", "GB"):
        if value < 1000 or unit == "GB":
            break
        value /= 1000
    return f"{value:.0f} {unit}" if unit == "B" or value >= 100 else f"{value:.1f} {unit}"


def _zone(zone: Zone) -> tzinfo:
    if isinstance(zone, str):
        return pytz.timezone(zone)
    return zone or reader_timezone()
