"""Resumable uploads by tus 1.0: creation, with bytes too, offset, bytes, and termination."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from flask import Response, request, url_for
from flask.typing import ResponseReturnValue
from flask.views import MethodView
from werkzeug.exceptions import MethodNotAllowed

from attendance.errors import InvalidInput
from attendance.model import Recording
from attendance.ports import Upload
from attendance.use_cases.recordings.uploads import append, give_up, sent_so_far
from attendance.use_cases.upkeep import KEEP_UPLOADS
from website.current import current_services, current_settings
from website.security import takes_up_to
from website.uploading.senders import Senders
from website.uploading.tus_headers import (
    BYTES,
    TUS_VERSION,
    check_sends_bytes,
    check_version,
    describe,
    expires,
    header_number,
    method_meant,
    sends_bytes,
    upload_metadata,
)

Begin = Callable[[dict[str, str], int, str], Upload | Recording]
"""What the texts of Upload-Metadata, the size in bytes and that header itself make; it may be known already."""

_ID = {"in": "path", "name": "upload_id", "required": True, "schema": {"type": "string"}}
_SPOKEN = "Tus-Version, Tus-Extension and Tus-Max-Size say what is spoken and taken here."
_HOW_FAR = "Upload-Offset says how far it is, Rollcall-Recording that it is whole and stored."
_BYTES = {"required": True, "content": {BYTES: {"schema": {"type": "string", "format": "binary"}}}}


def _header(name: str, kind: str, words: str) -> dict[str, object]:
    """A header that is needed, for the description."""
    return {"in": "header", "name": name, "required": True, "schema": {"type": kind}, "description": words}


_VERSION = _header("Tus-Resumable", "string", f"{TUS_VERSION}.")
_LENGTH = _header("Upload-Length", "integer", "The size of the file in bytes.")
_OFFSET = _header("Upload-Offset", "integer", "How far the upload is, in bytes.")
_OVERRIDE = _header("X-HTTP-Method-Override", "string", "HEAD, PATCH or DELETE.")


def add_tus(senders: Senders, begin: Begin, metadata: str) -> None:
    """Add the addresses of tus; `metadata` says for the description what Upload-Metadata holds."""
    blueprint = senders.blueprint

    class TusView(MethodView):
        # An upload counts its bytes, once it is known who sends them.
        decorators: ClassVar[list[Callable[..., Any]]] = [takes_up_to(lambda settings: None)]

        def dispatch_request(self, **names: str) -> ResponseReturnValue:
            senders.check_appended()
            return super().dispatch_request(**names)

    @blueprint.route(f"{senders.prefix}/uploads", endpoint="uploads")
    class Uploads(TusView):
        """Where uploads begin."""

        @blueprint.doc(**blueprint.needs)
        @blueprint.response(204, description=_SPOKEN)
        def options(self) -> Response:
            """What of tus is spoken here."""
            return _spoken()

        @blueprint.doc(
            **blueprint.needs, parameters=[_VERSION, _LENGTH, _header("Upload-Metadata", "string", metadata)]
        )
        @blueprint.response(201, description="Created, or known already: Location says where it goes on.")
        @blueprint.refuses(401, 412, 413, 422)
        def post(self) -> Response:
            """Begin an upload by tus 1.0.

            Bytes may come along, as with PATCH.
            """
            if method_meant() == "OPTIONS":
                return _spoken()
            if method_meant() != "POST":
                raise MethodNotAllowed(["OPTIONS", "POST"])
            check_version()
            if "Upload-Defer-Length" in request.headers:
                raise InvalidInput("Say the file's size in Upload-Length; it cannot follow later.")
            size, header = header_number("Upload-Length"), request.headers.get("Upload-Metadata", "")
            begun = begin(upload_metadata(), size, header)
            if isinstance(begun, Upload) and sends_bytes():
                begun = append(current_services(), senders.current(), begun.id, 0, request.stream)
            response = _sent(senders, begun, 201)
            response.headers["Location"] = url_for(".upload", upload_id=begun.id)
            return response

    @blueprint.route(f"{senders.prefix}/uploads/<upload_id>", endpoint="upload", parameters=[_ID])
    class OneUpload(TusView):
        """One upload by tus 1.0."""

        @blueprint.doc(**blueprint.needs)
        @blueprint.response(204, description=_SPOKEN)
        def options(self, upload_id: str) -> Response:
            """What of tus is spoken of this upload."""
            return _spoken()

        @blueprint.doc(**blueprint.needs, parameters=[_VERSION])
        @blueprint.response(200, description=_HOW_FAR)
        @blueprint.refuses(404, 412, 422)
        def head(self, upload_id: str) -> Response:
            """How far an upload is."""
            check_version()
            response = _sent(senders, sent_so_far(current_services(), senders.current(), upload_id), 200)
            response.headers["Cache-Control"] = "no-store"
            return response

        @blueprint.doc(**blueprint.needs, parameters=[_VERSION, _OFFSET], requestBody=_BYTES)
        @blueprint.response(204, description=_HOW_FAR)
        @blueprint.refuses(404, 409, 412, 413, 422)
        def patch(self, upload_id: str) -> Response:
            """Send bytes of an upload, from its offset on.

            With its last byte it is looked at: it is stored then, or refused.
            """
            check_version()
            check_sends_bytes()
            offset = header_number("Upload-Offset")
            sent = append(current_services(), senders.current(), upload_id, offset, request.stream)
            return _sent(senders, sent, 204)

        @blueprint.doc(**blueprint.needs, parameters=[_VERSION])
        @blueprint.response(204, description="Nothing of it is stored.")
        @blueprint.refuses(404, 412)
        def delete(self, upload_id: str) -> Response:
            """Give an unfinished upload up."""
            check_version()
            give_up(current_services(), senders.current(), upload_id)
            return Response(status=204)

        @blueprint.doc(**blueprint.needs, parameters=[_VERSION, _OVERRIDE])
        @blueprint.response(204, description="As the method that is meant answers; HEAD answers 200.")
        @blueprint.refuses(404, 405, 409, 412, 422)
        def post(self, upload_id: str) -> Response:
            """Another method, where a proxy lets only POST through."""
            ways = {"OPTIONS": self.options, "HEAD": self.head, "PATCH": self.patch, "DELETE": self.delete}
            if method_meant() not in ways:
                raise MethodNotAllowed(list(ways))
            return ways[method_meant()](upload_id)

    @blueprint.after_request
    def name_the_version(response: Response) -> Response:
        """Every answer says which version it speaks, and so a wrong version is told the right one."""
        if request.endpoint in (f"{blueprint.name}.uploads", f"{blueprint.name}.upload"):
            response.headers["Tus-Resumable"] = response.headers["Tus-Version"] = TUS_VERSION
        return response


def _spoken() -> Response:
    return describe(Response(status=204), current_settings().most_upload_bytes)


def _sent(senders: Senders, sent: Upload | Recording, status: int) -> Response:
    """How far it is; where it has become a recording, which, and for those who may see it the page of its marks."""
    response = Response(status=status)
    if isinstance(sent, Upload):
        return _so_far(response, sent)
    page = senders.page_of(sent)
    response.headers["Upload-Offset"] = response.headers["Upload-Length"] = str(sent.size_bytes)
    response.headers["Rollcall-Recording"] = sent.id
    if page is not None:
        response.headers["Rollcall-Location"] = page
    return response


def _so_far(response: Response, begun: Upload) -> Response:
    response.headers["Upload-Offset"] = str(begun.offset)
    response.headers["Upload-Length"] = str(begun.size)
    response.headers["Upload-Expires"] = expires(begun.created_at, KEEP_UPLOADS)
    if begun.metadata:
        response.headers["Upload-Metadata"] = begun.metadata
    return response
