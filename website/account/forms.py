"""The forms of the own account."""

from flask_babel import lazy_gettext as _l
from wtforms import PasswordField, StringField, SubmitField
from wtforms.validators import EqualTo, InputRequired, Length

from attendance.passwords import LONGEST, SHORTEST
from attendance.use_cases.names import MOST_NAME_CHARACTERS
from website.forms import Form
from website.timezone_field import TimezoneField


class ProfileForm(Form):
    """Name and time zone; an empty zone is the site's."""

    name = StringField(_l("Name"), [InputRequired(_l("Enter your name.")), Length(max=MOST_NAME_CHARACTERS)])
    timezone = TimezoneField(_l("Time zone"), none=_l("The zone of this site"))
    submit = SubmitField(_l("Save"))


class PasswordForm(Form):
    """The present password, and the new one twice."""

    old_password = PasswordField(_l("Present password"), [InputRequired(_l("Enter your present password."))])
    password = PasswordField(
        _l("New password"),
        [
            InputRequired(_l("Choose a password.")),
            Length(SHORTEST, LONGEST, _l("The password needs %(min)d to %(max)d characters.")),
        ],
    )
    repeated = PasswordField(_l("New password again"), [EqualTo("password", _l("The two passwords are not the same."))])
    submit = SubmitField(_l("Change password"))
