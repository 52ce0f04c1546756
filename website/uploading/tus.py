"""Resumable uploads by tus 1.0: creation, with bytes too, offset, bytes, and termination."""

from __future__ import annotations

from collections.abc import Callable

from flask import Response, request, url_for
from werkzeug.exceptions import MethodNotAllowed

from attendance.errors import Conflict, InvalidInput
from attendance.model import Recording
from attendance.ports import Upload
from attendance.use_cases.upkeep import KEEP_UPLOADS
from website.current import current_settings
from website.uploading.own_uploads import OwnUploads
from website.uploading.tus_headers import (
    Locked,
    check_sends_bytes,
    check_version,
    describe,
    expires,
    header_number,
    method_meant,
    sends_bytes,
)


class TusAnswers:
    """What is answered to one kind of sender."""

    def __init__(self, own: OwnUploads) -> None:
        self._own = own

    def at_start(self, begin: Callable[[], Upload | Recording]) -> Response:
        """Say what is spoken here, or create what `begin` makes of the request; it may know the recording already."""
        self._own.appended()
        match method_meant():
            case "OPTIONS":
                return _options()
            case "POST":
                return self._create(begin)
        raise MethodNotAllowed(["OPTIONS", "POST"])

    def at_upload(self, upload_id: str) -> Response:
        """How far it is, more bytes, or its end."""
        self._own.appended()
        match method_meant():
            case "OPTIONS":
                return _options()
            case "HEAD":
                return self._offset(upload_id)
            case "PATCH":
                return self._receive(upload_id)
            case "DELETE":
                return self._terminate(upload_id)
        raise MethodNotAllowed(["OPTIONS", "HEAD", "PATCH", "DELETE"])

    def _create(self, begin: Callable[[], Upload | Recording]) -> Response:
        check_version()
        if "Upload-Defer-Length" in request.headers:
            raise InvalidInput("Say the file's size in Upload-Length; it cannot follow later.")
        begun = begin()
        if isinstance(begun, Recording):
            response = self._done(begun)
        else:
            response = self._append(begun, 0) if sends_bytes() else _state(Response(), begun)
        response.status_code = 201
        response.headers["Location"] = url_for(self._own.tus_upload_endpoint, upload_id=begun.id)
        return response

    def _offset(self, upload_id: str) -> Response:
        """Finishes an upload whose last byte came just before the site was stopped."""
        check_version()
        recording = self._own.recording(upload_id)
        response = self._done(recording) if recording else self._so_far(self._own.upload(upload_id), Response())
        response.status_code = 200
        response.headers["Cache-Control"] = "no-store"
        return response

    def _receive(self, upload_id: str) -> Response:
        check_version()
        check_sends_bytes()
        offset = header_number("Upload-Offset")
        recording = self._own.recording(upload_id)
        if recording is not None:  # the answer to the last byte was lost, and it is sent again
            return self._done(recording)
        return self._append(self._own.upload(upload_id), offset)

    def _append(self, begun: Upload, offset: int) -> Response:
        spool = self._own.appended()
        if offset != begun.offset:
            raise Conflict("The upload is at byte %(here)s, not at %(offset)s.", here=begun.offset, offset=offset)
        try:
            begun = spool.append(begun.id, offset, request.stream)
        except Conflict as refused:
            if spool.upload(begun.id).offset != offset:
                raise
            raise Locked(refused.template, **refused.values) from refused
        return self._so_far(begun, Response(status=204))

    def _terminate(self, upload_id: str) -> Response:
        check_version()
        self._own.appended().remove(self._own.upload(upload_id).id)
        return Response(status=204)

    def _so_far(self, begun: Upload, response: Response) -> Response:
        """With its last byte it becomes a recording."""
        return self._done(self._own.finished(begun)) if begun.offset == begun.size else _state(response, begun)

    def _done(self, recording: Recording) -> Response:
        response, names = Response(status=204), self._own.names_of(recording)
        response.headers["Upload-Offset"] = response.headers["Upload-Length"] = str(recording.size_bytes)
        response.headers["Rollcall-Recording"] = names["id"]
        if "location" in names:
            response.headers["Rollcall-Location"] = names["location"]
        return response


def _options() -> Response:
    return describe(Response(status=204), current_settings().most_upload_bytes)


def _state(response: Response, begun: Upload) -> Response:
    response.headers["Upload-Offset"] = str(begun.offset)
    response.headers["Upload-Length"] = str(begun.size)
    response.headers["Upload-Expires"] = expires(begun.created_at, KEEP_UPLOADS)
    if begun.metadata:
        response.headers["Upload-Metadata"] = begun.metadata
    return response
