"""Uploads whose parts go straight to the site's bucket: begun, asked about, linked to, completed and given up here.

A client begins an upload, asks for links in handfuls, sends each part by PUT to its link, several at once and in any
order, and completes the upload. What it becomes is told by `status`: "sending" (`parts` are there), "whole" (it is
being looked at), "refused" (`error` says why) or "done" (`recording` names it).
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, jsonify, request, url_for
from flask.typing import ResponseReturnValue

from attendance.errors import InvalidInput, NotFound
from attendance.model import Recording, Role
from attendance.ports import Upload
from attendance.use_cases.begin_upload import begin_upload
from website.access import course_or_404, roles_required
from website.api.own_uploads import direct_uploads, finished, lecture_address, own_upload, recording_of
from website.current import current_services, current_settings, signed_in_user
from website.errors import error_answer
from website.sentences import kept_in_words

LINKS_LAST_S = 3600
MOST_LINKS = 100

blueprint = Blueprint("direct_uploads", __name__, url_prefix="/direct-uploads")


@blueprint.post("")
@roles_required(Role.ADMIN, Role.TEACHER)
def begin() -> ResponseReturnValue:
    """Begin an upload; the body is JSON with filename, size, course_id, starts_at and ends_at."""
    direct_uploads()
    words = _words()
    begun = begin_upload(
        current_services(),
        user_id=signed_in_user().id,
        size=_whole_number(words.get("size"), "size"),
        original_name=_text(words, "filename"),
        course_id=course_or_404(_text(words, "course_id")).id,
        starts_at=_text(words, "starts_at"),
        ends_at=_text(words, "ends_at"),
    )
    answer = jsonify(_as_json(begun))
    answer.status_code = 201
    answer.headers["Location"] = _address(begun.id)
    return answer


@blueprint.get("/<upload_id>")
@roles_required(Role.ADMIN, Role.TEACHER)
def show(upload_id: str) -> ResponseReturnValue:
    """Which parts are there, or what became of the upload."""
    direct_uploads()
    begun = _upload_or_recording(upload_id)
    return _done(begun) if isinstance(begun, Recording) else jsonify(_as_json(begun))


@blueprint.post("/<upload_id>/parts")
@roles_required(Role.ADMIN, Role.TEACHER)
def links(upload_id: str) -> ResponseReturnValue:
    """Where these parts are sent by PUT; the body is JSON with their numbers, which count from 1."""
    uploads = direct_uploads()
    numbers = _words().get("numbers")
    if not isinstance(numbers, list) or not 1 <= len(numbers) <= MOST_LINKS:
        raise InvalidInput("Ask for 1 to %(most)s parts at once, by their numbers.", most=MOST_LINKS)
    wanted = [_whole_number(number, "numbers") for number in numbers]
    found = uploads.part_links(own_upload(upload_id).id, wanted, LINKS_LAST_S)
    return jsonify(links={str(number): link for number, link in found.items()}, seconds=LINKS_LAST_S)


@blueprint.post("/<upload_id>/complete")
@roles_required(Role.ADMIN, Role.TEACHER)
def complete(upload_id: str) -> ResponseReturnValue:
    """Every part was sent: 200 with the recording, or 202 where the bucket's event makes it. Safe to repeat."""
    uploads = direct_uploads()
    begun = _upload_or_recording(upload_id)
    if isinstance(begun, Recording):
        return _done(begun)
    if begun.refusal is not None:
        return error_answer(422, kept_in_words(begun.refusal) or "")
    uploads.complete(begun.id)
    if _events_finish_uploads():
        return jsonify({**_as_json(begun), "status": "whole"}), 202
    return _done(finished(begun))


@blueprint.delete("/<upload_id>")
@roles_required(Role.ADMIN, Role.TEACHER)
def give_up(upload_id: str) -> ResponseReturnValue:
    """Remove what is there of it."""
    direct_uploads().remove(own_upload(upload_id).id)
    return Response(status=204)


def _events_finish_uploads() -> bool:
    """With queue and functions of AWS, the bucket's event begins the rest; else nobody but this site would."""
    return current_settings().jobs.startswith("lambda:")


def _upload_or_recording(upload_id: str) -> Upload | Recording:
    """An upload is there until its recording is whole. Raises NotFound."""
    try:
        return own_upload(upload_id)
    except NotFound:
        recording = recording_of(upload_id)
        if recording is None:
            raise
        return recording


def _as_json(begun: Upload) -> dict[str, object]:
    uploads = direct_uploads()
    status = "refused" if begun.refusal is not None else "whole" if _is_completed(begun) else "sending"
    parts = uploads.parts(begun.id) if status == "sending" else ()
    return {
        "id": begun.id,
        "location": _address(begun.id),
        "status": status,
        "size": begun.size,
        "part_size": uploads.part_size(begun.id) if status == "sending" else None,
        "parts": [{"number": part.number, "size": part.size} for part in parts],
        "error": kept_in_words(begun.refusal),
        "recording": None,
    }


def _is_completed(begun: Upload) -> bool:
    """All parts may be there, and nobody has said that these are all."""
    if begun.offset != begun.size:
        return False
    try:
        direct_uploads().file(begun.id)
    except NotFound:
        return False
    return True


def _done(recording: Recording) -> Response:
    return jsonify(
        id=recording.id,
        location=_address(recording.id),
        status="done",
        size=recording.size_bytes,
        part_size=None,
        parts=[],
        error=None,
        recording={"id": recording.id, "location": lecture_address(recording)},
    )


def _address(upload_id: str) -> str:
    return url_for("api.direct_uploads.show", upload_id=upload_id)


def _words() -> dict[str, Any]:
    words = request.get_json()
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
