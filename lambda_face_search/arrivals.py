"""Makes a recording of an object that arrived in the bucket, where it is a whole upload of ours."""

from __future__ import annotations

import re

from attendance.errors import BadRecording, InvalidInput, NotFound
from attendance.model import Recording
from attendance.services import Services
from attendance.use_cases.recordings.finishing import finish_upload
from lambda_face_search.events import Arrival
from lambda_face_search.observed import count, log

_UPLOAD = re.compile(r"uploads/([0-9a-f]{32})/data")


def upload_of(media: str, arrival: Arrival) -> str | None:
    """The id of the upload whose bytes the object holds, in the bucket of ROLLCALL_MEDIA; None for any other object."""
    bucket, _, prefix = media.removeprefix("s3:").removeprefix("//").partition("/")
    inside = f"{prefix.strip('/')}/" if prefix.strip("/") else ""
    if arrival.bucket != bucket or not arrival.key.startswith(inside):
        return None
    found = _UPLOAD.fullmatch(arrival.key.removeprefix(inside))
    return found[1] if found else None


def take_in(services: Services, arrival: Arrival) -> Recording | None:
    """The recording; None, with a line in the log, where there is nothing to be made of the object.

    Raises Conflict (another process takes it in, or it is not whole), NotFound (it is not readable yet),
    ServiceUnavailable: the event must come again.
    """
    upload_id = upload_of(services.settings.media.reveal(), arrival)
    if upload_id is None:
        _ignore(arrival, "it is no upload of this site")
        return None
    try:
        services.uploads.upload(upload_id)
    except NotFound:
        _ignore(arrival, "its upload is finished already, or was given up")
        return None
    try:
        recording = finish_upload(services, upload_id)
    except (BadRecording, InvalidInput) as refused:  # the same bytes would be refused again
        log.warning("An upload was refused.", upload_id=upload_id, reason=refused.sentence)
        count("UploadRefused")
        return None
    log.info("An upload became a recording.", recording_id=recording.id, kind=recording.kind.value)
    count("RecordingMade")
    return recording


def _ignore(arrival: Arrival, reason: str) -> None:
    log.info("An object is ignored.", bucket=arrival.bucket, key=arrival.key, reason=reason)
    count("Ignored")
