"""The uploads of the device that asks, and what a device says of them."""

from __future__ import annotations

from datetime import datetime

from attendance.device_errors import BadItem
from attendance.model import Recording, Sender
from attendance.ports import Upload
from attendance.use_cases.devices.uploads import DeviceItem
from attendance.use_cases.recordings.uploads import begin_item
from website.current import current_services
from website.device_api.keys import current_device
from website.uploading.own_uploads import OwnUploads


class UploadsOfDevice(OwnUploads):
    """Devices know the ids of their things beforehand, and see no pages."""

    tus_endpoint = "device_api.uploads"
    tus_upload_endpoint = "device_api.upload"
    direct_endpoint = "device_api.begin_direct_upload"
    direct_upload_endpoint = "device_api.direct_upload"

    def sender(self) -> Sender:
        """The device whose key it is."""
        return Sender(device_id=current_device().id)

    def begin(self, item: DeviceItem, metadata: str = "") -> Upload | Recording:
        """The item's upload, as far as it is, or the recording that it became."""
        return begin_item(current_services(), current_device(), item, metadata)

    def names_of(self, recording: Recording) -> dict[str, str]:
        """Its id, which is the item's."""
        return {"id": recording.id}


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
