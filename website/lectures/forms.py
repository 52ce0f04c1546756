"""The forms of lectures."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import DateField, RadioField, SelectChoice, SelectField, StringField, TimeField
from wtforms.validators import InputRequired, Length, Optional

from attendance.model import Course, Status
from attendance.rules.statuses import BY_PERSON, MEANINGS
from website.forms import Form


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
        choices=[SelectChoice(status.value, _l(MEANINGS[status].word)) for status in BY_PERSON],
        validators=[InputRequired(_l("Choose what the student was."))],
    )
    reason = StringField(
        _l("Reason"),
        validators=[InputRequired(_l("Say why you change this mark.")), Length(max=500)],
    )

    def offer(self, course: Course) -> None:
        """The course's own statuses too."""
        own = [SelectChoice(one.id, one.name) for one in course.statuses if not one.retired]
        self.status.choices = [*self.status.choices, *own]

    @property
    def chosen_own(self) -> str | None:
        """The id of the course's own status, where one was chosen."""
        return None if self.status.data in set(Status) else self.status.data

    @property
    def chosen(self) -> Status:
        """The site's own; of the course's own statuses the base says it."""
        return Status.PRESENT if self.chosen_own is not None else Status(self.status.data)


class ConfirmForm(Form):
    """Nothing but the token: the page says what will happen."""
