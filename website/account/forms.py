"""The forms of the own account."""

from flask_babel import lazy_gettext as _l
from wtforms import PasswordField, SelectChoice, SelectField, SelectMultipleField, StringField, SubmitField
from wtforms.validators import EqualTo, InputRequired, Length
from wtforms.widgets import CheckboxInput, ListWidget

from attendance.languages import LANGUAGES
from attendance.passwords import LONGEST, SHORTEST
from attendance.rules.scopes import SCOPES
from attendance.use_cases.names import MOST_NAME_CHARACTERS
from website.forms import Form
from website.timezone_field import TimezoneField


class ProfileForm(Form):
    """Name, time zone and language; an empty zone is the site's, and an empty language the browser's."""

    name = StringField(_l("Name"), [InputRequired(_l("Enter your name.")), Length(max=MOST_NAME_CHARACTERS)])
    timezone = TimezoneField(_l("Time zone"), none=_l("The zone of this site"))
    language = SelectField(
        _l("Language"),
        choices=[SelectChoice("", _l("As the browser asks for")), *(SelectChoice(*one) for one in LANGUAGES.items())],
    )
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


class PasskeyForm(Form):
    """A name for a passkey, and who it is."""

    name = StringField(
        _l("Name of the passkey"),
        [InputRequired(_l("Give the passkey a name.")), Length(max=MOST_NAME_CHARACTERS)],
    )
    password = PasswordField(_l("Present password"), [InputRequired(_l("Enter your present password."))])
    submit = SubmitField(_l("Go on"))


class FacePasswordForm(Form):
    """The password beside pictures, which come as JSON."""

    password = PasswordField(_l("Present password"))


class PinForm(Form):
    """The new PIN, twice."""

    pin = PasswordField(_l("New PIN"), [InputRequired(_l("Choose a PIN."))])
    repeated = PasswordField(_l("New PIN again"), [EqualTo("pin", _l("The two PINs are not the same."))])
    submit = SubmitField(_l("Save the PIN"))


SCOPE_WORDS = {
    "students:read": _l("See students, their photos and consents"),
    "students:write": _l("Register, change and remove students"),
    "courses:read": _l("See courses and rosters"),
    "courses:write": _l("Add, change and remove courses, and their rosters"),
    "lectures:read": _l("See lectures and who was seen in them"),
    "lectures:write": _l("Remove lectures"),
    "recordings:read": _l("See recordings and how far their search is"),
    "recordings:write": _l("Upload, search again and remove recordings"),
    "marks:read": _l("See marks and the log"),
    "marks:write": _l("Set marks"),
    "devices:read": _l("See devices"),
    "devices:write": _l("Add, change, revoke and remove devices"),
    "users:read": _l("See users"),
    "users:write": _l("Add, change and remove users, and give passwords"),
    "imports:read": _l("See imports of the school's files and their reports"),
    "imports:write": _l("Import the school's files: add, change and erase courses, people and rosters"),
    "unknowns:read": _l("See people whom no search could name"),
    "unknowns:write": _l("Say who unknown people are, and undo it"),
    "notices:read": _l("See notices and webhooks"),
    "notices:write": _l("Choose notices, send them again, and change webhooks"),
    "visits:read": _l("See visits at doors"),
    "visits:write": _l("Say whom visits show and who unknown people at doors are, and remove visits"),
    "audit:read": _l("See the audit trail"),
}
_LIFETIMES = [
    SelectChoice("7", _l("7 days")),
    SelectChoice("30", _l("30 days")),
    SelectChoice("90", _l("90 days")),
    SelectChoice("365", _l("One year")),
]


class _Ticks(SelectMultipleField):
    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


class TokenForm(Form):
    """A token for programs."""

    name = StringField(
        _l("What it is for"),
        [InputRequired(_l("Say what the token is for.")), Length(max=MOST_NAME_CHARACTERS)],
    )
    scopes = _Ticks(_l("What it can do"), choices=[SelectChoice(one, SCOPE_WORDS[one]) for one in SCOPES])
    days = SelectField(_l("Expires after"), choices=_LIFETIMES, default="90")
    submit = SubmitField(_l("Create token"))
