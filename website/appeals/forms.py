"""The forms of objections and excuses."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import DateField, FileField, SelectField, TextAreaField
from wtforms.validators import InputRequired, Length

from attendance.rules.appeals import LONGEST_WORDS
from website.forms import Form


class ObjectionForm(Form):
    """What is wrong with a mark."""

    words = TextAreaField(
        _l("What is wrong with it?"),
        validators=[InputRequired(_l("Say what is wrong with the mark.")), Length(max=LONGEST_WORDS)],
    )
    file = FileField(_l("File (optional)"))


class ExcuseForm(Form):
    """Which lectures, and why."""

    course_id = SelectField(_l("Course"), validators=[InputRequired()])
    first_day = DateField(_l("First day"), validators=[InputRequired(_l("Choose the first and the last day."))])
    last_day = DateField(_l("Last day"), validators=[InputRequired(_l("Choose the first and the last day."))])
    words = TextAreaField(
        _l("Why can you not come?"),
        validators=[InputRequired(_l("Say why you cannot come.")), Length(max=LONGEST_WORDS)],
    )
    file = FileField(_l("File (optional)"))
