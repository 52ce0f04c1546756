"""The forms of devices."""

from __future__ import annotations

from collections.abc import Iterable

from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    DateField,
    RadioField,
    SelectChoice,
    SelectField,
    SelectMultipleField,
    StringField,
    TimeField,
)
from wtforms.validators import InputRequired, Length, Optional
from wtforms.widgets import CheckboxInput, ListWidget, NumberInput

from attendance.model import Course, DeviceKind
from attendance.rules.texts import isolated
from attendance.use_cases.devices.devices import (
    HIGHEST_THRESHOLD_C,
    LOWEST_THRESHOLD_C,
    MOST_OFFSET_C,
    PROPOSED_THRESHOLD_C,
)
from attendance.use_cases.names import MOST_NAME_CHARACTERS
from website.devices.words import WEEKDAYS
from website.forms import Form
from website.number_fields import NumberField

_TIME = _l("Give the time of day, such as 09:00.")
_DEGREES = _l("Write a number of degrees, such as 1.5 or -0.5.")


class DeviceForm(Form):
    """What a device is called and where it stands."""

    name = StringField(_l("Name"), validators=[InputRequired(_l("Give it a name.")), Length(max=MOST_NAME_CHARACTERS)])
    room = StringField(
        _l("Room"), validators=[InputRequired(_l("Say in which room it stands.")), Length(max=MOST_NAME_CHARACTERS)]
    )


class NewDeviceForm(DeviceForm):
    """And what it is for, which stays."""

    kind = RadioField(
        _l("What it is for"),
        choices=[
            SelectChoice(DeviceKind.CLASSROOM.value, _l("A classroom")),
            SelectChoice(DeviceKind.DOOR.value, _l("A door")),
        ],
        default=DeviceKind.CLASSROOM.value,
    )


class DoorForm(Form):
    """Whether a door records visits, who sees them, and whether it is told names."""

    records = BooleanField(_l("Record visits"))
    tells_names = BooleanField(_l("Tell the door whom it sees"))
    staff = SelectMultipleField(_l("Staff"), widget=ListWidget(prefix_label=False), option_widget=CheckboxInput())


class SlotForm(Form):
    """A line of the timetable of a room."""

    course_id = SelectField(_l("Course"))
    weekday = SelectField(
        _l("Day of the week"), coerce=int, choices=[SelectChoice(day, word) for day, word in enumerate(WEEKDAYS)]
    )
    starts = TimeField(_l("From"), validators=[InputRequired(_TIME)])
    ends = TimeField(_l("To"), validators=[InputRequired(_TIME)])
    from_on = DateField(_l("First day"), validators=[Optional()])
    until_on = DateField(_l("Last day"), validators=[Optional()])

    def offer(self, courses: Iterable[Course]) -> None:
        """The courses that may meet there."""
        self.course_id.choices = [
            SelectChoice(one.id, f"{isolated(one.label)} · {isolated(one.name)}") for one in courses
        ]


class CalibrationForm(Form):
    """How far the sensor is off, and since when that is known."""

    offset_c = NumberField(
        _l("Offset (°C)"),
        refusal=_DEGREES,
        validators=[InputRequired(_DEGREES)],
        widget=NumberInput(step="0.05", min=-MOST_OFFSET_C, max=MOST_OFFSET_C),
    )
    on = DateField(_l("Measured on"), validators=[InputRequired(_l("Say when it was measured."))])


class AlarmThresholdForm(Form):
    """Whether alarms are made, and from which estimate on."""

    is_on = BooleanField(_l("Make an alarm"))
    threshold_c = NumberField(
        _l("From (°C)"),
        refusal=_DEGREES,
        default=PROPOSED_THRESHOLD_C,
        validators=[Optional()],
        widget=NumberInput(step="0.1", min=LOWEST_THRESHOLD_C, max=HIGHEST_THRESHOLD_C),
    )


class ConfirmForm(Form):
    """Nothing but the token: the page says what will happen."""
