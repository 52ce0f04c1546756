"""The media store in a bucket of moto that can be told to fail."""

from __future__ import annotations

from typing import Any

from attendance.adapters.s3.bucket import Bucket
from attendance.adapters.s3.media import S3Media
from tests.faulty_client import FaultyClient, faulty


def with_faults(bucket: Bucket, **faults: list[Any]) -> tuple[S3Media, FaultyClient]:
    broken, client = faulty(bucket, **faults)
    return S3Media(broken), client
