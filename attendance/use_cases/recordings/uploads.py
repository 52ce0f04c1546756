"""Uploads of recordings by people, devices and commands: begun, sent, asked about, completed, listed and given up.

Whoever is no sender of an upload is told that there is none.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from attendance.errors import (
    AlreadyExists,
    BadRecording,
    Conflict,
    InvalidInput,
    Locked,
    NotFound,
    ServiceBusy,
    TooLarge,
)
from attendance.model import COMMAND_LINE, Course, Device, LectureRecording, Recording, Sender, new_id
from attendance.ports import AppendedUploads, ByteStream, DirectUploads, Upload, UploadPart
from attendance.searching.budget import refuse_upload_over_budget
from attendance.services import Services
from attendance.use_cases.devices.uploads import DeviceItem, begun_item, check_item, purpose_of_item, refusal_code
from attendance.use_cases.recordings.finishing import check_not_refused, finish_upload, recording_of
from attendance.use_cases.recordings.receiving import check_lecture_times
from attendance.wall_time import wall_moment, wall_time

MOST_UNFINISHED = 100
"""Of one sender, so that nobody fills the room for uploads by beginning them."""

_LONGEST_NAME = 200
_PATIENCE_S = 20.0  # the worker that sweeps up may be finishing the same upload


class UploadStatus(StrEnum):
    """How far a direct upload is."""

    SENDING = "sending"
    WHOLE = "whole"
    REFUSED = "refused"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class UploadState:
    """A direct upload and what became of it: `parts` are there while it is sent, `recording` once it is done.

    `refusal` is the stored sentence, `code` the word for devices, of one that was refused. Sizes are in bytes.
    """

    id: str
    size: int
    status: UploadStatus
    part_size: int | None = None
    parts: Sequence[UploadPart] = ()
    refusal: str | None = None
    code: str | None = None
    recording: Recording | None = None


def told_recording(course: Course, filename: str, starts_at: str, ends_at: str = "") -> LectureRecording:
    """What a person says of a recording; times are wall time of the course, `YYYY-MM-DDTHH:MM`. Raises InvalidInput."""
    return LectureRecording(
        filename=filename,
        course_id=course.id,
        starts_at=moment_in(course.timezone, starts_at, field="starts_at"),
        ends_at=moment_in(course.timezone, ends_at, field="ends_at") if ends_at.strip() else None,
    )


def begin_upload(
    services: Services,
    sender: Sender,
    purpose: LectureRecording,
    size: int,
    *,
    upload_id: str | None = None,
    metadata: str = "",
) -> Upload:
    """An empty upload of `size` bytes. What a command copies is on the machine already and has no bounds.

    Raises InvalidInput, BadRecording (nothing in it), BudgetUsedUp, TooLarge, OutOfSpace, ServiceBusy (a device has too
    many), AlreadyExists.
    """
    if sender != COMMAND_LINE:
        _check_size(size, services.settings.most_upload_bytes)
        _check_unfinished(services, sender)
    if sender.user_id is not None:
        refuse_upload_over_budget(services, purpose.filename)
    if sender.device_id is None:
        check_lecture_times(services, purpose.starts_at, purpose.ends_at)
    named = replace(purpose, filename=purpose.filename.strip()[:_LONGEST_NAME] or "recording")
    upload = Upload(upload_id or new_id(), sender, size, services.now(), named, metadata=metadata)
    services.uploads.begin(upload)
    return upload


def begin_item(services: Services, device: Device, item: DeviceItem, metadata: str = "") -> Upload | Recording:
    """The item's upload, which has the item's id, as far as it is, or the recording that it became.

    Raises as `begin_upload` does, and BadItem, TooOld, NoLecture, Conflict (the id stands for something else).
    """
    sender = Sender(device_id=device.id)
    known = recording_of(services, item.id, sender)
    if known is not None:
        return known
    check_item(services, item)
    _check_size(item.size, services.settings.most_upload_bytes)
    begun = begun_item(services, sender, item)
    if begun is not None:
        return begun
    purpose = purpose_of_item(services, device, item)
    try:
        return begin_upload(services, sender, purpose, item.size, upload_id=item.id, metadata=metadata)
    except AlreadyExists:  # the answer was late, and the device asked again meanwhile
        begun = begun_item(services, sender, item)
        if begun is None:
            raise
        return begun


def own_upload(services: Services, sender: Sender, upload_id: str) -> Upload:
    """Another's upload is as if it were not there. Raises NotFound."""
    upload = services.uploads.upload(upload_id)
    if upload.sender != sender:
        raise NotFound("There is no upload by this name.")
    return upload


def give_up(services: Services, sender: Sender, upload_id: str) -> None:
    """Remove what is there of it. Raises NotFound."""
    services.uploads.remove(own_upload(services, sender, upload_id).id)


def sent_so_far(services: Services, sender: Sender, upload_id: str) -> Upload | Recording:
    """How far it is. One whose last byte came just before the site was stopped is finished. Raises NotFound."""
    recording = recording_of(services, upload_id, sender)
    return recording or _finished_if_whole(services, own_upload(services, sender, upload_id))


def append(
    services: Services, sender: Sender, upload_id: str, offset: int, stream: ByteStream, *, enqueue: bool = True
) -> Upload | Recording:
    """Add bytes at the upload's end; with the last byte it becomes a recording, whose search `enqueue` asks for.

    Raises NotFound, Conflict (it is at another offset), Locked (another request sends it), TooLarge, OutOfSpace,
    BadRecording, InvalidInput.
    """
    recording = recording_of(services, upload_id, sender)
    if recording is not None:  # the answer to the last byte was lost, and it is sent again
        return recording
    spool, upload = _appended(services), own_upload(services, sender, upload_id)
    if offset != upload.offset:
        raise Conflict("The upload is at byte %(here)s, not at %(offset)s.", here=upload.offset, offset=offset)
    try:
        upload = spool.append(upload_id, offset, stream)
    except Conflict as refused:
        if spool.upload(upload_id).offset != offset:
            raise
        raise Locked(refused.template, **refused.values) from refused
    return _finished_if_whole(services, upload, enqueue=enqueue)


def part_links(
    services: Services, sender: Sender, upload_id: str, numbers: Sequence[int], seconds: int
) -> dict[int, str]:
    """Where these parts are sent by PUT, by number from 1. Raises NotFound, InvalidInput (no such part)."""
    return dict(_direct(services).part_links(own_upload(services, sender, upload_id).id, numbers, seconds))


def upload_state(services: Services, sender: Sender, upload_id: str) -> UploadState:
    """Which parts are there, or what became of the upload. Raises NotFound."""
    return _or_done(services, sender, upload_id, lambda upload: _state(services, upload))


def complete(services: Services, sender: Sender, upload_id: str) -> UploadState:
    """Every part was sent: done, or whole where the bucket's event makes the recording. Safe to repeat.

    Raises NotFound, Conflict (bytes are missing), BadRecording, InvalidInput.
    """
    return _or_done(services, sender, upload_id, lambda upload: _completed(services, upload))


def _completed(services: Services, upload: Upload) -> UploadState:
    check_not_refused(services, upload)
    _direct(services).complete(upload.id)
    if services.settings.jobs.startswith("lambda:"):  # the bucket's event begins the rest there; else nobody would
        return _state(services, services.uploads.upload(upload.id))
    return _done(_finished(services, upload))


def _or_done(services: Services, sender: Sender, upload_id: str, state: Callable[[Upload], UploadState]) -> UploadState:
    """An upload is there until its recording is whole, which may happen during an answer. Raises NotFound."""
    try:
        return state(own_upload(services, sender, upload_id))
    except NotFound:
        recording = recording_of(services, upload_id, sender)
        if recording is None:
            raise
        return _done(recording)


def _done(recording: Recording) -> UploadState:
    return UploadState(recording.id, recording.size_bytes, UploadStatus.DONE, recording=recording)


def _state(services: Services, upload: Upload) -> UploadState:
    if upload.refusal is not None:
        code = refusal_code(services, upload)
        return UploadState(upload.id, upload.size, UploadStatus.REFUSED, refusal=upload.refusal, code=code)
    if _is_completed(services, upload):
        return UploadState(upload.id, upload.size, UploadStatus.WHOLE)
    spool = _direct(services)
    part_size, parts = spool.part_size(upload.id), spool.parts(upload.id)
    return UploadState(upload.id, upload.size, UploadStatus.SENDING, part_size, parts)


def _is_completed(services: Services, upload: Upload) -> bool:
    """All parts may be there, and nobody has said that these are all."""
    if upload.offset != upload.size:
        return False
    try:
        services.uploads.file(upload.id)
    except NotFound:
        return False
    return True


def _finished_if_whole(services: Services, upload: Upload, *, enqueue: bool = True) -> Upload | Recording:
    return _finished(services, upload, enqueue=enqueue) if upload.offset == upload.size else upload


def _finished(services: Services, upload: Upload, *, enqueue: bool = True) -> Recording:
    """The recording of an upload whose every byte is here; another process may be finishing it just now."""
    try:
        return finish_upload(services, upload.id, patience_s=_PATIENCE_S, enqueue=enqueue)
    except (AlreadyExists, Conflict, NotFound):
        recording = recording_of(services, upload.id, upload.sender)
        if recording is None:
            raise
        return recording


def _appended(services: Services) -> AppendedUploads:
    if services.uploads.appended is None:
        raise NotFound("Recordings go straight to this site's bucket.")
    return services.uploads.appended


def _direct(services: Services) -> DirectUploads:
    if services.uploads.direct is None:
        raise NotFound("This site receives recordings itself.")
    return services.uploads.direct


def _check_size(size: int, most: int) -> None:
    if size <= 0:
        raise BadRecording("The file is empty.")
    if size > most:
        raise TooLarge(
            "The file is %(size)s GB; at most %(most)s GB can be uploaded.",
            size=f"{size / 1e9:.1f}",
            most=f"{most / 1e9:g}",
        )


def _check_unfinished(services: Services, sender: Sender) -> None:
    unfinished = [one for one in services.uploads.of_sender(sender) if one.refusal is None]
    if len(unfinished) < MOST_UNFINISHED:
        return
    if sender.device_id is not None:  # for now: a device forgets for good what it is told not to send
        raise ServiceBusy(
            "This device has %(most)s unfinished uploads; finish some of them first.", most=MOST_UNFINISHED
        )
    raise InvalidInput(
        "You have %(most)s unfinished uploads; finish or remove some of them first.", most=MOST_UNFINISHED
    )


def moment_in(timezone: str, text: str, *, field: str) -> datetime:
    """The UTC moment of a wall time; where clocks are put back, the first of the two. Raises InvalidInput."""
    try:
        local = datetime.fromisoformat(text.strip())
    except ValueError:
        raise InvalidInput("Give the date and the time, such as 2026-03-02T09:00.", field=field) from None
    if local.tzinfo is not None:
        raise InvalidInput("Give the time as the course's clock shows it, without an offset.", field=field)
    try:
        moment = wall_moment(timezone, local)
        is_skipped = wall_time(timezone, moment) != local
    except OverflowError:
        raise InvalidInput("The lecture must have begun already; check its date.", field=field) from None
    if is_skipped:
        raise InvalidInput("Clocks in %(timezone)s jumped over this time; check it.", timezone=timezone, field=field)
    return moment


def unfinished_uploads(
    services: Services, sender: Sender, courses: Sequence[Course]
) -> Sequence[tuple[Upload, Course]]:
    """This sender's, newest first; those for courses that the sender has lost are left out."""
    by_id = {course.id: course for course in courses}
    uploads = services.uploads.of_sender(sender)
    return [(one, by_id[one.purpose.course_id]) for one in uploads if one.purpose.course_id in by_id]
