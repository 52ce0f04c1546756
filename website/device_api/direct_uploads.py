"""Clips and snapshots that go straight to the site's bucket, in parts by presigned links."""

from __future__ import annotations

import json
from typing import Any

from flask import Response, jsonify, url_for
from flask.typing import ResponseReturnValue

from attendance.errors import NotFound
from attendance.model import Recording
from attendance.ports import Upload
from attendance.use_cases.device_items import recording_of_device
from attendance.use_cases.device_uploads import DeviceItem, begin_device_upload
from website.current import current_services, current_settings
from website.device_api.arguments import DirectUploadSchema, PartNumbersSchema
from website.device_api.blueprint import KEY_NEEDED, blueprint
from website.device_api.errors import coded_answer
from website.device_api.keys import current_device
from website.device_api.own_uploads import direct_uploads, finished, own_upload
from website.security import takes_up_to
from website.sentences import kept_in_words

LINKS_LAST_S = 3600
_MOST_BYTES = 200_000


@blueprint.route("/me/direct-uploads", methods=["POST"])
@takes_up_to(lambda settings: _MOST_BYTES)
@blueprint.doc(**KEY_NEEDED)
@blueprint.arguments(DirectUploadSchema)
@blueprint.response(201, description="Begun, or known already: status says how far it is.")
@blueprint.alt_response(413, "REQUEST_ENTITY_TOO_LARGE")
@blueprint.alt_response(422, "UNPROCESSABLE_ENTITY")
def begin_direct_upload(words: dict[str, Any]) -> ResponseReturnValue:
    """Begin an upload of parts that are sent to the bucket."""
    direct_uploads()
    services, device, item = current_services(), current_device(), _item(words)
    recording = recording_of_device(services, device, item.id)
    answer = _done(recording) if recording else jsonify(_as_json(begin_device_upload(services, device, item)))
    answer.status_code = 201
    answer.headers["Location"] = _address(item.id)
    return answer


@blueprint.route("/me/direct-uploads/<upload_id>", methods=["GET"])
@blueprint.doc(**KEY_NEEDED)
@blueprint.response(200, description="status is sending, whole, refused or done.")
@blueprint.alt_response(404, "NOT_FOUND")
def direct_upload(upload_id: str) -> ResponseReturnValue:
    """Which parts are there, or what became of the upload."""
    direct_uploads()
    begun = _upload_or_recording(upload_id)
    return _done(begun) if isinstance(begun, Recording) else jsonify(_as_json(begun))


@blueprint.route("/me/direct-uploads/<upload_id>/parts", methods=["POST"])
@takes_up_to(lambda settings: _MOST_BYTES)
@blueprint.doc(**KEY_NEEDED)
@blueprint.arguments(PartNumbersSchema)
@blueprint.response(200, description="A link by number; each is good for that many seconds.")
@blueprint.alt_response(404, "NOT_FOUND")
def direct_upload_parts(words: dict[str, Any], upload_id: str) -> ResponseReturnValue:
    """Where these parts are sent by PUT; numbers count from 1."""
    uploads = direct_uploads()
    found = uploads.part_links(own_upload(upload_id).id, words["numbers"], LINKS_LAST_S)
    return jsonify(links={str(number): link for number, link in found.items()}, seconds=LINKS_LAST_S)


@blueprint.route("/me/direct-uploads/<upload_id>/complete", methods=["POST"])
@takes_up_to(lambda settings: _MOST_BYTES)
@blueprint.doc(**KEY_NEEDED)
@blueprint.response(200, description="The recording is kept.")
@blueprint.alt_response(202, description="The bucket's event makes the recording; ask again.", success=True)
@blueprint.alt_response(422, "UNPROCESSABLE_ENTITY")
def complete_direct_upload(upload_id: str) -> ResponseReturnValue:
    """Every part was sent. Safe to repeat."""
    uploads = direct_uploads()
    begun = _upload_or_recording(upload_id)
    if isinstance(begun, Recording):
        return _done(begun)
    if begun.refusal is not None:
        return coded_answer(422, kept_in_words(begun.refusal) or "", _refusal_code(begun) or "bad_recording")
    uploads.complete(begun.id)
    if current_settings().jobs.startswith("lambda:"):  # nobody but this site would finish it elsewhere
        return jsonify({**_as_json(begun), "status": "whole"}), 202
    return _done(finished(begun))


@blueprint.route("/me/direct-uploads/<upload_id>", methods=["DELETE"])
@blueprint.doc(**KEY_NEEDED)
@blueprint.response(204, description="Nothing of it is kept.")
@blueprint.alt_response(404, "NOT_FOUND")
def give_up_direct_upload(upload_id: str) -> ResponseReturnValue:
    """Remove what is there of it."""
    direct_uploads().remove(own_upload(upload_id).id)
    return Response(status=204)


def _item(words: dict[str, Any]) -> DeviceItem:
    boxes = words["boxes"]
    return DeviceItem(
        id=words["item_id"],
        reading_id=words["reading_id"] or "",
        boxes="" if boxes is None else json.dumps(boxes),
        **{name: words[name] for name in ("kind", "started_at", "duration_s", "sha256", "filename", "size")},
    )


def _upload_or_recording(upload_id: str) -> Upload | Recording:
    """An upload is there until its recording is whole. Raises NotFound."""
    try:
        return own_upload(upload_id)
    except NotFound:
        recording = recording_of_device(current_services(), current_device(), upload_id)
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
        "code": _refusal_code(begun) if status == "refused" else None,
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


def _refusal_code(begun: Upload) -> str | None:
    refusals = current_services().store.refusals(current_device().id, [begun.id])
    return refusals[begun.id].code if begun.id in refusals else None


def _done(recording: Recording) -> Response:
    return jsonify(
        id=recording.id,
        location=_address(recording.id),
        status="done",
        size=recording.size_bytes,
        part_size=None,
        parts=[],
        error=None,
        code=None,
        recording={"id": recording.id},
    )


def _address(upload_id: str) -> str:
    return url_for("device_api.direct_upload", upload_id=upload_id)
