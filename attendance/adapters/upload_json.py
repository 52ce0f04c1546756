"""An upload as JSON, in the words of the first uploads: a site and a function of another version read it too."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any

from attendance.model import DeviceRecording, LectureRecording, Sender
from attendance.ports import Upload


def upload_to_json(upload: Upload) -> dict[str, object]:
    """Without the offset and the refusal, which each spool keeps in its own way."""
    words = {
        name: value.isoformat() if isinstance(value, datetime) else value
        for name, value in asdict(upload.purpose).items()
    }
    of_device = {} if upload.sender.device_id is None else {"device_id": upload.sender.device_id}
    return {
        "id": upload.id,
        "user_id": upload.sender.stored,
        "size": upload.size,
        "created_at": upload.created_at.isoformat(),
        "details": {**words, **of_device, "metadata": upload.metadata},
    }


def upload_from_json(words: dict[str, Any], *, offset: int = 0, refusal: str | None = None) -> Upload:
    """The upload that is written so."""
    sender, details = Sender.from_stored(words["user_id"]), words["details"]
    return Upload(
        id=words["id"],
        sender=sender,
        size=words["size"],
        created_at=datetime.fromisoformat(words["created_at"]),
        purpose=_recording(details) if sender.device_id is None else _device_recording(details),
        offset=offset,
        refusal=refusal,
        metadata=details.get("metadata", ""),
    )


def _recording(details: dict[str, Any]) -> LectureRecording:
    return LectureRecording(
        filename=details["filename"],
        course_id=details["course_id"],
        starts_at=datetime.fromisoformat(details["starts_at"]),
        ends_at=datetime.fromisoformat(details["ends_at"]) if details.get("ends_at") else None,
    )


def _device_recording(details: dict[str, Any]) -> DeviceRecording:
    return DeviceRecording(
        filename=details["filename"],
        course_id=details["course_id"],
        starts_at=datetime.fromisoformat(details["starts_at"]),
        ends_at=datetime.fromisoformat(details["ends_at"]),
        room=details.get("room"),
        kind=details["kind"],
        started_at=datetime.fromisoformat(details["started_at"]),
        duration_s=float(details["duration_s"]),
        sha256=details["sha256"],
        reading_id=details["reading_id"],
    )
