"""Make a recording of an upload whose last byte is here. Safe to repeat after a crash at any point."""

from __future__ import annotations

from functools import partial

from attendance.errors import BadRecording, Conflict, InvalidInput, NotFound, RefusedBefore
from attendance.model import DeviceRecording, Recording, Sender
from attendance.ports import MediaFile, Upload
from attendance.rules.stored_sentences import from_text, to_text
from attendance.services import Services
from attendance.use_cases.devices.uploads import (
    check_bytes,
    check_device,
    lecture_times,
    note_item,
    refusal_code,
    remember_refusal,
)
from attendance.use_cases.people.rights import check_may_record
from attendance.use_cases.recordings.receiving import receive_recording


def finish_upload(services: Services, upload_id: str, *, patience_s: float = 0.0, enqueue: bool = True) -> Recording:
    """The recording, which has the upload's id; `enqueue` asks for its search.

    Raises NotFound, Conflict (bytes are missing, or another process finishes it for longer than `patience_s`), and
    BadRecording or InvalidInput, which remove the bytes: they would be refused again.
    """
    upload = services.uploads.upload(upload_id)
    check_not_refused(services, upload)
    if upload.offset != upload.size:
        raise Conflict("The upload is not whole yet.")
    with services.uploads.finishing(upload_id, patience_s) as file:
        try:
            _check_right(services, upload)
            recording = _receive(services, upload, file, enqueue)
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


def check_not_refused(services: Services, upload: Upload) -> None:
    """Raises RefusedBefore with the reason of that time."""
    if upload.refusal is not None:
        raise RefusedBefore.again(from_text(upload.refusal), refusal_code(services, upload))


def _refuse(services: Services, upload: Upload, refused: InvalidInput) -> None:
    """Who sends to the bucket hears of nothing that happens there, so the reason is stored for them."""
    if upload.sender.device_id is not None:
        remember_refusal(services, upload.sender.device_id, upload.id, refused)
    if services.uploads.direct is not None:
        services.uploads.direct.refuse(upload.id, to_text(refused))
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
        check_device(services, upload, upload.purpose)
    elif upload.sender.user_id is not None:
        check_may_record(services, upload.sender.user_id, course)


def _receive(services: Services, upload: Upload, file: MediaFile, enqueue: bool) -> Recording:
    purpose = upload.purpose
    starts_at, ends_at, recorded_at, note = purpose.starts_at, purpose.ends_at, None, None
    if isinstance(purpose, DeviceRecording):
        check_bytes(file, purpose)
        starts_at, ends_at = lecture_times(services, purpose)
        recorded_at, note = purpose.started_at, partial(note_item, services, purpose)
    return receive_recording(
        services,
        file=file,
        original_name=purpose.filename,
        course_id=purpose.course_id,
        starts_at=starts_at,
        ends_at=ends_at,
        recorded_at=recorded_at,
        sender=upload.sender,
        recording_id=upload.id,
        enqueue=enqueue,
        with_row=note,
    )
