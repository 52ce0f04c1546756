"""Take in clips and snapshots of devices: the room's timetable says which lecture they are recordings of."""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from attendance.device_errors import BadItem, NoLecture, TooOld, WrongSha256
from attendance.errors import AlreadyExists, Conflict, InvalidInput, NotFound, ServiceBusy
from attendance.model import Device, DevicePicture, DeviceRecording, ItemRefusal, Lecture, Recording, Sender
from attendance.ports import MediaFile, Upload
from attendance.services import Services
from attendance.use_cases.courses.timetable import Meeting, meeting_in_room
from attendance.use_cases.devices.readings import EARLIEST, FURTHEST_AHEAD, check_time
from attendance.use_cases.lectures.hourly import lectures_around
from attendance.use_cases.names import same_text
from attendance.use_cases.recordings.receiving import receive_recording
from attendance.use_cases.recordings.uploads import check_size

MOST_UNFINISHED = 100
"""Of one device: it sends one thing after the other."""

KINDS = ("clip", "snapshot")
WRONG_SHA256 = WrongSha256.code
_LONGEST_S = 86_400.0
_LONGEST_NAME = 200
_MOST_BOXES = 1000
_CORNERS = 4
_CHUNK_BYTES = 1024 * 1024
_ID = re.compile(r"[0-9a-f]{32}")
_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class DeviceItem:
    """What a device says of a clip or snapshot. `id` is the device's own and becomes the recording's.

    `boxes` is a JSON list of faces as x1, y1, x2, y2 in pixels; `reading_id` is the reading it was taken with.
    """

    id: str
    kind: str
    started_at: datetime
    duration_s: float
    sha256: str
    filename: str
    size: int
    reading_id: str = ""
    boxes: str = ""


def begin_device_upload(services: Services, device: Device, item: DeviceItem, metadata: str = "") -> Upload:
    """The item's upload, which has the item's id; where it was begun before, as far as it is.

    Raises BadItem, TooOld, NoLecture, BadRecording (nothing in it), TooLarge, OutOfSpace, Conflict (the id stands for
    something else), ServiceBusy (too many unfinished).
    """
    _check(services, item)
    check_size(item.size, services.settings.most_upload_bytes)
    begun = _begun(services, device, item)
    if begun is not None:
        return begun
    _check_time(services, device, item)
    _check_unfinished(services, device)
    ends_at = item.started_at + timedelta(seconds=item.duration_s)
    meeting = meeting_in_room(services, device.room, item.started_at, ends_at)
    if meeting is None:
        refused = NoLecture("The timetable of %(room)s has no lecture at that time.", room=device.room)
        _remember(services, device.id, item.id, refused)
        raise refused
    purpose = _purpose(device, item, meeting)
    upload = Upload(item.id, sender(device), item.size, services.now(), purpose, metadata=metadata)
    try:
        services.uploads.begin(upload)
    except AlreadyExists:  # the answer was late, and the device asked again meanwhile
        begun = _begun(services, device, item)
        if begun is None:
            raise
        return begun
    return upload


def sender(device: Device) -> Sender:
    """Of its uploads and recordings."""
    return Sender(device_id=device.id)


def check_device(services: Services, sender: Sender, purpose: DeviceRecording) -> None:
    """Raises BadItem where the device was revoked, NoLecture where it stands in another room than when it began."""
    try:
        device = services.store.device(sender.device_id or "")
    except NotFound as gone:
        raise BadItem("The device that sent this was removed.") from gone
    if device.revoked_at is not None:
        raise BadItem("The device that sent this was revoked.")
    if purpose.room is None or same_text(purpose.room) == same_text(device.room):
        return
    ends_at = purpose.started_at + timedelta(seconds=purpose.duration_s)
    meeting = meeting_in_room(services, device.room, purpose.started_at, ends_at)
    if meeting is None or meeting.slot.course_id != purpose.course_id:
        raise NoLecture(
            "The device was moved to %(room)s, whose timetable has no lecture of this course at that time.",
            room=device.room,
        )


def receive_from_device(services: Services, upload: Upload, purpose: DeviceRecording, file: MediaFile) -> Recording:
    """The recording of a whole upload. Raises WrongSha256, BadRecording, InvalidInput; then nothing is kept."""
    _check_sender(services, upload)
    if file.exists() and _sha256(file) != purpose.sha256:  # where it is gone, it was right and is stored already
        raise WrongSha256("The file that arrived is not the one that was sent; please send it again.")
    starts_at, ends_at = _lecture_times(services, purpose)
    return receive_recording(
        services,
        file=file,
        original_name=purpose.filename,
        course_id=purpose.course_id,
        starts_at=starts_at,
        ends_at=ends_at,
        recorded_at=purpose.started_at,
        sender=upload.sender,
        recording_id=upload.id,
        with_row=lambda recording: _note(services, recording, purpose.reading_id),
    )


def _note(services: Services, recording: Recording, reading_id: str) -> None:
    """Which reading it was taken with, and that it is not refused any more."""
    device_id = recording.device_id or ""
    if reading_id:
        services.store.keep_picture(DevicePicture(device_id, reading_id, recording.id, recording.started_at))
    services.store.accept_item(device_id, recording.id)


def remember_refusal(services: Services, upload: Upload, refused: InvalidInput) -> None:
    """Keep why for a week, for the device that asks later."""
    try:
        _remember(services, upload.sender.device_id or "", upload.id, refused)
    except NotFound:  # nobody is left who could ask
        return


def _remember(services: Services, device_id: str, item_id: str, refused: InvalidInput) -> None:
    code = getattr(refused, "code", "bad_recording")
    services.store.refuse_item(ItemRefusal(device_id, item_id, services.now(), code, refused.sentence))


def _begun(services: Services, device: Device, item: DeviceItem) -> Upload | None:
    """The upload that goes on. One that was refused makes room, so that the device can begin anew."""
    try:
        upload = services.uploads.upload(item.id)
    except NotFound:
        if _is_recording(services, item.id):
            raise Conflict("Something is stored by this id already.") from None
        return None
    if upload.sender != sender(device) or not isinstance(upload.purpose, DeviceRecording):
        raise Conflict("Something is stored by this id already.")
    if upload.refusal is not None:
        services.uploads.remove(item.id)
        return None
    if (upload.size, upload.purpose.sha256) != (item.size, item.sha256):
        raise Conflict("Another file was announced by this id before; remove that upload first.")
    return upload


def _is_recording(services: Services, item_id: str) -> bool:
    try:
        services.store.recording(item_id)
    except NotFound:
        return False
    return True


def _check_sender(services: Services, upload: Upload) -> None:
    """An id that somebody else's recording has by now must not become a second file of that."""
    try:
        recording = services.store.recording(upload.id)
    except NotFound:
        return
    if recording.sender != upload.sender:
        raise BadItem("Something is stored by this id already.")


def _check_time(services: Services, device: Device, item: DeviceItem) -> None:
    try:
        check_time(services, device, item.started_at)
    except TooOld as refused:
        _remember(services, device.id, item.id, refused)
        raise


def _check_unfinished(services: Services, device: Device) -> None:
    unfinished = [one for one in services.uploads.of_sender(sender(device)) if one.refusal is None]
    if len(unfinished) >= MOST_UNFINISHED:
        raise ServiceBusy(  # for now: a device forgets for good what it is told not to send
            "This device has %(most)s unfinished uploads; finish some of them first.", most=MOST_UNFINISHED
        )


def _purpose(device: Device, item: DeviceItem, meeting: Meeting) -> DeviceRecording:
    """The lecture is settled when the upload begins, so that hours of sending do not end in a refusal."""
    return DeviceRecording(
        filename=item.filename.strip()[:_LONGEST_NAME] or item.kind,
        course_id=meeting.slot.course_id,
        starts_at=meeting.starts_at,
        ends_at=meeting.ends_at,
        room=device.room,
        kind=item.kind,
        started_at=item.started_at,
        duration_s=item.duration_s,
        sha256=item.sha256,
        reading_id=item.reading_id,
    )


def _lecture_times(services: Services, purpose: DeviceRecording) -> tuple[datetime, datetime]:
    """Of the lecture that is on at that moment, else of the nearest that is this meeting, else of the meeting itself,
    which begins where one before that took too long has ended.
    """
    starts_at, ends_at, moment = purpose.starts_at, purpose.ends_at, max(purpose.starts_at, purpose.started_at)
    on = services.store.find_lecture(purpose.course_id, moment)
    near = [] if on else lectures_around(services, purpose.course_id, starts_at, ends_at)
    lecture = on or _nearest(near, starts_at, ends_at, moment)
    if lecture is not None:
        return lecture.starts_at, lecture.ends_at
    return max([starts_at, *(one.ends_at for one in near if one.starts_at < starts_at)]), ends_at


def _nearest(near: Sequence[Lecture], starts_at: datetime, ends_at: datetime, moment: datetime) -> Lecture | None:
    """Of the lectures that are this meeting: the two share at least half of the shorter, as nobody plans or films it to
    the minute.
    """

    def is_this(one: Lecture) -> bool:
        shared = min(one.ends_at, ends_at) - max(one.starts_at, starts_at)
        return 2 * shared >= min(one.ends_at - one.starts_at, ends_at - starts_at)

    mine = filter(is_this, near)
    return min(mine, key=lambda one: max(one.starts_at - moment, moment - one.ends_at), default=None)


def _sha256(file: MediaFile) -> str:
    digest = hashlib.sha256()
    with file.open() as stream:
        while chunk := stream.read(_CHUNK_BYTES):
            digest.update(chunk)
    return digest.hexdigest()


def _check(services: Services, item: DeviceItem) -> None:
    if not _ID.fullmatch(item.id):
        raise BadItem("An item needs an id of 32 hexadecimal digits.")
    if item.kind not in KINDS:
        raise BadItem("An item is a clip or a snapshot.")
    if not EARLIEST <= item.started_at <= services.now() + FURTHEST_AHEAD:
        raise BadItem("The item says it was made at %(at)s; check the device's clock.", at=item.started_at.isoformat())
    if not (math.isfinite(item.duration_s) and 0 <= item.duration_s <= _LONGEST_S):
        raise BadItem("A clip lasts from 0 to %(most)s seconds.", most=f"{_LONGEST_S:g}")
    if not _SHA256.fullmatch(item.sha256):
        raise BadItem("Say the file's SHA-256 as 64 hexadecimal digits.")
    if item.reading_id and not _ID.fullmatch(item.reading_id):
        raise BadItem("The id of a reading has 32 hexadecimal digits.")
    if item.boxes and not _are_boxes(item.boxes):
        raise BadItem("Boxes of faces are a JSON list of four numbers each.")


def _are_boxes(text: str) -> bool:
    try:
        boxes = json.loads(text)
    except (ValueError, RecursionError):
        return False
    return isinstance(boxes, list) and len(boxes) <= _MOST_BOXES and all(map(_is_box, boxes))


def _is_box(box: object) -> bool:
    if not isinstance(box, list) or len(box) != _CORNERS:
        return False
    return all(isinstance(side, int | float) and not isinstance(side, bool) and math.isfinite(side) for side in box)
