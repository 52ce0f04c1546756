"""Reads S3Object: pictures into memory and videos into a file, from the endpoint that AWS's own variables name."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from rekognition_local.errors import ServiceError, Stopped, bad_object, image_too_large

MOST_IMAGE_BYTES = 15 * 1024 * 1024
MOST_VIDEO_BYTES = 10 * 1024**3
_CONFIG = Config(
    connect_timeout=5,
    read_timeout=20,
    retries={"mode": "standard", "max_attempts": 3},
    # Endpoints on this machine seldom have a name for each bucket.
    s3={"addressing_style": "path"},
)


class S3Objects:
    """Objects of S3; the client is made when the first is asked for, and shared by all threads."""

    def __init__(self, client: Any = None) -> None:
        self._client = client
        self._lock = threading.Lock()

    def image(self, place: Mapping[str, str]) -> bytes:
        """A picture's bytes. Raises ServiceError: InvalidS3Object or ImageTooLarge."""
        try:
            got = self._s3().get_object(**_arguments(place))
            with closing(got["Body"]) as body:
                if got["ContentLength"] > MOST_IMAGE_BYTES:
                    raise image_too_large(got["ContentLength"], MOST_IMAGE_BYTES)
                return bytes(body.read())
        except (BotoCoreError, ClientError) as error:
            raise bad_object(_reason(error)) from error

    def check_video(self, place: Mapping[str, str]) -> None:
        """See that there is a video of a size that is taken. Raises ServiceError: InvalidS3Object or VideoTooLarge."""
        try:
            size = self._s3().head_object(**_arguments(place))["ContentLength"]
        except (BotoCoreError, ClientError) as error:
            raise bad_object(_reason(error)) from error
        if size > MOST_VIDEO_BYTES:
            raise ServiceError("VideoTooLargeException", "The maximum file size is 10GB.")

    def download(self, place: Mapping[str, str], path: Path, is_stopped: Callable[[], bool]) -> None:
        """Write a video into a file. Raises ServiceError: InvalidS3Object; Stopped where `is_stopped` says so."""
        try:
            body = self._s3().get_object(**_arguments(place))["Body"]
            with path.open("wb") as file:
                for chunk in body.iter_chunks(1024 * 1024):
                    if is_stopped():
                        raise Stopped
                    file.write(chunk)
        except (BotoCoreError, ClientError) as error:
            raise bad_object(_reason(error)) from error

    def _s3(self) -> Any:
        with self._lock:
            if self._client is None:
                self._client = boto3.session.Session().client("s3", config=_CONFIG)
            return self._client


def _arguments(place: Mapping[str, str]) -> dict[str, str]:
    if not {"Bucket", "Name"} <= place.keys():
        raise bad_object()
    arguments = {"Bucket": place["Bucket"], "Key": place["Name"]}
    return {**arguments, "VersionId": place["Version"]} if "Version" in place else arguments


def _reason(error: Exception) -> str:
    """What the service leaves out, and who runs this endpoint wants to know."""
    return f"({error})"
