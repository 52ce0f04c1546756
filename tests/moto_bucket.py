"""A bucket of moto in this process, for tests of what lies in S3."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from moto import mock_aws

from attendance.adapters import s3_file
from attendance.adapters.s3_bucket import Bucket, open_bucket

REGION = "ap-northeast-2"


def open_moto_bucket(name: str = "class-media", prefix: str = "rollcall") -> Iterator[Bucket]:
    """An empty bucket, as the body of a fixture."""
    with pytest.MonkeyPatch.context() as patch, mock_aws():
        patch.setenv("AWS_DEFAULT_REGION", REGION)
        patch.setattr(s3_file, "_WAITS_S", tuple(0.0 for _ in s3_file._WAITS_S))
        bucket = open_bucket(f"s3://{name}/{prefix}")
        bucket.client.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION})
        yield bucket
