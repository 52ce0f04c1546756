"""An upload as JSON, in the words of the first uploads: a site and a function of another version read it too."""

from __future__ import annotations

from dataclasses import asdict, fields
from datetime import datetime
from typing import Any

from attendance.model import DeviceRecording, LectureRecording, Sender
from attendance.ports import Upload


def upload_to_json(upload: Upload) -> dict[str, object]:
    """Without the offset and the refusal, which each spool stores in its own way."""
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
        purpose=_purpose(LectureRecording if sender.device_id is None else DeviceRecording, details),
        offset=offset,
        refusal=refusal,
        metadata=details.get("metadata", ""),
    )


def _purpose(kind: type[LectureRecording], details: dict[str, Any]) -> LectureRecording:
    said = {one.name: details[one.name] for one in fields(kind) if one.name in details}
    return kind(**{name: _value(name, value) for name, value in said.items()})


def _value(name: str, value: Any) -> Any:
    """Uploads of before hold numbers as texts, and an empty text for a time that is not known."""
    if name.endswith("_at"):
        return datetime.fromisoformat(value) if value else None
    return float(value) if name.endswith("_s") else value
