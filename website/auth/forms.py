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


class CodeForm(Form):
    """The code of a link, as a slip or a mail has it."""

    code = StringField(_l("Code"), [InputRequired(_l("Type the code.")), Length(max=100)])
    submit = SubmitField(_l("Go on"))


class LinkForm(Form):
    """The code of a link that the command line printed."""

    code = StringField(_l("Code"), [InputRequired(_l("Type the code.")), Length(max=500)])
    submit = SubmitField(_l("Sign in"))


class ForgottenForm(Form):
    """Who forgot the password."""

    email = EmailField(_l("Email"), [InputRequired(_l("Enter your email address.")), Length(max=MOST_EMAIL_CHARACTERS)])
    submit = SubmitField(_l("Send me a link"))


class OwnPasswordForm(Form):
    """The password that somebody chooses, and their address where it is not known."""

    email = EmailField(_l("Email"), [Length(max=MOST_EMAIL_CHARACTERS)])
    password = PasswordField(
        _l("Password"),
        [
            InputRequired(_l("Choose a password.")),
            Length(SHORTEST, LONGEST, _l("The password needs %(min)d to %(max)d characters.")),
        ],
    )
    repeated = PasswordField(_l("Password again"), [EqualTo("password", _l("The two passwords are not the same."))])
    submit = SubmitField(_l("Set the password"))


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
