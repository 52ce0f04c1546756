"""Clips and snapshots by tus 1.0. The upload's id is the item's, so that a device that forgot begins where it was."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from flask import Response, request
from flask.typing import ResponseReturnValue
from flask.views import MethodView

from attendance.model import Recording
from attendance.ports import Upload
from website.device_api.blueprint import KEY_NEEDED, blueprint
from website.device_api.own_uploads import UploadsOfDevice, item_of_metadata
from website.security import takes_up_to
from website.uploading.tus import TusAnswers
from website.uploading.tus_headers import BYTES, TUS_VERSION, header_number, upload_metadata

_MOST_METADATA = 6_000
_ID = {"in": "path", "name": "upload_id", "required": True, "schema": {"type": "string"}}
_SPOKEN = "Tus-Version, Tus-Extension and Tus-Max-Size say what is spoken and taken here."
_HOW_FAR = "Upload-Offset says how far it is, Rollcall-Recording that it is whole and kept."
_BYTES = {"required": True, "content": {BYTES: {"schema": {"type": "string", "format": "binary"}}}}
_COUNTS_ITSELF = takes_up_to(lambda settings: None)  # an upload counts its bytes, once the key is known to be right


def _header(name: str, kind: str, words: str) -> dict[str, object]:
    """A header that is needed, for the description."""
    return {"in": "header", "name": name, "required": True, "schema": {"type": kind}, "description": words}


_VERSION = _header("Tus-Resumable", "string", f"{TUS_VERSION}.")
_LENGTH = _header("Upload-Length", "integer", "The size of the file in bytes.")
_OFFSET = _header("Upload-Offset", "integer", "How far the upload is, in bytes.")
_OVERRIDE = _header("X-HTTP-Method-Override", "string", "HEAD, PATCH or DELETE.")
_METADATA = _header(
    "Upload-Metadata",
    "string",
    "Names with values in base64, as tus has them: item_id, kind (clip or snapshot), started_at, duration_s, sha256 and"
    " filename, and perhaps reading_id and boxes (as JSON); each means what it means for direct uploads.",
)
_OWN = UploadsOfDevice()
_TUS = TusAnswers(_OWN)


@blueprint.after_request
def name_the_version(response: Response) -> Response:
    """Every answer about uploads says which version it speaks."""
    if (request.endpoint or "") in ("device_api.uploads", "device_api.upload"):
        response.headers["Tus-Resumable"] = response.headers["Tus-Version"] = TUS_VERSION
    return response


@blueprint.route("/me/uploads", endpoint="uploads")
class Uploads(MethodView):
    """Where uploads begin."""

    decorators: ClassVar[list[Callable[..., Any]]] = [_COUNTS_ITSELF]

    @blueprint.doc(**KEY_NEEDED)
    @blueprint.response(204, description=_SPOKEN)
    def options(self) -> ResponseReturnValue:
        """What of tus is spoken here."""
        return _TUS.at_start(_begin)

    @blueprint.doc(**KEY_NEEDED, parameters=[_VERSION, _LENGTH, _METADATA])
    @blueprint.response(201, description="Created, or known already: Location says where it goes on.")
    @blueprint.alt_response(412, "PRECONDITION_FAILED")
    @blueprint.alt_response(401, "UNAUTHORIZED")
    @blueprint.alt_response(413, "REQUEST_ENTITY_TOO_LARGE")
    @blueprint.alt_response(422, "UNPROCESSABLE_ENTITY")
    def post(self) -> ResponseReturnValue:
        """Begin an upload by tus 1.0.

        Bytes may come along, as with PATCH.
        """
        return _TUS.at_start(_begin)


@blueprint.route("/me/uploads/<upload_id>", endpoint="upload", parameters=[_ID])
class OneUpload(MethodView):
    """One upload by tus 1.0."""

    decorators: ClassVar[list[Callable[..., Any]]] = [_COUNTS_ITSELF]

    @blueprint.doc(**KEY_NEEDED)
    @blueprint.response(204, description=_SPOKEN)
    def options(self, upload_id: str) -> ResponseReturnValue:
        """What of tus is spoken of this upload."""
        return _TUS.at_upload(upload_id)

    @blueprint.doc(**KEY_NEEDED, parameters=[_VERSION])
    @blueprint.response(200, description=_HOW_FAR)
    @blueprint.alt_response(412, "PRECONDITION_FAILED")
    @blueprint.alt_response(404, "NOT_FOUND")
    @blueprint.alt_response(422, "UNPROCESSABLE_ENTITY")
    def head(self, upload_id: str) -> ResponseReturnValue:
        """How far an upload is."""
        return _TUS.at_upload(upload_id)

    @blueprint.doc(**KEY_NEEDED, parameters=[_VERSION, _OFFSET], requestBody=_BYTES)
    @blueprint.response(204, description=_HOW_FAR)
    @blueprint.alt_response(412, "PRECONDITION_FAILED")
    @blueprint.alt_response(404, "NOT_FOUND")
    @blueprint.alt_response(409, "CONFLICT")
    @blueprint.alt_response(413, "REQUEST_ENTITY_TOO_LARGE")
    @blueprint.alt_response(422, "UNPROCESSABLE_ENTITY")
    def patch(self, upload_id: str) -> ResponseReturnValue:
        """Send bytes of an upload, from its offset on.

        With its last byte it is looked at: it is kept then, or refused.
        """
        return _TUS.at_upload(upload_id)

    @blueprint.doc(**KEY_NEEDED, parameters=[_VERSION])
    @blueprint.response(204, description="Nothing of it is kept.")
    @blueprint.alt_response(412, "PRECONDITION_FAILED")
    @blueprint.alt_response(404, "NOT_FOUND")
    def delete(self, upload_id: str) -> ResponseReturnValue:
        """Give an unfinished upload up."""
        return _TUS.at_upload(upload_id)

    @blueprint.doc(**KEY_NEEDED, parameters=[_VERSION, _OVERRIDE])
    @blueprint.response(204, description="As the method that is meant answers; HEAD answers 200.")
    @blueprint.alt_response(412, "PRECONDITION_FAILED")
    @blueprint.alt_response(404, "NOT_FOUND")
    @blueprint.alt_response(405, "METHOD_NOT_ALLOWED")
    @blueprint.alt_response(409, "CONFLICT")
    @blueprint.alt_response(422, "UNPROCESSABLE_ENTITY")
    def post(self, upload_id: str) -> ResponseReturnValue:
        """Another method, where a proxy lets only POST through."""
        return _TUS.at_upload(upload_id)


def _begin() -> Upload | Recording:
    item = item_of_metadata(upload_metadata(), header_number("Upload-Length"))
    return _OWN.begin(item, request.headers.get("Upload-Metadata", "")[:_MOST_METADATA])
