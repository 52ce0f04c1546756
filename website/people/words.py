"""Visits in words: how long ago."""

from __future__ import annotations

from datetime import datetime, timedelta

from flask_babel import format_timedelta
from flask_babel import gettext as _

from website.current import current_services
from website.formatting import moment

_JUST_NOW = timedelta(seconds=10)
_IN_WORDS = timedelta(days=7)


def ago(value: datetime) -> str:
    """Such as "3 minutes ago"; what is older than a week is a date."""
    passed = current_services().now() - value
    if passed < _JUST_NOW:
        return _("just now")
    if passed >= _IN_WORDS:
        return moment(value)
    return format_timedelta(-passed, granularity="second", threshold=1, add_direction=True)
