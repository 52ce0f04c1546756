"""The field that asks for a time zone."""

from __future__ import annotations

from typing import Any

import pytz
from markupsafe import escape
from wtforms import Choice, SelectChoice, SelectField
from wtforms.widgets import Select

_USUAL = [SelectChoice(zone) for zone in pytz.common_timezones]


class _Zones(Select):
    """WTForms takes as long for the four hundred options as for the rest of the page, most of it to join attributes."""

    @classmethod
    def render_option(cls, choice: Choice, **_: Any) -> str:
        selected = "selected " if choice.selected else ""
        return f'<option {selected}value="{escape(choice.value)}">{escape(choice.label)}</option>'


class TimezoneField(SelectField):
    """The usual zones and the one chosen now, which may be an old name; `none` is what an empty choice means."""

    widget = _Zones()
    choices: list[SelectChoice]

    def __init__(self, *args: Any, none: str | None = None, **kwargs: Any) -> None:
        first = [] if none is None else [SelectChoice("", none)]
        super().__init__(*args, choices=[*first, *_USUAL], **kwargs)

    def process_data(self, value: str | None) -> None:
        """Offers the present zone too."""
        super().process_data(value)
        if value and value not in pytz.common_timezones_set:
            self.choices = [SelectChoice(value), *self.choices]
