"""The forms of students."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from datetime import date

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, MultipleFileField
from wtforms import BooleanField, DateField, SelectMultipleField, StringField
from wtforms.validators import InputRequired, Length, Optional, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from attendance.model import Course
from attendance.use_cases.names import MOST_ID_CHARACTERS, MOST_NAME_CHARACTERS
from website.forms import Form

CONSENT_WORDS = _l(
    "The student agreed, in writing, that their face is used to take attendance, and can take this back at any time."
)
_NO_DATE = _l("Write the date as year, month and day.")


class _Courses(SelectMultipleField):
    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


class _Date(DateField):
    """A date whose error is a sentence of ours."""

    def process_formdata(self, valuelist: list[str]) -> None:
        try:
            super().process_formdata(valuelist)
        except ValueError as wrong:
            raise ValueError(str(_NO_DATE)) from wrong


class StudentForm(Form):
    """Name and consent. Without consent the date counts for nothing."""

    name = StringField(
        _l("Name"), validators=[InputRequired(_l("The name is missing.")), Length(max=MOST_NAME_CHARACTERS)]
    )
    consented = BooleanField(CONSENT_WORDS)
    consent_on = _Date(_l("Date of consent"), validators=[Optional()])

    def validate_consent_on(self, field: DateField) -> None:
        """Consent without its date proves nothing."""
        if self.consented.data and field.data is None and not field.errors:
            raise ValidationError(str(_l("Say on which date the student agreed.")))

    @property
    def consent(self) -> date | None:
        """The date of consent, or None where there is none."""
        return self.consent_on.data if self.consented.data else None


class RegisterForm(StudentForm):
    """A new student."""

    student_id = StringField(
        _l("Student id"),
        validators=[InputRequired(_l("The student id is missing.")), Length(max=MOST_ID_CHARACTERS)],
    )
    courses = _Courses(_l("Courses"))
    photos = MultipleFileField(_l("Photos"))

    def offer(self, courses: Sequence[Course]) -> None:
        """The courses to choose from."""
        self.courses.choices = [(course.id, course.label) for course in courses]


class PhotosForm(Form):
    """Further photos of a student."""

    photos = MultipleFileField(_l("Photos"))


class RemoveForm(Form):
    """The name, typed by hand, so that nobody is removed by a slip."""

    typed_name = StringField(_l("Name of the student"))

    def __init__(self, name: str) -> None:
        super().__init__()
        self._name = name

    def validate_typed_name(self, field: StringField) -> None:
        """Equal however its letters are composed; blanks around it do not count."""
        typed = unicodedata.normalize("NFC", field.data or "").strip()
        if typed != unicodedata.normalize("NFC", self._name):
            raise ValidationError(str(_l("This is not the name of the student. Nothing was removed.")))


class ConfirmForm(Form):
    """Nothing but the token: the page says what will happen."""


class ImportForm(Form):
    """A list of students, and their photos."""

    csv = FileField(_l("List of students (CSV or Excel)"))
    photos = FileField(_l("Photos (ZIP)"))
    courses = _Courses(_l("Put them on the roster of"))

    def offer(self, courses: Sequence[Course]) -> None:
        """The courses to choose from."""
        self.courses.choices = [(course.id, course.label) for course in courses]
