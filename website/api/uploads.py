"""Recordings that people upload by tus 1.0."""

from __future__ import annotations

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue

from attendance.model import Role
from attendance.ports import Upload
from attendance.use_cases.recordings.uploads import begin_upload, told_recording
from website.access import course_or_404, roles_required
from website.api.own_uploads import UploadsOfUser
from website.current import current_services
from website.uploading.tus import TusAnswers
from website.uploading.tus_headers import TUS_VERSION, header_number, upload_metadata

blueprint = Blueprint("uploads", __name__, url_prefix="/uploads")
_OWN = UploadsOfUser()
_TUS = TusAnswers(_OWN)


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
    return _TUS.at_start(_begin)


@blueprint.route(
    "/<upload_id>", methods=["OPTIONS", "HEAD", "PATCH", "DELETE", "POST"], provide_automatic_options=False
)
@roles_required(Role.ADMIN, Role.TEACHER)
def upload(upload_id: str) -> ResponseReturnValue:
    """One upload: how far it is, more bytes, or its end."""
    return _TUS.at_upload(upload_id)


def _begin() -> Upload:
    size, words = header_number("Upload-Length"), upload_metadata()
    purpose = told_recording(
        course_or_404(words.get("course_id", "")),
        words.get("filename", ""),
        words.get("starts_at", ""),
        words.get("ends_at", ""),
    )
    metadata = request.headers.get("Upload-Metadata", "")
    return begin_upload(current_services(), _OWN.sender(), purpose, size, metadata=metadata)
