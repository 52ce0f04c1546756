"""The form of a course's rules."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField
from wtforms.validators import NumberRange, Optional

from attendance.rules.risks import MOST_LECTURES
from website.forms import Form
from website.number_fields import WholeNumberField

_PERCENT = _l("Write a percentage from 1 to 100, or nothing.")
_LECTURES = _l("Write a number from 1 to 100, or nothing.")


class RulesForm(Form):
    """What is left empty is not asked."""

    below_percent = WholeNumberField(
        _l("Below so many percent"), refusal=_PERCENT, validators=[Optional(), NumberRange(1, 100, _PERCENT)]
    )
    absences = WholeNumberField(
        _l("Absences"), refusal=_LECTURES, validators=[Optional(), NumberRange(1, MOST_LECTURES, _LECTURES)]
    )
    in_a_row = WholeNumberField(
        _l("Absences in a row"), refusal=_LECTURES, validators=[Optional(), NumberRange(1, MOST_LECTURES, _LECTURES)]
    )
    tells_students = BooleanField(_l("Mail the student, where they have an account"))
    tells_contacts = BooleanField(_l("Mail the contact on the student's record, such as a guardian or tutor"))
