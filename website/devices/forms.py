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

from attendance.model import Course, DeviceKind, KioskSettings, KioskSpeech, Liveness, SensorField
from attendance.rules.texts import isolated
from attendance.use_cases.devices.devices import (
    HIGHEST_THRESHOLD_C,
    LOWEST_THRESHOLD_C,
    MOST_OFFSET_C,
    PROPOSED_THRESHOLD_C,
)
from attendance.use_cases.kiosks.setting_up import LEAST_FACE_PX, MOST_FACE_PX
from attendance.use_cases.names import MOST_NAME_CHARACTERS
from website.devices.words import WEEKDAYS
from website.forms import Form
from website.number_fields import NumberField, WholeNumberField

_TIME = _l("Give the time of day, such as 09:00.")
_WHOLE = _l("Write a whole number.")
_PERCENT = _l("Write a number of percent, such as 25.")
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
            SelectChoice(DeviceKind.KIOSK.value, _l("A kiosk")),
        ],
        default=DeviceKind.CLASSROOM.value,
    )


class DoorForm(Form):
    """Whether a door records visits, who sees them, and whether it is told names."""

    records = BooleanField(_l("Record visits"))
    tells_names = BooleanField(_l("Tell the door whom it sees"))
    staff = SelectMultipleField(_l("Staff"), widget=ListWidget(prefix_label=False), option_widget=CheckboxInput())


class KioskForm(Form):
    """How a kiosk is set up."""

    courses = SelectMultipleField(_l("Courses"), widget=ListWidget(prefix_label=False), option_widget=CheckboxInput())
    liveness = RadioField(
        _l("Against pictures held up"),
        choices=[
            SelectChoice(Liveness.OFF.value, _l("Ask for nothing")),
            SelectChoice(Liveness.TURN.value, _l("Ask to turn the head")),
            SelectChoice(Liveness.TURN_AND_PIN.value, _l("Ask to turn the head, and for the PIN")),
        ],
    )
    min_face_px = WholeNumberField(
        _l("Face at least this wide (pixels of 1280)"),
        refusal=_WHOLE,
        validators=[InputRequired(_WHOLE)],
        widget=NumberInput(min=LEAST_FACE_PX, max=MOST_FACE_PX),
    )
    language = RadioField(_l("Language"), choices=[SelectChoice("ko", "한국어"), SelectChoice("en", "English")])
    speech = RadioField(
        _l("Hearing and speaking"),
        choices=[
            SelectChoice(KioskSpeech.BUTTONS.value, _l("Buttons only")),
            SelectChoice(KioskSpeech.LOCAL.value, _l("On the kiosk itself")),
            SelectChoice(KioskSpeech.BROWSER.value, _l("By the browser")),
            SelectChoice(KioskSpeech.AWS.value, _l("By AWS")),
        ],
    )
    volume = WholeNumberField(
        _l("Volume (0 to 100)"),
        refusal=_WHOLE,
        validators=[InputRequired(_WHOLE)],
        widget=NumberInput(min=0, max=100),
    )
    quiet_from = TimeField(_l("Quiet from"), validators=[Optional()])
    quiet_until = TimeField(_l("Quiet until"), validators=[Optional()])
    takes_temperature = BooleanField(_l("Take the temperature"))
    field_x = NumberField(_l("Left (%)"), refusal=_PERCENT, validators=[InputRequired(_PERCENT)])
    field_y = NumberField(_l("Top (%)"), refusal=_PERCENT, validators=[InputRequired(_PERCENT)])
    field_width = NumberField(_l("Width (%)"), refusal=_PERCENT, validators=[InputRequired(_PERCENT)])
    field_height = NumberField(_l("Height (%)"), refusal=_PERCENT, validators=[InputRequired(_PERCENT)])

    def settings(self) -> KioskSettings:
        """What was chosen."""
        sides = (self.field_x, self.field_y, self.field_width, self.field_height)
        return KioskSettings(
            course_ids=frozenset(self.courses.data or ()),
            min_face_px=self.min_face_px.data,
            liveness=Liveness(self.liveness.data),
            speech=KioskSpeech(self.speech.data),
            language=self.language.data,
            volume=self.volume.data / 100,
            quiet_from=f"{self.quiet_from.data:%H:%M}" if self.quiet_from.data else "",
            quiet_until=f"{self.quiet_until.data:%H:%M}" if self.quiet_until.data else "",
            takes_temperature=self.takes_temperature.data,
            sensor_field=SensorField(*(side.data / 100 for side in sides)),
        )


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
