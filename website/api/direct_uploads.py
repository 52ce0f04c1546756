"""Recordings that people send straight to the site's bucket."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import BadRequest

from attendance.errors import InvalidInput
from attendance.model import Role
from attendance.ports import Upload
from attendance.use_cases.recordings.uploads import begin_upload, told_recording
from website.access import course_or_404, roles_required
from website.api.own_uploads import UploadsOfUser
from website.current import current_services
from website.uploading.direct import DirectAnswers

MOST_LINKS = 100

blueprint = Blueprint("direct_uploads", __name__, url_prefix="/direct-uploads")
_OWN = UploadsOfUser()
_DIRECT = DirectAnswers(_OWN)


@blueprint.post("")
@roles_required(Role.ADMIN, Role.TEACHER)
def begin() -> ResponseReturnValue:
    """Begin an upload; the body is JSON with filename, size, course_id, starts_at and ends_at."""
    return _DIRECT.at_start(_begin)


@blueprint.get("/<upload_id>")
@roles_required(Role.ADMIN, Role.TEACHER)
def show(upload_id: str) -> ResponseReturnValue:
    """Which parts are there, or what became of the upload."""
    return _DIRECT.state(upload_id)


@blueprint.post("/<upload_id>/parts")
@roles_required(Role.ADMIN, Role.TEACHER)
def links(upload_id: str) -> ResponseReturnValue:
    """Where these parts are sent by PUT; the body is JSON with their numbers, which count from 1."""
    return _DIRECT.links(upload_id, _numbers)


@blueprint.post("/<upload_id>/complete")
@roles_required(Role.ADMIN, Role.TEACHER)
def complete(upload_id: str) -> ResponseReturnValue:
    """Every part was sent: 200 with the recording, or 202 where the bucket's event makes it. Safe to repeat."""
    return _DIRECT.completed(upload_id)


@blueprint.delete("/<upload_id>")
@roles_required(Role.ADMIN, Role.TEACHER)
def give_up(upload_id: str) -> ResponseReturnValue:
    """Remove what is there of it."""
    return _DIRECT.given_up(upload_id)


def _begin() -> Upload:
    words = _words()
    size = _whole_number(words.get("size"), "size")
    course = course_or_404(_text(words, "course_id"))
    purpose = told_recording(course, *(_text(words, name) for name in ("filename", "starts_at", "ends_at")))
    return begin_upload(current_services(), _OWN.sender(), purpose, size)


def _numbers() -> list[int]:
    numbers = _words().get("numbers")
    if not isinstance(numbers, list) or not 1 <= len(numbers) <= MOST_LINKS:
        raise InvalidInput("Ask for 1 to %(most)s parts at once, by their numbers.", most=MOST_LINKS)
    return [_whole_number(number, "numbers") for number in numbers]


def _words() -> dict[str, Any]:
    try:
        words = request.get_json()
    except (BadRequest, RecursionError) as wrong:
        raise InvalidInput("What was sent is not JSON, or not all of it arrived.") from wrong
    if not isinstance(words, dict):
        raise InvalidInput("The request must be a JSON object.")
    return words


def _text(words: dict[str, Any], name: str) -> str:
    text = words.get(name, "")
    if not isinstance(text, str):
        raise InvalidInput("%(name)s must be a text.", name=name)
    return text


def _whole_number(value: object, name: str) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise InvalidInput("%(name)s must be a whole number.", name=name)
    return value
