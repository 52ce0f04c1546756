"""The forms of lectures."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import DateField, RadioField, SelectChoice, SelectField, StringField, TimeField
from wtforms.validators import InputRequired, Length, Optional

from attendance.model import Status
from website.forms import Form

STATUS_WORDS = {
    Status.PRESENT: _l("Present"),
    Status.LATE: _l("Late"),
    Status.ABSENT: _l("Absent"),
    Status.EXCUSED: _l("Excused"),
    Status.UNSURE: _l("Unsure"),
}


class UploadForm(Form):
    """Which lecture a recording is of. The page lists the courses, and its script sends all with the file."""

    course_id = SelectField(_l("Course"), validators=[InputRequired()])
    date = DateField(_l("Date"), validators=[InputRequired()])
    starts = TimeField(_l("Starts at"), validators=[InputRequired()])
    ends = TimeField(_l("Ends at"), validators=[Optional()])


class MarkForm(Form):
    """A person's decision about a mark."""

    status = RadioField(
        _l("The student was"),
        choices=[
            SelectChoice(status.value, word) for status, word in STATUS_WORDS.items() if status is not Status.UNSURE
        ],
        validators=[InputRequired(_l("Choose what the student was."))],
    )
    reason = StringField(
        _l("Reason"),
        validators=[InputRequired(_l("Say why you change this mark.")), Length(max=500)],
    )


class ConfirmForm(Form):
    """Nothing but the token: the page says what will happen."""
