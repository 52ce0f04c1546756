"""The kinds of UploadSpool that its suites run on, and how bytes get into each."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import requests

from attendance.adapters.folder.uploads import FolderUploads
from attendance.adapters.s3.media import S3File, S3Media
from attendance.adapters.s3.uploads import S3Uploads
from attendance.media_keys import recording_key
from attendance.model import Sender, new_id
from attendance.ports import DirectUploads, MediaFile, Upload, UploadSpool
from tests.fakes.direct_uploads import FakeDirectUploads
from tests.fakes.uploads import FakeUploads
from tests.moto_bucket import open_moto_bucket
from tests.sending import A_LECTURE, TEACHER

APPENDED = ("folder", "fake")
DIRECT = ("s3", "fake-direct")
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
PART_BYTES = 16
"""Of parts in the bucket under test; S3 itself wants 5 MiB at least."""


def open_spool(kind: str, folder: Path) -> Iterator[UploadSpool]:
    """An empty spool, as the body of a fixture."""
    if kind == "folder":
        yield FolderUploads(folder / "uploads", free=lambda path: 10**12)
    elif kind == "fake":
        yield FakeUploads()
    elif kind == "fake-direct":
        yield FakeDirectUploads()
    else:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("attendance.adapters.s3.upload_record._LEAST_PART_BYTES", PART_BYTES)
            patch.setattr("attendance.adapters.s3.upload_record._PART_STEP_BYTES", 1)
            patch.setattr("attendance.adapters.s3.lock._LOOK_EVERY_S", 0.02)
            patch.setattr("moto.s3.models.S3_UPLOAD_PART_MIN_SIZE", PART_BYTES)
            yield from map(S3Uploads, open_moto_bucket())


def an_upload(size: int = 10, *, sender: Sender = TEACHER, at: datetime = NOON) -> Upload:
    return Upload(new_id(), sender, size, at, A_LECTURE)


def send(spool: UploadSpool, upload_id: str, data: bytes) -> None:
    """All bytes of the upload, in the way that its spool takes them."""
    if spool.appended is not None:
        spool.appended.append(upload_id, 0, io.BytesIO(data))
        return
    direct = spool.direct
    assert direct is not None
    cut = direct.part_size(upload_id)
    chunks = [data[start : start + cut] for start in range(0, len(data), cut)]
    for number, chunk in enumerate(chunks, 1):
        send_part(direct, upload_id, number, chunk)
    direct.complete(upload_id)


def send_part(spool: DirectUploads, upload_id: str, number: int, data: bytes) -> None:
    """What a browser does with the link of a part."""
    link = spool.part_links(upload_id, [number])[number]
    if isinstance(spool, FakeDirectUploads):
        spool.put(link, data)
    else:
        requests.put(link, data=data, timeout=10).raise_for_status()


def content(file: MediaFile) -> bytes:
    """What is in it, also by its path."""
    with file.open() as stream, file.local_path() as path:
        data = stream.read()
        assert path.read_bytes() == data
    return data


def move_away(file: MediaFile, folder: Path) -> None:
    """What a media store does that takes the file in."""
    if isinstance(file, S3File):
        S3Media(file.bucket).put_file(recording_key(new_id(), ".mp4"), file)
    else:
        with file.local_path() as path:
            path.rename(folder / "elsewhere")
