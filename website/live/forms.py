"""The forms of live lectures."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, RadioField, StringField, TextAreaField

from attendance.model import Place
from website.forms import Form

PLACES = {
    Place.ROOM: _l("In the room"),
    Place.REMOTE: _l("Remote"),
    Place.BOTH: _l("In the room and remote"),
}


class MeetingForm(Form):
    """Where a course or one lecture is held, and how to join."""

    place = RadioField(_l("Where is it held?"), choices=[])
    room = StringField(_l("Room"))
    link = StringField(_l("Link"))
    number = StringField(_l("Meeting id"))
    passcode = StringField(_l("Code"))


class CodeForm(Form):
    """Another code."""

    passcode = StringField(_l("New code"))


class PostForm(Form):
    """Something to say."""

    words = TextAreaField(_l("Message"))
    is_announcement = BooleanField(_l("As an announcement"))
