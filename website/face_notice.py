"""Tells people of the school that searches wait, where the faces are of another engine than the one in use."""

from __future__ import annotations

from flask import Flask, request
from flask_babel import gettext as _
from flask_login import current_user

from attendance.model import Role
from attendance.use_cases.students.reindexing import outdated_faces
from website.current import current_services
from website.navigation import STAFF
from website.sentences import in_words

_TOPICS = frozenset({"students", "lectures"})  # where photos are added and searches are waited for


def init_app(app: Flask) -> None:
    """Make the notice known to templates."""
    app.context_processor(lambda: {"face_notice": face_notice})


def face_notice() -> str | None:
    """What the person who is signed in should know; None where all is well or the page is about something else."""
    if request.blueprint not in _TOPICS or not current_user.is_authenticated or current_user.role not in STAFF:
        return None
    outdated = outdated_faces(current_services())
    if outdated is None:
        return None
    if current_user.role is Role.ADMIN:
        return in_words(outdated)
    return _("Recordings are not searched at the moment: an admin has to have the photos of students enrolled anew.")
