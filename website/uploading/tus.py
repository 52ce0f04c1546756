"""Resumable uploads by tus 1.0: creation, with bytes too, offset, bytes, and termination."""

from __future__ import annotations

from collections.abc import Callable

from flask import Response, request, url_for
from werkzeug.exceptions import MethodNotAllowed

from attendance.errors import InvalidInput
from attendance.model import Recording
from attendance.ports import Upload
from attendance.use_cases.recordings.uploads import append, give_up, sent_so_far
from attendance.use_cases.upkeep import KEEP_UPLOADS
from website.current import current_services, current_settings
from website.uploading.own_uploads import OwnUploads
from website.uploading.tus_headers import (
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
        self._own.check_appended()
        match method_meant():
            case "OPTIONS":
                return _options()
            case "POST":
                return self._create(begin)
        raise MethodNotAllowed(["OPTIONS", "POST"])

    def at_upload(self, upload_id: str) -> Response:
        """How far it is, more bytes, or its end."""
        self._own.check_appended()
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
        if isinstance(begun, Upload) and sends_bytes():
            begun = append(current_services(), self._own.sender(), begun.id, 0, request.stream)
        response = self._answer(begun, 201)
        response.headers["Location"] = url_for(self._own.tus_upload_endpoint, upload_id=begun.id)
        return response

    def _offset(self, upload_id: str) -> Response:
        check_version()
        response = self._answer(sent_so_far(current_services(), self._own.sender(), upload_id), 200)
        response.headers["Cache-Control"] = "no-store"
        return response

    def _receive(self, upload_id: str) -> Response:
        check_version()
        check_sends_bytes()
        offset = header_number("Upload-Offset")
        return self._answer(append(current_services(), self._own.sender(), upload_id, offset, request.stream), 204)

    def _terminate(self, upload_id: str) -> Response:
        check_version()
        give_up(current_services(), self._own.sender(), upload_id)
        return Response(status=204)

    def _answer(self, sent: Upload | Recording, status: int) -> Response:
        response = Response(status=status)
        return _state(response, sent) if isinstance(sent, Upload) else self._done(response, sent)

    def _done(self, response: Response, recording: Recording) -> Response:
        names = self._own.names_of(recording)
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
