"""Clips and snapshots of devices: which lecture they are of, by the room's timetable, and why one is refused."""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from attendance.device_errors import BadItem, NoLecture, NotOfThisKind, TooOld, WrongSha256
from attendance.errors import Conflict, InvalidInput, NotFound, RefusedBefore
from attendance.model import Device, DevicePicture, DeviceRecording, ItemRefusal, Lecture, Recording, Sender, is_id
from attendance.ports import MediaFile, Upload
from attendance.rules.stored_sentences import to_text
from attendance.services import Services
from attendance.use_cases.courses.timetable import meeting_in_room
from attendance.use_cases.devices.readings import EARLIEST, FURTHEST_AHEAD, check_time
from attendance.use_cases.lectures.hourly import lectures_around
from attendance.use_cases.names import same_text

KINDS = ("clip", "snapshot")
_LONGEST_S = 86_400.0
_MOST_BOXES = 1000
_CORNERS = 4
_CHUNK_BYTES = 1024 * 1024
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


def check_item(services: Services, item: DeviceItem) -> None:
    """Raises BadItem."""
    if not is_id(item.id):
        raise BadItem("An item needs an id of 32 hexadecimal digits.")
    if item.kind not in KINDS:
        raise BadItem("An item is a clip or a snapshot.")
    if not EARLIEST <= item.started_at <= services.now() + FURTHEST_AHEAD:
        raise BadItem("The item says it was made at %(at)s; check the device's clock.", at=item.started_at.isoformat())
    if not (math.isfinite(item.duration_s) and 0 <= item.duration_s <= _LONGEST_S):
        raise BadItem("A clip lasts from 0 to %(most)s seconds.", most=f"{_LONGEST_S:g}")
    if not _SHA256.fullmatch(item.sha256):
        raise BadItem("Say the file's SHA-256 as 64 hexadecimal digits.")
    if item.reading_id and not is_id(item.reading_id):
        raise BadItem("The id of a reading has 32 hexadecimal digits.")
    if item.boxes and not _are_boxes(item.boxes):
        raise BadItem("Boxes of faces are a JSON list of four numbers each.")


def begun_item(services: Services, sender: Sender, item: DeviceItem) -> Upload | Recording | None:
    """The item's upload that goes on, or the recording that it became just now. One that was refused makes room, so
    that the device can begin anew. Raises Conflict where the id stands for something else.
    """
    try:
        upload = services.uploads.upload(item.id)
    except NotFound:
        recording = _recording(services, item.id)
        if recording is not None and recording.sender != sender:
            raise Conflict("Something is stored by this id already.") from None
        return recording
    if upload.sender != sender or not isinstance(upload.purpose, DeviceRecording):
        raise Conflict("Something is stored by this id already.")
    if upload.refusal is not None:
        services.uploads.remove(item.id)
        return None
    if (upload.size, upload.purpose.sha256) != (item.size, item.sha256):
        raise Conflict("Another file was announced by this id before; remove that upload first.")
    return upload


def purpose_of_item(services: Services, device: Device, item: DeviceItem) -> DeviceRecording:
    """Which lecture it is of: settled when the upload begins, so that hours of sending do not end in a refusal.

    Raises NotOfThisKind, TooOld, NoLecture, which the device can ask for later.
    """
    try:
        if device.is_door:
            raise NotOfThisKind("This device is a door: it sends visits, and no recordings of lectures.")
        if device.is_kiosk:
            raise NotOfThisKind("This device is a kiosk: it sends check-ins, and no recordings of lectures.")
        check_time(services, device, item.started_at)
        ends_at = item.started_at + timedelta(seconds=item.duration_s)
        meeting = meeting_in_room(services, device.room, item.started_at, ends_at)
        if meeting is None:
            raise NoLecture("The timetable of %(room)s has no lecture at that time.", room=device.room)
    except (NotOfThisKind, TooOld, NoLecture) as refused:
        remember_refusal(services, device.id, item.id, refused)
        raise
    return DeviceRecording(
        filename=item.filename.strip() or item.kind,
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


def check_device(services: Services, upload: Upload, purpose: DeviceRecording) -> None:
    """Whether the device may still send what has no recording yet.

    Raises BadItem where the device was revoked or the id is somebody else's by now, NoLecture where it stands in
    another room than when it began.
    """
    try:
        device = services.store.device(upload.sender.device_id or "")
    except NotFound as gone:
        raise BadItem("The device that sent this was removed.") from gone
    if device.revoked_at is not None:
        raise BadItem("The device that sent this was revoked.")
    if _recording(services, upload.id) is not None:  # which must not get a second file
        raise BadItem("Something is stored by this id already.")
    if purpose.room is None or same_text(purpose.room) == same_text(device.room):
        return
    ends_at = purpose.started_at + timedelta(seconds=purpose.duration_s)
    meeting = meeting_in_room(services, device.room, purpose.started_at, ends_at)
    if meeting is None or meeting.slot.course_id != purpose.course_id:
        raise NoLecture(
            "The device was moved to %(room)s, whose timetable has no lecture of this course at that time.",
            room=device.room,
        )


def check_bytes(file: MediaFile, purpose: DeviceRecording) -> None:
    """Raises WrongSha256."""
    if file.exists() and _sha256(file) != purpose.sha256:  # where it is gone, it was right and is stored already
        raise WrongSha256("The file that arrived is not the one that was sent; please send it again.")


def note_item(services: Services, purpose: DeviceRecording, recording: Recording) -> None:
    """Which reading it was taken with, and that it is not refused any more."""
    device_id = recording.device_id or ""
    if purpose.reading_id:
        picture = DevicePicture(device_id, purpose.reading_id, recording.id, recording.started_at)
        services.store.store_picture(picture)
    services.store.accept_item(device_id, recording.id)


def remember_refusal(services: Services, device_id: str, item_id: str, refused: InvalidInput) -> None:
    """Store why for a week, for the device that asks later; nothing happens where the device is gone."""
    code = getattr(refused, "code", RefusedBefore.code)
    with suppress(NotFound):
        services.store.refuse_item(ItemRefusal(device_id, item_id, services.now(), code, to_text(refused)))


def refusal_code(services: Services, upload: Upload) -> str | None:
    """The word that devices compare, of why this upload was refused; None where a person sent it."""
    if upload.sender.device_id is None:
        return None
    refusals = services.store.refusals(upload.sender.device_id, [upload.id])
    return refusals[upload.id].code if upload.id in refusals else None


def lecture_times(services: Services, purpose: DeviceRecording) -> tuple[datetime, datetime]:
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


def _recording(services: Services, item_id: str) -> Recording | None:
    try:
        return services.store.recording(item_id)
    except NotFound:
        return None
