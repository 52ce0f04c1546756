"""The forms of students."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from typing import TypeVar

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, MultipleFileField
from wtforms import BooleanField, DateField, SelectChoice, SelectField, SelectMultipleField, StringField
from wtforms.validators import InputRequired, Length, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from attendance.model import Course, GivenBy, Manner, Purpose
from attendance.rules.consent import OFFERED, WITH_A_PHOTO
from attendance.use_cases.names import MOST_ID_CHARACTERS, MOST_NAME_CHARACTERS
from attendance.use_cases.people.accounts import MOST_EMAIL_CHARACTERS
from attendance.use_cases.students.consents import MOST_NOTE_CHARACTERS, MOST_VERSION_CHARACTERS, Given
from website.forms import Form
from website.students.words import GIVER_WORDS, MANNER_WORDS, PURPOSE_WORDS

CONSENT_WORDS = _l(
    "The student, or a guardian for them, agreed that their face is used to take attendance and that pictures of it "
    "prove marks, and can take this back at any time."
)
_NOTHING = SelectChoice("", _l("Choose…"))
_GIVERS = [_NOTHING, *(SelectChoice(one.value, GIVER_WORDS[one]) for one in GivenBy)]
_MANNERS = [_NOTHING, *(SelectChoice(one.value, MANNER_WORDS[one]) for one in Manner)]
W = TypeVar("W", bound=StrEnum)
_NO_DATE = _l("Write the date as year, month and day.")


class _Choices(SelectMultipleField):
    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


class _Date(DateField):
    """A date, or nothing, whose error is a sentence of ours."""

    data: date | None

    def process_formdata(self, valuelist: list[str]) -> None:
        if not "".join(valuelist).strip():
            self.data = None
            return
        try:
            super().process_formdata(valuelist)
        except ValueError as wrong:
            raise ValueError(str(_NO_DATE)) from wrong


def _word(kind: type[W], field: SelectField) -> W | None:
    """What was chosen; None where nothing was that can be."""
    return next((one for one in kind if one.value == field.data), None)


class GivenForm(Form):
    """When a consent was given, by whom, how and to which text."""

    consent_on = _Date(_l("Date of consent"))
    given_by = SelectField(_l("Who agreed"), choices=_GIVERS, validate_choice=False)
    manner = SelectField(_l("How"), choices=_MANNERS, validate_choice=False)
    text_version = StringField(_l("Version of the text"), validators=[Length(max=MOST_VERSION_CHARACTERS)])
    note = StringField(_l("Note"), validators=[Length(max=MOST_NOTE_CHARACTERS)])

    @property
    def has_consent(self) -> bool:
        """Whether one is recorded; without it the other fields count for nothing."""
        return True

    def validate_consent_on(self, field: DateField) -> None:
        """Consent without its date proves nothing."""
        if self.has_consent and field.data is None and not field.errors:
            raise ValidationError(str(_l("Say on which date the student agreed.")))

    def validate_given_by(self, field: SelectField) -> None:
        """Nor does one of which nobody knows who gave it."""
        if self.has_consent and _word(GivenBy, field) is None:
            raise ValidationError(str(_l("Say who agreed: the student or a guardian.")))

    def validate_manner(self, field: SelectField) -> None:
        """Nor how."""
        if self.has_consent and _word(Manner, field) is None:
            raise ValidationError(str(_l("Say how the consent was given.")))

    def given(self, purposes: Sequence[Purpose] = WITH_A_PHOTO) -> Given:
        """What was filled in."""
        return Given(
            by=_word(GivenBy, self.given_by),
            manner=_word(Manner, self.manner),
            note=self.note.data or "",
            text_version=self.text_version.data or "",
            purposes=tuple(purposes),
        )


class ConsentForm(GivenForm):
    """One more consent of a student who is registered."""

    purposes = _Choices(_l("What it is for"), choices=[SelectChoice(one.value, PURPOSE_WORDS[one]) for one in OFFERED])

    def chosen(self) -> Given:
        """What was filled in."""
        return self.given([Purpose(one) for one in self.purposes.data or ()])


class StudentForm(Form):
    """What can be changed of a student."""

    name = StringField(
        _l("Name"), validators=[InputRequired(_l("The name is missing.")), Length(max=MOST_NAME_CHARACTERS)]
    )


class ChangeForm(StudentForm):
    """What can be changed of one who is registered."""

    contact_email = StringField(_l("Contact's email"), validators=[Length(max=MOST_EMAIL_CHARACTERS)])


class RegisterForm(StudentForm, GivenForm):
    """A new student. Without a tick there is no consent."""

    consented = BooleanField(CONSENT_WORDS)

    @property
    def has_consent(self) -> bool:
        """Whether one is recorded; without it the other fields count for nothing."""
        return bool(self.consented.data)

    @property
    def consent(self) -> date | None:
        """The date of consent, or None where there is none."""
        return self.consent_on.data if self.has_consent else None

    student_id = StringField(
        _l("Student id"),
        validators=[InputRequired(_l("The student id is missing.")), Length(max=MOST_ID_CHARACTERS)],
    )
    courses = _Choices(_l("Courses"))
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
    courses = _Choices(_l("Put them on the roster of"))

    def offer(self, courses: Sequence[Course]) -> None:
        """The courses to choose from."""
        self.courses.choices = [(course.id, course.label) for course in courses]
