"""Clips and snapshots that go straight to the site's bucket, in parts by presigned links."""

from __future__ import annotations

import json
from typing import Any

from flask.typing import ResponseReturnValue

from attendance.use_cases.devices.uploads import DeviceItem
from website.device_api.arguments import DirectUploadAnswer, DirectUploadSchema, PartLinksAnswer, PartNumbersSchema
from website.device_api.blueprint import KEY_NEEDED, blueprint
from website.device_api.own_uploads import UploadsOfDevice
from website.security import takes_up_to
from website.uploading.direct import DirectAnswers

_MOST_BYTES = 200_000
_OWN = UploadsOfDevice()
_DIRECT = DirectAnswers(_OWN)


@blueprint.route("/me/direct-uploads", methods=["POST"])
@takes_up_to(lambda settings: _MOST_BYTES)
@blueprint.doc(**KEY_NEEDED)
@blueprint.arguments(DirectUploadSchema)
@blueprint.response(201, DirectUploadAnswer, description="Begun, or known already: status says how far it is.")
@blueprint.alt_response(413, "REQUEST_ENTITY_TOO_LARGE")
@blueprint.alt_response(422, "UNPROCESSABLE_ENTITY")
def begin_direct_upload(words: dict[str, Any]) -> ResponseReturnValue:
    """Begin an upload of parts that are sent to the bucket."""
    return _DIRECT.at_start(lambda: _OWN.begin(_item(words)))


@blueprint.route("/me/direct-uploads/<upload_id>", methods=["GET"])
@blueprint.doc(**KEY_NEEDED)
@blueprint.response(200, DirectUploadAnswer, description="status is sending, whole, refused or done.")
@blueprint.alt_response(404, "NOT_FOUND")
def direct_upload(upload_id: str) -> ResponseReturnValue:
    """Which parts are there, or what became of the upload."""
    return _DIRECT.state(upload_id)


@blueprint.route("/me/direct-uploads/<upload_id>/parts", methods=["POST"])
@takes_up_to(lambda settings: _MOST_BYTES)
@blueprint.doc(**KEY_NEEDED)
@blueprint.arguments(PartNumbersSchema)
@blueprint.response(200, PartLinksAnswer, description="A link by number; each is good for that many seconds.")
@blueprint.alt_response(404, "NOT_FOUND")
def direct_upload_parts(words: dict[str, Any], upload_id: str) -> ResponseReturnValue:
    """Where these parts are sent by PUT; numbers count from 1."""
    return _DIRECT.links(upload_id, lambda: words["numbers"])


@blueprint.route("/me/direct-uploads/<upload_id>/complete", methods=["POST"])
@takes_up_to(lambda settings: _MOST_BYTES)
@blueprint.doc(**KEY_NEEDED)
@blueprint.response(200, DirectUploadAnswer, description="The recording is kept.")
@blueprint.alt_response(
    202, schema=DirectUploadAnswer, description="The bucket's event makes the recording; ask again.", success=True
)
@blueprint.alt_response(422, "UNPROCESSABLE_ENTITY")
def complete_direct_upload(upload_id: str) -> ResponseReturnValue:
    """Every part was sent. Safe to repeat."""
    return _DIRECT.completed(upload_id)


@blueprint.route("/me/direct-uploads/<upload_id>", methods=["DELETE"])
@blueprint.doc(**KEY_NEEDED)
@blueprint.response(204, description="Nothing of it is kept.")
@blueprint.alt_response(404, "NOT_FOUND")
def give_up_direct_upload(upload_id: str) -> ResponseReturnValue:
    """Remove what is there of it."""
    return _DIRECT.given_up(upload_id)


def _item(words: dict[str, Any]) -> DeviceItem:
    boxes = words["boxes"]
    return DeviceItem(
        id=words["item_id"],
        reading_id=words["reading_id"] or "",
        boxes="" if boxes is None else json.dumps(boxes),
        **{name: words[name] for name in ("kind", "started_at", "duration_s", "sha256", "filename", "size")},
    )
