"""The forms of signing in and of the first admin."""

from flask_babel import lazy_gettext as _l
from wtforms import EmailField, PasswordField, StringField, SubmitField
from wtforms.validators import EqualTo, InputRequired, Length

from attendance.passwords import LONGEST, SHORTEST
from attendance.use_cases.names import MOST_NAME_CHARACTERS
from attendance.use_cases.people.accounts import MOST_EMAIL_CHARACTERS
from website.forms import Form


class LoginForm(Form):
    """Email and password."""

    email = EmailField(_l("Email"), [InputRequired(_l("Enter your email address."))])
    password = PasswordField(_l("Password"), [InputRequired(_l("Enter your password."))])
    submit = SubmitField(_l("Sign in"))


class FirstAdminForm(Form):
    """Who the first admin is."""

    email = EmailField(_l("Email"), [InputRequired(_l("Enter an email address.")), Length(max=MOST_EMAIL_CHARACTERS)])
    name = StringField(_l("Name"), [InputRequired(_l("Enter a name.")), Length(max=MOST_NAME_CHARACTERS)])
    password = PasswordField(
        _l("Password"),
        [
            InputRequired(_l("Choose a password.")),
            Length(SHORTEST, LONGEST, _l("The password needs %(min)d to %(max)d characters.")),
        ],
    )
    repeated = PasswordField(_l("Password again"), [EqualTo("password", _l("The two passwords are not the same."))])
    submit = SubmitField(_l("Make the admin account"))
