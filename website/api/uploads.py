"""Resumable uploads of recordings by tus 1.0: creation, with bytes too, offset, bytes, and termination."""

from __future__ import annotations

from flask import Blueprint, Response, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import MethodNotAllowed

from attendance.errors import Conflict, InvalidInput
from attendance.model import Recording, Role
from attendance.ports import Upload
from attendance.use_cases.begin_upload import begin_upload
from attendance.use_cases.sweep import KEEP_UPLOADS
from website.access import course_or_404, roles_required
from website.api.own_uploads import appended_uploads, finished, lecture_address, own_upload, recording_of
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
from website.current import current_services, signed_in_user

blueprint = Blueprint("uploads", __name__, url_prefix="/uploads")


@blueprint.after_request
def name_the_version(response: Response) -> Response:
    """Every answer says which version it speaks, and a wrong version is told the right one."""
    response.headers["Tus-Resumable"] = TUS_VERSION
    if response.status_code == 412:
        response.headers["Tus-Version"] = TUS_VERSION
    return response


@blueprint.route("", methods=["OPTIONS", "POST"], provide_automatic_options=False)
@roles_required(Role.ADMIN, Role.TEACHER)
def uploads() -> ResponseReturnValue:
    """Say what is spoken here, or create an upload."""
    appended_uploads()
    match method_meant():
        case "OPTIONS":
            return _options()
        case "POST":
            return _create()
    raise MethodNotAllowed(["OPTIONS", "POST"])


@blueprint.route(
    "/<upload_id>", methods=["OPTIONS", "HEAD", "PATCH", "DELETE", "POST"], provide_automatic_options=False
)
@roles_required(Role.ADMIN, Role.TEACHER)
def upload(upload_id: str) -> ResponseReturnValue:
    """One upload: how far it is, more bytes, or its end."""
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
    return describe(Response(status=204), current_services().settings.most_upload_bytes)


def _create() -> Response:
    check_version()
    if "Upload-Defer-Length" in request.headers:
        raise InvalidInput("Say the file's size in Upload-Length; it cannot follow later.")
    size, words = header_number("Upload-Length"), upload_metadata()
    begun = begin_upload(
        current_services(),
        user_id=signed_in_user().id,
        size=size,
        original_name=words.get("filename", ""),
        course_id=course_or_404(words.get("course_id", "")).id,
        starts_at=words.get("starts_at", ""),
        ends_at=words.get("ends_at", ""),
        details={"metadata": request.headers.get("Upload-Metadata", "")},
    )
    response = _append(begun, 0) if sends_bytes() else _state(Response(), begun)
    response.status_code = 201
    response.headers["Location"] = url_for("api.uploads.upload", upload_id=begun.id)
    return response


def _offset(upload_id: str) -> Response:
    """Finishes an upload whose last byte came just before the site was stopped."""
    check_version()
    recording = recording_of(upload_id)
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
    recording = recording_of(upload_id)
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
    response.headers["Rollcall-Location"] = lecture_address(recording)
    return response
