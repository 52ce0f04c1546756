"""The uploads of the device that asks, whichever way their bytes come."""

from __future__ import annotations

from datetime import datetime

from flask import url_for

from attendance.device_errors import BadItem
from attendance.errors import AlreadyExists, Conflict, NotFound
from attendance.model import Recording
from attendance.ports import AppendedUploads, DirectUploads, Upload
from attendance.use_cases.device_items import recording_of_device
from attendance.use_cases.device_uploads import DeviceItem, sender
from attendance.use_cases.finish_upload import finish_upload
from website.current import current_services
from website.device_api.keys import current_device

_PATIENCE_S = 20.0  # the worker that sweeps up may be finishing the same upload


def appended_uploads() -> AppendedUploads:
    """For a site that receives the bytes itself. Raises NotFound, which names the address where others take them."""
    uploads = current_services().uploads
    if isinstance(uploads, AppendedUploads):
        return uploads
    raise NotFound(
        "Recordings go straight to this site's bucket; begin at %(address)s.",
        address=url_for("device_api.begin_direct_upload"),
    )


def direct_uploads() -> DirectUploads:
    """For a site whose bucket receives the bytes. Raises NotFound, which names the address where others take them."""
    uploads = current_services().uploads
    if isinstance(uploads, DirectUploads):
        return uploads
    raise NotFound(
        "This site receives recordings itself, by tus; begin at %(address)s.", address=url_for("device_api.uploads")
    )


def own_upload(upload_id: str) -> Upload:
    """Another's upload is as if it were not there. Raises NotFound."""
    begun = current_services().uploads.upload(upload_id)
    if begun.user_id != sender(current_device()):
        raise NotFound("There is no upload by this name.")
    return begun


def finished(begun: Upload) -> Recording:
    """The recording of an upload whose every byte is here; another process may be finishing it at the same moment."""
    services = current_services()
    try:
        return finish_upload(services, begun.id, patience_s=_PATIENCE_S)
    except (AlreadyExists, Conflict, NotFound):
        recording = recording_of_device(services, current_device(), begun.id)
        if recording is None:
            raise
        return recording


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
