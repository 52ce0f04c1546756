"""Uploads that were begun before senders and purposes had types are read as what they are, in every spool."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from attendance.adapters.folder.uploads import FolderUploads
from attendance.adapters.s3.bucket import Bucket
from attendance.adapters.s3.uploads import S3Uploads
from attendance.adapters.upload_json import upload_from_json, upload_to_json
from attendance.model import COMMAND_LINE, DeviceRecording, LectureRecording, Sender
from attendance.ports import Upload, UploadSpool
from tests.moto_bucket import open_moto_bucket

NINE = datetime(2026, 3, 2, 9, tzinfo=UTC)
TEN = datetime(2026, 3, 2, 10, tzinfo=UTC)
DETAILS = {
    "metadata": "filename YS5tcDQ=",
    "filename": "a.mp4",
    "course_id": "c",
    "starts_at": "2026-03-02T09:00:00+00:00",
    "ends_at": "",
}
DETAILS_OF_DEVICE = {
    "metadata": "",
    "device_id": "d1",
    "room": "R 101",
    "kind": "clip",
    "started_at": "2026-03-02T09:05:00+00:00",
    "duration_s": "59.5",
    "sha256": "0" * 64,
    "filename": "09-05.mp4",
    "reading_id": "",
    "course_id": "c",
    "starts_at": "2026-03-02T09:00:00+00:00",
    "ends_at": "2026-03-02T10:00:00+00:00",
}
OF_USER = LectureRecording(filename="a.mp4", course_id="c", starts_at=NINE)
OF_DEVICE = DeviceRecording(
    filename="09-05.mp4",
    course_id="c",
    starts_at=NINE,
    ends_at=TEN,
    room="R 101",
    kind="clip",
    started_at=NINE.replace(minute=5),
    duration_s=59.5,
    sha256="0" * 64,
)


def old_words(user_id: str, details: dict[str, str]) -> dict[str, Any]:
    """The file of an upload, as it was written before."""
    return {
        "id": "a" * 32,
        "user_id": user_id,
        "size": 3,
        "created_at": "2026-03-02T12:00:00+00:00",
        "details": details,
    }


def in_folder(folder: Path, words: dict[str, Any]) -> Iterator[UploadSpool]:
    place = folder / words["id"]
    place.mkdir()
    (place / "details.json").write_text(json.dumps(words))
    (place / "data").write_bytes(b"01")
    yield FolderUploads(folder)


def in_bucket(folder: Path, words: dict[str, Any]) -> Iterator[UploadSpool]:
    bucket: Bucket
    for bucket in open_moto_bucket():
        where = bucket.at(f"uploads/{words['id']}/data")
        multipart = bucket.client.create_multipart_upload(**where)["UploadId"]
        part = {"PartNumber": 1, "UploadId": multipart}
        bucket.client.upload_part(**where, **part, Body=b"012")
        record = {**words, "refusal": None, "multipart": multipart, "part_size": 8 << 20}
        bucket.client.put_object(**bucket.at(f"uploads/{words['id']}/details.json"), Body=json.dumps(record).encode())
        yield S3Uploads(bucket)


@pytest.mark.parametrize("put", [in_folder, in_bucket])
@pytest.mark.parametrize(
    ("user_id", "details", "sender", "purpose"),
    [
        ("teacher", DETAILS, Sender(user_id="teacher"), OF_USER),
        ("device:d1", DETAILS_OF_DEVICE, Sender(device_id="d1"), OF_DEVICE),
        ("command-line", DETAILS, COMMAND_LINE, OF_USER),
    ],
)
def test_an_upload_of_before_goes_on(
    tmp_path: Path, put: Any, user_id: str, details: dict[str, str], sender: Sender, purpose: LectureRecording
) -> None:
    for spool in put(tmp_path, old_words(user_id, details)):
        (upload,) = spool.of_sender(sender)
        assert (upload.sender, upload.purpose) == (sender, purpose)
        assert upload.metadata == details["metadata"]
        assert upload == spool.upload("a" * 32)


def test_a_device_of_before_its_room_was_noted_may_stand_anywhere(tmp_path: Path) -> None:
    details = {name: value for name, value in DETAILS_OF_DEVICE.items() if name != "room"}
    (spool,) = in_folder(tmp_path, old_words("device:d1", details))
    purpose = spool.upload("a" * 32).purpose
    assert isinstance(purpose, DeviceRecording)
    assert purpose.room is None


@pytest.mark.parametrize(
    ("user_id", "details", "sender", "purpose"),
    [
        ("teacher", DETAILS, Sender(user_id="teacher"), OF_USER),
        ("device:d1", DETAILS_OF_DEVICE, Sender(device_id="d1"), OF_DEVICE),
    ],
)
def test_what_is_written_has_every_word_that_the_site_of_before_reads(
    user_id: str, details: dict[str, str], sender: Sender, purpose: LectureRecording
) -> None:
    words = upload_to_json(Upload("a" * 32, sender, 3, TEN, purpose, metadata=details["metadata"]))
    assert words["user_id"] == user_id
    assert {name: str(value or "") for name, value in words["details"].items()} == details  # type: ignore[attr-defined]
    assert upload_from_json(words).purpose == purpose
