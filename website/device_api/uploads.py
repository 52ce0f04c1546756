"""Clips and snapshots by tus 1.0. The upload's id is the item's, so that a device that forgot begins where it was."""

from __future__ import annotations

from flask import Response, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import MethodNotAllowed

from attendance.errors import Conflict, InvalidInput
from attendance.model import Recording
from attendance.ports import Upload
from attendance.use_cases.device_items import recording_of_device
from attendance.use_cases.device_uploads import begin_device_upload
from attendance.use_cases.sweep import KEEP_UPLOADS
from website.api.tus import (
    TUS_VERSION,
    Locked,
    check_sends_bytes,
    check_version,
    describe,
    expires,
    header_number,
    method_meant,
    sends_bytes,
    upload_metadata,
)
from website.current import current_services, current_settings
from website.device_api.blueprint import KEY_NEEDED, blueprint
from website.device_api.keys import current_device
from website.device_api.own_uploads import appended_uploads, finished, item_of_metadata, own_upload
from website.security import takes_up_to

_MOST_METADATA = 6_000
_ID = {"in": "path", "name": "upload_id", "required": True, "schema": {"type": "string"}}


@blueprint.after_request
def name_the_version(response: Response) -> Response:
    """Every answer about uploads says which version it speaks."""
    if (request.endpoint or "") in ("device_api.uploads", "device_api.upload"):
        response.headers["Tus-Resumable"] = response.headers["Tus-Version"] = TUS_VERSION
    return response


@blueprint.route("/me/uploads", methods=["OPTIONS", "POST"])
@takes_up_to(lambda settings: None)  # the upload counts its bytes itself, once the key is known to be right
@blueprint.doc(**KEY_NEEDED)
@blueprint.response(201, description="Created, or known already: Location says where it goes on.")
@blueprint.alt_response(413, "REQUEST_ENTITY_TOO_LARGE")
@blueprint.alt_response(422, "UNPROCESSABLE_ENTITY")
def uploads() -> ResponseReturnValue:
    """Begin an upload by tus 1.0.

    Upload-Metadata holds item_id, kind, started_at, duration_s, sha256, filename, and perhaps reading_id and boxes.
    """
    appended_uploads()
    match method_meant():
        case "OPTIONS":
            return _options()
        case "POST":
            return _create()
    raise MethodNotAllowed(["OPTIONS", "POST"])


@blueprint.route("/me/uploads/<upload_id>", methods=["OPTIONS", "HEAD", "PATCH", "DELETE", "POST"], parameters=[_ID])
@takes_up_to(lambda settings: None)
@blueprint.doc(**KEY_NEEDED)
@blueprint.response(204, description="Upload-Offset says how far it is, Rollcall-Recording that it is whole and kept.")
@blueprint.alt_response(404, "NOT_FOUND")
@blueprint.alt_response(409, "CONFLICT")
@blueprint.alt_response(422, "UNPROCESSABLE_ENTITY")
def upload(upload_id: str) -> ResponseReturnValue:
    """One upload by tus 1.0: how far it is (HEAD), more bytes (PATCH), or its end (DELETE)."""
    appended_uploads()
    match method_meant():
        case "OPTIONS":
            return _options()
        case "HEAD":
            return _offset(upload_id)
        case "PATCH":
            return _receive(upload_id)
        case "DELETE":
            return _terminate(upload_id)
    raise MethodNotAllowed(["OPTIONS", "HEAD", "PATCH", "DELETE"])


def _options() -> Response:
    return describe(Response(status=204), current_settings().most_upload_bytes)


def _create() -> Response:
    check_version()
    if "Upload-Defer-Length" in request.headers:
        raise InvalidInput("Say the file's size in Upload-Length; it cannot follow later.")
    item = item_of_metadata(upload_metadata(), header_number("Upload-Length"))
    recording = recording_of_device(current_services(), current_device(), item.id)
    if recording is None:
        metadata = request.headers.get("Upload-Metadata", "")[:_MOST_METADATA]
        begun = begin_device_upload(current_services(), current_device(), item, {"metadata": metadata})
        response = _append(begun, 0) if sends_bytes() else _state(Response(), begun)
    else:
        response = _done(recording)
    response.status_code = 201
    response.headers["Location"] = url_for("device_api.upload", upload_id=item.id)
    return response


def _offset(upload_id: str) -> Response:
    """Finishes an upload whose last byte came just before the site was stopped."""
    check_version()
    recording = recording_of_device(current_services(), current_device(), upload_id)
    if recording is None:
        begun = own_upload(upload_id)
        response = _done(finished(begun)) if begun.offset == begun.size else _state(Response(), begun)
    else:
        response = _done(recording)
    response.status_code = 200
    response.headers["Cache-Control"] = "no-store"
    return response


def _receive(upload_id: str) -> Response:
    check_version()
    check_sends_bytes()
    offset = header_number("Upload-Offset")
    recording = recording_of_device(current_services(), current_device(), upload_id)
    if recording is not None:  # the answer to the last byte was lost, and it is sent again
        return _done(recording)
    return _append(own_upload(upload_id), offset)


def _append(begun: Upload, offset: int) -> Response:
    spool = appended_uploads()
    if offset != begun.offset:
        raise Conflict("The upload is at byte %(here)s, not at %(offset)s.", here=begun.offset, offset=offset)
    try:
        begun = spool.append(begun.id, offset, request.stream)
    except Conflict as refused:
        if spool.upload(begun.id).offset != offset:
            raise
        raise Locked(refused.template, **refused.values) from refused
    return _done(finished(begun)) if begun.offset == begun.size else _state(Response(status=204), begun)


def _terminate(upload_id: str) -> Response:
    check_version()
    current_services().uploads.remove(own_upload(upload_id).id)
    return Response(status=204)


def _state(response: Response, begun: Upload) -> Response:
    response.headers["Upload-Offset"] = str(begun.offset)
    response.headers["Upload-Length"] = str(begun.size)
    response.headers["Upload-Expires"] = expires(begun.created_at, KEEP_UPLOADS)
    if begun.details.get("metadata"):
        response.headers["Upload-Metadata"] = begun.details["metadata"]
    return response


def _done(recording: Recording) -> Response:
    response = Response(status=204)
    response.headers["Upload-Offset"] = response.headers["Upload-Length"] = str(recording.size_bytes)
    response.headers["Rollcall-Recording"] = recording.id
    return response
