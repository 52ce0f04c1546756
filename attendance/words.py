"""Words of ours outside of pages, in a reader's language."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytz
from babel.dates import format_date, format_time

from attendance.languages import catalogue


class Words:
    """`words("%(name)s is here", name=...)` in one language; English where there is no catalogue for it."""

    def __init__(self, language: str, zone: str) -> None:
        self.language, self.zone = language, zone
        self._found = catalogue(language)

    def __call__(self, template: str, **values: Any) -> str:
        said = self._found.gettext(template)
        return said % values if values else said

    def count(self, one: str, many: str, number: int, **values: Any) -> str:
        """The template for this number, which may name it as `num`."""
        return self._found.ngettext(one, many, number) % ({"num": number} | values)

    def day(self, value: date) -> str:
        """A date in words."""
        return format_date(value, format="medium", locale=self.language)

    def local_day(self, value: datetime) -> date:
        """On the reader's clock."""
        return value.astimezone(pytz.timezone(self.zone)).date()

    def moment(self, value: datetime) -> str:
        """Day, hours and minutes on the reader's clock."""
        clock = format_time(value, "HH:mm", tzinfo=pytz.timezone(self.zone), locale=self.language)
        return self("%(day)s, %(time)s", day=self.day(self.local_day(value)), time=clock)
