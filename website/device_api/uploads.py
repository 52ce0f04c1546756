"""Clips and snapshots, by tus or straight to the site's bucket.

An upload's id is the item's, so that a device that forgot begins where it was.
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from attendance.device_errors import BadItem
from attendance.model import Recording, Sender
from attendance.ports import Upload
from attendance.use_cases.devices.uploads import DeviceItem
from attendance.use_cases.recordings.uploads import begin_item
from website.current import current_services
from website.device_api.arguments import ItemUploadAnswer, ItemUploadSchema
from website.device_api.blueprint import blueprint
from website.device_api.keys import current_device
from website.uploading.direct import add_direct
from website.uploading.senders import Senders
from website.uploading.tus import add_tus

_MOST_METADATA = 6_000


def _begin(item: DeviceItem, metadata: str = "") -> Upload | Recording:
    return begin_item(current_services(), current_device(), item, metadata[:_MOST_METADATA])


def _item_of_metadata(words: dict[str, str], size: int) -> DeviceItem:
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


def _item_of_json(words: dict[str, Any]) -> DeviceItem:
    boxes = words["boxes"]
    return DeviceItem(
        id=words["item_id"],
        reading_id=words["reading_id"] or "",
        boxes="" if boxes is None else json.dumps(boxes),
        **{name: words[name] for name in ("kind", "started_at", "duration_s", "sha256", "filename", "size")},
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


_SENDERS = Senders(blueprint, "/me", lambda: Sender(device_id=current_device().id), lambda recording: None)
add_tus(
    _SENDERS,
    lambda words, size, header: _begin(_item_of_metadata(words, size), header),
    "Names with values in base64, as tus has them: item_id, kind (clip or snapshot), started_at, duration_s, sha256 and"
    " filename, and perhaps reading_id and boxes (as JSON); each means what it means for direct uploads.",
)
add_direct(_SENDERS, ItemUploadSchema, ItemUploadAnswer, lambda words: _begin(_item_of_json(words)))
