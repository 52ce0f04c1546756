"""The forms of courses."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, RadioField, SelectChoice, SelectMultipleField, StringField
from wtforms.validators import InputRequired, Length, NumberRange
from wtforms.widgets import CheckboxInput, ListWidget

from attendance.model import Status
from attendance.rules.statuses import BY_PERSON, ICONS, MEANINGS, TONES
from attendance.use_cases.courses.courses import MOST_MINUTES
from attendance.use_cases.courses.statuses import MOST_LETTERS, MOST_STATUS_CHARACTERS
from attendance.use_cases.names import MOST_CODE_CHARACTERS, MOST_NAME_CHARACTERS
from attendance.use_cases.site.reading import LATE_AFTER_MINUTES
from website.forms import Form
from website.number_fields import NumberField, WholeNumberField
from website.timezone_field import TimezoneField

_MINUTES = _l("Write whole minutes from 0 to 1440.")


class CourseForm(Form):
    """What a course is and when somebody is late to it."""

    code = StringField(
        _l("Code"), validators=[InputRequired(_l("The code is missing.")), Length(max=MOST_CODE_CHARACTERS)]
    )
    section = StringField(_l("Section"), validators=[Length(max=MOST_CODE_CHARACTERS)])
    name = StringField(
        _l("Name"), validators=[InputRequired(_l("The name is missing.")), Length(max=MOST_NAME_CHARACTERS)]
    )
    timezone = TimezoneField(_l("Time zone"))
    late_after_minutes = WholeNumberField(
        _l("Late after (minutes)"),
        refusal=_MINUTES,
        default=LATE_AFTER_MINUTES,
        validators=[InputRequired(_MINUTES), NumberRange(0, MOST_MINUTES, _MINUTES)],
    )
    left_early_minutes = WholeNumberField(
        _l("Left early (minutes before the end)"),
        refusal=_MINUTES,
        default=10,
        validators=[InputRequired(_MINUTES), NumberRange(0, MOST_MINUTES, _MINUTES)],
    )


_POINTS = _l("Write a number from 0 to 1.")
_PERCENT = _l("Write a whole number from 0 to 100.")
_SIGNS = {
    "check-circle-fill": _l("Tick"),
    "clock-fill": _l("Clock"),
    "x-circle-fill": _l("Cross"),
    "envelope-check-fill": _l("Letter"),
    "camera-video": _l("Camera"),
    "door-open": _l("Door"),
    "person-check-fill": _l("Person"),
    "thermometer-half": _l("Thermometer"),
}
_COLOURS = {
    "good": _l("Green"),
    "warn": _l("Yellow"),
    "bad": _l("Red"),
    "calm": _l("Blue"),
    "doubt": _l("Purple"),
}


class StatusForm(Form):
    """A status of the course's own."""

    name = StringField(
        _l("Name"),
        validators=[InputRequired(_l("The name is missing.")), Length(max=MOST_STATUS_CHARACTERS)],
    )
    letter = StringField(
        _l("Letter"), validators=[InputRequired(_l("The letter is missing.")), Length(max=MOST_LETTERS)]
    )
    base = RadioField(
        _l("Counts as"),
        choices=[SelectChoice(status.value, _l(MEANINGS[status].word)) for status in BY_PERSON],
        default=Status.PRESENT.value,
        validators=[InputRequired()],
    )
    points = NumberField(
        _l("Points"),
        refusal=_POINTS,
        default=1.0,
        validators=[InputRequired(_POINTS), NumberRange(0, 1, _POINTS)],
    )
    attended = BooleanField(_l("The student counts as attended"), default=True)
    icon = RadioField(choices=[SelectChoice(one, _SIGNS[one]) for one in ICONS], default=ICONS[0])
    tone = RadioField(choices=[SelectChoice(one, _COLOURS[one]) for one in TONES], default=TONES[0])


class CountingForm(Form):
    """What counts in percentages, and how much video an absence needs."""

    late_points = NumberField(
        _l("Points of late"), refusal=_POINTS, validators=[InputRequired(_POINTS), NumberRange(0, 1, _POINTS)]
    )
    least_video_percent = WholeNumberField(
        _l("Least video for an absence (percent)"),
        refusal=_PERCENT,
        validators=[InputRequired(_PERCENT), NumberRange(0, 100, _PERCENT)],
    )


class TeachersForm(Form):
    """Who teaches the course."""

    teachers = SelectMultipleField(_l("Teachers"), widget=ListWidget(prefix_label=False), option_widget=CheckboxInput())


class AddStudentsForm(Form):
    """Who is put on the roster, by the key of the student."""

    students = SelectMultipleField(_l("Students"), validate_choice=False)


class ConfirmForm(Form):
    """Nothing but the token: the page says what will happen."""
