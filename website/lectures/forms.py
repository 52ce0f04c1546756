"""The forms of lectures."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import (
    DateField,
    RadioField,
    SelectChoice,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    TimeField,
)
from wtforms.validators import InputRequired, Length, NumberRange, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from attendance.model import Course, Status
from attendance.rules.statuses import BY_PERSON, MEANINGS
from attendance.use_cases.courses.courses import MOST_MINUTES
from website.devices.words import WEEKDAYS
from website.forms import Form
from website.number_fields import WholeNumberField

_MINUTES = _l("Write whole minutes from 0 to 1440.")


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


class ChangeLectureForm(Form):
    """Title and time of a lecture, on the course's clock."""

    title = StringField(_l("Title"), validators=[Length(max=200)])
    date = DateField(_l("Date"), validators=[InputRequired(_l("Give the date."))])
    starts = TimeField(_l("Starts at"), validators=[InputRequired(_l("Give the time of day, such as 09:00."))])
    ends = TimeField(_l("Ends at"), validators=[InputRequired(_l("Give the time of day, such as 09:00."))])


class LectureForm(ChangeLectureForm):
    """A lecture that is added without a recording."""

    course_id = SelectField(_l("Course"), validators=[InputRequired()])


class TermForm(Form):
    """When a course meets over a term."""

    course_id = SelectField(_l("Course"), validators=[InputRequired()])
    weekdays = SelectMultipleField(
        _l("Days of the week"),
        choices=[SelectChoice(str(number), WEEKDAYS[number]) for number in range(7)],
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )
    starts = TimeField(_l("Starts at"), validators=[InputRequired(_l("Give the time of day, such as 09:00."))])
    ends = TimeField(_l("Ends at"), validators=[InputRequired(_l("Give the time of day, such as 09:00."))])
    first_on = DateField(_l("First day"), validators=[InputRequired(_l("Give the date."))])
    last_on = DateField(_l("Last day"), validators=[InputRequired(_l("Give the date."))])
    days_off = TextAreaField(_l("Days off"), validators=[Length(max=5000)])
    title = StringField(_l("Title"), validators=[Length(max=200)])


class CheckInForm(Form):
    """When and from where students of a course may check in by themselves."""

    early = WholeNumberField(
        _l("From (minutes before the start)"),
        refusal=_MINUTES,
        validators=[InputRequired(_MINUTES), NumberRange(0, MOST_MINUTES, _MINUTES)],
    )
    late = WholeNumberField(
        _l("Until (minutes after the start)"),
        refusal=_MINUTES,
        validators=[InputRequired(_MINUTES), NumberRange(0, MOST_MINUTES, _MINUTES)],
    )
    networks = StringField(_l("Networks"), validators=[Length(max=500)])


class ConfirmForm(Form):
    """Nothing but the token: the page says what will happen."""
