"""How forms with photos answer: as pages, or to the page's script as JSON, so that no chosen photo is lost."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any, overload

from flask import jsonify, redirect, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.datastructures import FileStorage

from attendance.errors import InvalidInput
from attendance.picture_turns import one_picture_at_a_time
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


def one_with_photos_at_a_time(view: Callable[..., ResponseReturnValue]) -> Callable[..., ResponseReturnValue]:
    """Forms wait on the disk until those before them are done, since photos take much memory.

    The form is read from the network before, so that nobody waits for somebody's slow line.
    """

    @wraps(view)
    def wrapped(*arguments: Any, **named: Any) -> ResponseReturnValue:
        if not request.files:
            return view(*arguments, **named)
        with one_picture_at_a_time:
            return view(*arguments, **named)

    return wrapped


class Photos(Sequence[bytes]):
    """Photos that lie on the disk until each is asked for."""

    def __init__(self, files: Sequence[FileStorage]) -> None:
        self._files = files

    def __len__(self) -> int:
        return len(self._files)

    @overload
    def __getitem__(self, place: int) -> bytes: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[bytes]: ...
    def __getitem__(self, place: int | slice) -> bytes | Sequence[bytes]:
        if isinstance(place, slice):
            return Photos(self._files[place])
        file = self._files[place]
        file.stream.seek(0)
        return file.read()


def uploaded_photos(form: Form) -> Sequence[bytes]:
    """The photos that were chosen. Raises InvalidInput where there are more than one form takes."""
    files = [file for file in form.photos.data or () if file and file.filename]
    if len(files) > MOST_PHOTOS_PER_FORM:
        raise InvalidInput("Choose at most %(most)s photos at a time.", most=MOST_PHOTOS_PER_FORM, field="photos")
    return Photos(files)
