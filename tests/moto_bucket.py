"""A bucket of moto in this process, for tests of what lies in S3."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

import pytest
from moto import mock_aws
from moto.core.botocore_stubber import BotocoreStubber

from attendance.adapters.s3 import media as s3_file
from attendance.adapters.s3.bucket import Bucket, open_bucket

REGION = "ap-northeast-2"


def open_moto_bucket(name: str = "class-media", prefix: str = "rollcall") -> Iterator[Bucket]:
    """An empty bucket, as the body of a fixture."""
    with pytest.MonkeyPatch.context() as environment, mock_aws(), _one_at_a_time():
        environment.setenv("AWS_DEFAULT_REGION", REGION)
        environment.setattr(s3_file, "_WAITS_S", tuple(0.0 for _ in s3_file._WAITS_S))
        bucket = open_bucket(f"s3://{name}/{prefix}")
        bucket.client.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION})
        yield bucket


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    """S3 answers each request whole; moto closes an object's file while another thread reads it."""
    turn, process = threading.RLock(), BotocoreStubber.process_request

    def in_turn(stubber: BotocoreStubber, request: Any) -> Any:
        with turn:
            return process(stubber, request)

    with patch.object(BotocoreStubber, "process_request", in_turn):
        yield
