"""Make a recording of an upload whose last byte is here. Safe to repeat after a crash at any point."""

from __future__ import annotations

from attendance.errors import BadRecording, Conflict, InvalidInput, NotFound
from attendance.model import DeviceRecording, Recording, Sender
from attendance.ports import DirectUploads, MediaFile, Upload
from attendance.services import Services
from attendance.use_cases.devices.uploads import (
    check_device,
    receive_from_device,
    remember_refusal,
)
from attendance.use_cases.people.rights import check_may_record
from attendance.use_cases.recordings.receiving import receive_recording


def finish_upload(services: Services, upload_id: str, *, patience_s: float = 0.0) -> Recording:
    """The recording, which has the upload's id.

    Raises NotFound, Conflict (bytes are missing, or another process finishes it for longer than `patience_s`), and
    BadRecording or InvalidInput, which remove the bytes: they would be refused again.
    """
    upload = services.uploads.upload(upload_id)
    if upload.refusal is not None:
        raise BadRecording("%(sentence)s", sentence=upload.refusal)
    if upload.offset != upload.size:
        raise Conflict("The upload is not whole yet.")
    with services.uploads.finishing(upload_id, patience_s) as file:
        try:
            _check_right(services, upload)
            recording = _receive(services, upload, file)
        except (BadRecording, InvalidInput) as refused:
            _refuse(services, upload, refused)
            raise
        services.uploads.remove(upload_id)
        return recording


def recording_of(services: Services, upload_id: str, sender: Sender) -> Recording | None:
    """The recording that this sender's upload became: it has the upload's id."""
    try:
        recording = services.store.recording(upload_id)
    except NotFound:
        return None
    return recording if recording.sender == sender else None


def _refuse(services: Services, upload: Upload, refused: InvalidInput) -> None:
    """Who sends to the bucket hears of nothing that happens there, so the reason is kept for them."""
    if isinstance(upload.purpose, DeviceRecording):
        remember_refusal(services, upload, refused)
    if isinstance(services.uploads, DirectUploads):
        services.uploads.refuse(upload.id, refused.sentence)
    else:
        services.uploads.remove(upload.id)


def _check_right(services: Services, upload: Upload) -> None:
    """Of this moment; what was a recording before a crash was one with every right. Raises InvalidInput."""
    try:
        course = services.store.course(upload.purpose.course_id)
    except NotFound as gone:
        raise InvalidInput("The course of this recording was removed while it was uploaded.") from gone
    if recording_of(services, upload.id, upload.sender) is not None:
        return
    if isinstance(upload.purpose, DeviceRecording):
        check_device(services, upload.sender, upload.purpose)
    elif upload.sender.user_id is not None:
        check_may_record(services, upload.sender.user_id, course)


def _receive(services: Services, upload: Upload, file: MediaFile) -> Recording:
    purpose = upload.purpose
    if isinstance(purpose, DeviceRecording):
        return receive_from_device(services, upload, purpose, file)
    return receive_recording(
        services,
        file=file,
        original_name=purpose.filename,
        course_id=purpose.course_id,
        starts_at=purpose.starts_at,
        ends_at=purpose.ends_at,
        sender=upload.sender,
        recording_id=upload.id,
    )
