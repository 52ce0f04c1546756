"""The media store in a bucket of moto that can be told to fail."""

from __future__ import annotations

from typing import Any

from attendance.adapters.media_s3 import S3Media
from attendance.adapters.s3_bucket import Bucket
from tests.faulty_client import FaultyClient, faulty


def with_faults(bucket: Bucket, **faults: list[Any]) -> tuple[S3Media, FaultyClient]:
    broken, client = faulty(bucket, **faults)
    return S3Media(broken), client
