"""The forms of the site's settings."""

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from wtforms import StringField

from attendance.use_cases.names import MOST_NAME_CHARACTERS
from website.forms import Form
from website.timezone_field import TimezoneField


class SiteForm(Form):
    """What is empty is as usual. The use case checks what is typed, so that every way in says the same."""

    name = StringField(_l("Name of the school"), render_kw={"maxlength": MOST_NAME_CHARACTERS})
    timezone = TimezoneField(_l("Time zone"), none=_l("As this machine has it"))
    late_after_minutes = StringField(_l("Late after (minutes)"), render_kw={"maxlength": 5, "inputmode": "numeric"})
    accept_similarity = StringField(_l("Accept threshold"), render_kw={"maxlength": 8, "inputmode": "decimal"})
    review_similarity = StringField(_l("Review threshold"), render_kw={"maxlength": 8, "inputmode": "decimal"})
    margin = StringField(_l("Margin"), render_kw={"maxlength": 8, "inputmode": "decimal"})


class LogoForm(Form):
    """A picture for the head of pages and for prints."""

    logo = FileField(_l("Logo"), render_kw={"accept": "image/png,image/jpeg,image/webp,image/gif"})
