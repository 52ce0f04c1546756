"""How forms with photos answer: as pages, or to the page's script as JSON, so that no chosen photo is lost."""

from __future__ import annotations

from collections.abc import Callable

from flask import jsonify, redirect
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from attendance.errors import InvalidInput
from website.config import MOST_PHOTOS_PER_FORM
from website.errors import wants_json
from website.forms import Form


def done(url: str) -> ResponseReturnValue:
    """It was stored; go there."""
    return (jsonify(location=url), 201) if wants_json() else redirect(url)


def not_done(form: Form, page: Callable[[], str]) -> ResponseReturnValue:
    """The form with what is wrong with it."""
    if not wants_json():
        return page()
    fields = {name: [str(error) for error in errors] for name, errors in form.errors.items() if name}
    above = [str(error) for error in form.form_errors]
    message = " ".join(above) or _("Some of this needs another look.")
    return jsonify(error={"status": 422, "message": message}, fields=fields), 422


def uploaded_photos(form: Form) -> list[bytes]:
    """The photos that were chosen. Raises InvalidInput where there are more than one form takes."""
    files = [file for file in form.photos.data or () if file and file.filename]
    if len(files) > MOST_PHOTOS_PER_FORM:
        raise InvalidInput("Choose at most %(most)s photos at a time.", most=MOST_PHOTOS_PER_FORM, field="photos")
    return [file.read() for file in files]
