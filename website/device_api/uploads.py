"""Clips and snapshots by tus 1.0. The upload's id is the item's, so that a device that forgot begins where it was."""

from __future__ import annotations

from flask import Response, request
from flask.typing import ResponseReturnValue

from attendance.model import Recording
from attendance.ports import Upload
from website.device_api.blueprint import KEY_NEEDED, blueprint
from website.device_api.own_uploads import UploadsOfDevice, item_of_metadata
from website.security import takes_up_to
from website.uploading.tus import TusAnswers
from website.uploading.tus_headers import TUS_VERSION, header_number, upload_metadata

_MOST_METADATA = 6_000
_ID = {"in": "path", "name": "upload_id", "required": True, "schema": {"type": "string"}}
_OWN = UploadsOfDevice()
_TUS = TusAnswers(_OWN)


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
    return _TUS.at_start(_begin)


@blueprint.route("/me/uploads/<upload_id>", methods=["OPTIONS", "HEAD", "PATCH", "DELETE", "POST"], parameters=[_ID])
@takes_up_to(lambda settings: None)
@blueprint.doc(**KEY_NEEDED)
@blueprint.response(204, description="Upload-Offset says how far it is, Rollcall-Recording that it is whole and kept.")
@blueprint.alt_response(404, "NOT_FOUND")
@blueprint.alt_response(409, "CONFLICT")
@blueprint.alt_response(422, "UNPROCESSABLE_ENTITY")
def upload(upload_id: str) -> ResponseReturnValue:
    """One upload by tus 1.0: how far it is (HEAD), more bytes (PATCH), or its end (DELETE)."""
    return _TUS.at_upload(upload_id)


def _begin() -> Upload | Recording:
    item = item_of_metadata(upload_metadata(), header_number("Upload-Length"))
    return _OWN.begin(item, {"metadata": request.headers.get("Upload-Metadata", "")[:_MOST_METADATA]})
