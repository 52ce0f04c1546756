"""The uploads of the device that asks, and what a device says of them."""

from __future__ import annotations

from datetime import datetime

from flask import Response

from attendance.device_errors import BadItem
from attendance.errors import Conflict
from attendance.model import Recording, Sender
from attendance.ports import Upload
from attendance.use_cases.devices.uploads import DeviceItem, begin_device_upload, sender
from website.current import current_services
from website.device_api.errors import coded_answer
from website.device_api.keys import current_device
from website.uploading.own_uploads import OwnUploads


class UploadsOfDevice(OwnUploads):
    """Devices know the ids of their things beforehand, see no pages, and compare codes of errors."""

    tus_endpoint = "device_api.uploads"
    tus_upload_endpoint = "device_api.upload"
    direct_endpoint = "device_api.begin_direct_upload"
    direct_upload_endpoint = "device_api.direct_upload"

    def sender(self) -> Sender:
        """The device whose key it is."""
        return sender(current_device())

    def begin(self, item: DeviceItem, metadata: str = "") -> Upload | Recording:
        """The item's upload, as far as it is, or the recording that it became."""
        recording = self.recording(item.id)
        if recording is not None:
            return recording
        try:
            return begin_device_upload(current_services(), current_device(), item, metadata)
        except Conflict:
            recording = self.recording(item.id)  # it may have become one just now
            if recording is None:
                raise
            return recording

    def names_of(self, recording: Recording) -> dict[str, str]:
        """Its id, which is the item's."""
        return {"id": recording.id}

    def said_beside(self, begun: Upload | Recording) -> dict[str, str | None]:
        """The code of a refusal."""
        is_refused = isinstance(begun, Upload) and begun.refusal is not None
        return {"code": _refusal_code(begun.id) if is_refused else None}

    def refused(self, begun: Upload, sentence: str) -> Response:
        """With the code that the refusal had."""
        return coded_answer(422, sentence, _refusal_code(begun.id) or "bad_recording")


def _refusal_code(item_id: str) -> str | None:
    refusals = current_services().store.refusals(current_device().id, [item_id])
    return refusals[item_id].code if item_id in refusals else None


def item_of_metadata(words: dict[str, str], size: int) -> DeviceItem:
    """What the texts of a tus upload say of the item. Raises BadItem."""
    return DeviceItem(
        id=words.get("item_id", ""),
        kind=words.get("kind", ""),
        started_at=_moment(words.get("started_at", "")),
        duration_s=_number(words.get("duration_s", "0")),
        sha256=words.get("sha256", ""),
        filename=words.get("filename", ""),
        size=size,
        reading_id=words.get("reading_id", ""),
        boxes=words.get("boxes", ""),
    )


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise BadItem("Say when it was made, such as 2026-03-02T09:00:00Z.") from None
    if moment.tzinfo is None:
        raise BadItem("Say when it was made with an offset, such as 2026-03-02T09:00:00Z.")
    return moment


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise BadItem("The length of a clip is a number of seconds.") from None
