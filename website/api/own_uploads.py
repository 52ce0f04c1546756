"""The uploads of the person who is signed in, whichever way their bytes come."""

from __future__ import annotations

from flask import url_for

from attendance.errors import AlreadyExists, Conflict, NotFound
from attendance.model import Recording
from attendance.ports import AppendedUploads, DirectUploads, Upload
from attendance.use_cases.finish_upload import finish_upload
from website.current import current_services, signed_in_user

_PATIENCE_S = 20.0  # the worker that sweeps up may be finishing the same upload


def appended_uploads() -> AppendedUploads:
    """For a site that receives the bytes itself. Raises NotFound, which names the address where others take them."""
    uploads = current_services().uploads
    if isinstance(uploads, AppendedUploads):
        return uploads
    raise NotFound(
        "Recordings go straight to this site's bucket; begin at %(address)s.",
        address=url_for("api.direct_uploads.begin"),
    )


def direct_uploads() -> DirectUploads:
    """For a site whose bucket receives the bytes. Raises NotFound, which names the address where others take them."""
    uploads = current_services().uploads
    if isinstance(uploads, DirectUploads):
        return uploads
    raise NotFound(
        "This site receives recordings itself, by tus; begin at %(address)s.", address=url_for("api.uploads.uploads")
    )


def own_upload(upload_id: str) -> Upload:
    """Somebody else's upload is as if it were not there. Raises NotFound."""
    begun = current_services().uploads.upload(upload_id)
    if begun.user_id != signed_in_user().id:
        raise NotFound("There is no upload by this name.")
    return begun


def recording_of(upload_id: str) -> Recording | None:
    """The recording that this user's upload became: it has the upload's id."""
    try:
        recording = current_services().store.recording(upload_id)
    except NotFound:
        return None
    return recording if recording.created_by == signed_in_user().id else None


def finished(begun: Upload) -> Recording:
    """The recording of an upload whose every byte is here; another process may be finishing it at the same moment."""
    try:
        return finish_upload(current_services(), begun.id, patience_s=_PATIENCE_S)
    except (AlreadyExists, Conflict, NotFound):
        recording = recording_of(begun.id)
        if recording is None:
            raise
        return recording


def lecture_address(recording: Recording) -> str:
    """The page where its marks will be."""
    return url_for("lectures.show", lecture_id=recording.lecture_id)
