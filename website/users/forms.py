"""The forms of users."""

from flask_babel import lazy_gettext as _l
from wtforms import EmailField, PasswordField, SelectChoice, SelectField, StringField, SubmitField
from wtforms.validators import InputRequired, Length, Optional

from attendance.passwords import LONGEST, SHORTEST
from attendance.use_cases.names import MOST_ID_CHARACTERS, MOST_NAME_CHARACTERS
from attendance.use_cases.people.accounts import MOST_EMAIL_CHARACTERS
from website.forms import Form
from website.users.words import ROLES

_GIVEN_PASSWORD = [
    Optional(strip_whitespace=False),
    Length(SHORTEST, LONGEST, _l("The password needs %(min)d to %(max)d characters.")),
]


class ChangeUserForm(Form):
    """Name, role and, for an account of a student, which student."""

    name = StringField(_l("Name"), [InputRequired(_l("Enter a name.")), Length(max=MOST_NAME_CHARACTERS)])
    role = SelectField(_l("Role"), choices=[SelectChoice(role.value, word) for role, word in ROLES.items()])
    student_id = StringField(_l("Student id"), [Length(max=MOST_ID_CHARACTERS)])
    submit = SubmitField(_l("Save"))


class AddUserForm(ChangeUserForm):
    """A new account. Without a password one is made up."""

    email = EmailField(_l("Email"), [InputRequired(_l("Enter an email address.")), Length(max=MOST_EMAIL_CHARACTERS)])
    way = SelectField(
        _l("How they get a password"),
        choices=[
            SelectChoice("password", _l("Give them a password")),
            SelectChoice("mail", _l("Invite by mail")),
            SelectChoice("paper", _l("Invite by a printed slip")),
        ],
        default="password",
    )
    password = PasswordField(_l("Password"), _GIVEN_PASSWORD)
    submit = SubmitField(_l("Add user"))


class NewPasswordForm(Form):
    """A password for somebody else. Without one, it is made up."""

    password = PasswordField(_l("New password"), _GIVEN_PASSWORD)
    submit = SubmitField(_l("Give new password"))


class RemoveForm(Form):
    """Only the button."""

    submit = SubmitField(_l("Remove user"))
