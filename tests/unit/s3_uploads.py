"""Uploads to a bucket of moto, and what is left of them there."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import requests

from attendance.adapters.s3.bucket import Bucket
from attendance.adapters.s3.uploads import S3Uploads
from attendance.model import new_id
from attendance.ports import Upload
from tests.faulty_client import FaultyClient, faulty
from tests.sending import A_LECTURE, TEACHER

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def an_upload(size: int = 4) -> Upload:
    return Upload(new_id(), TEACHER, size, NOON, A_LECTURE)


def send(spool: S3Uploads, upload: Upload) -> None:
    """All parts, not put together yet."""
    cut = spool.part_size(upload.id)
    starts = range(0, upload.size, cut)
    for number, link in spool.part_links(upload.id, range(1, len(starts) + 1)).items():
        size = min(cut, upload.size - starts[number - 1])
        requests.put(link, data=bytes(size), timeout=10).raise_for_status()


def sent(spool: S3Uploads, size: int = 4) -> Upload:
    upload = an_upload(size)
    spool.begin(upload)
    send(spool, upload)
    return upload


def whole(spool: S3Uploads) -> Upload:
    upload = sent(spool)
    spool.complete(upload.id)
    return upload


def with_faults(bucket: Bucket, **faults: list[Any]) -> tuple[S3Uploads, FaultyClient]:
    broken, client = faulty(bucket, **faults)
    return S3Uploads(broken), client


def objects(bucket: Bucket) -> list[str]:
    return [one.key.removeprefix("uploads/") for one in bucket.objects("uploads/")]


def multiparts(bucket: Bucket) -> int:
    return len(bucket.client.list_multipart_uploads(Bucket=bucket.name).get("Uploads", ()))
