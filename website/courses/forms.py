"""The forms of courses."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import SelectMultipleField, StringField
from wtforms.validators import InputRequired, Length, NumberRange
from wtforms.widgets import CheckboxInput, ListWidget

from attendance.use_cases.courses.courses import MOST_MINUTES
from attendance.use_cases.names import MOST_CODE_CHARACTERS, MOST_NAME_CHARACTERS
from website.forms import Form
from website.number_fields import WholeNumberField
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
        default=10,
        validators=[InputRequired(_MINUTES), NumberRange(0, MOST_MINUTES, _MINUTES)],
    )
    left_early_minutes = WholeNumberField(
        _l("Left early (minutes before the end)"),
        refusal=_MINUTES,
        default=10,
        validators=[InputRequired(_MINUTES), NumberRange(0, MOST_MINUTES, _MINUTES)],
    )


class TeachersForm(Form):
    """Who teaches the course."""

    teachers = SelectMultipleField(_l("Teachers"), widget=ListWidget(prefix_label=False), option_widget=CheckboxInput())


class AddStudentsForm(Form):
    """Who is put on the roster, by the key of the student."""

    students = SelectMultipleField(_l("Students"), validate_choice=False)


class ConfirmForm(Form):
    """Nothing but the token: the page says what will happen."""
