"""What the FaceSearch suite needs of each adapter: the engine itself, photos and recordings that it can see."""

from __future__ import annotations

import hashlib
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from functools import cache
from pathlib import Path
from typing import Any, Protocol

import boto3
import cv2
import numpy as np
import pytest

from attendance.adapters.local.faces import open_faces
from attendance.adapters.rekognition.faces import RekognitionFaces
from attendance.adapters.s3.bucket import Bucket
from attendance.adapters.s3.media import S3File
from attendance.disk.files import DiskFile
from attendance.ports import FaceSearch, MediaFile
from attendance.settings import load_settings
from demo.drawn_people import CLASS_SEEDS, BGRImage, person, portrait
from demo.lecture_video import Appearance, LectureScript, render_lecture
from rekognition_local.endpoint import Endpoint, EndpointOptions
from tests.face_data import FACE_DATA
from tests.fakes.faces import FakeFaces
from tests.moto_server import moto_server

Presence = tuple[int, float, float]
"""Person, first and last second."""


class FacesKit(Protocol):
    """People are numbers from 0; `another` is a different photo of the same person."""

    def running(self) -> AbstractContextManager[FaceSearch]: ...
    def file(self, path: Path) -> MediaFile: ...
    def photo(self, who: int, *, another: bool = False) -> bytes: ...
    def photo_of_two(self) -> bytes: ...
    def photo_of_nobody(self) -> bytes: ...
    def lecture(self, path: Path, seconds: float, present: Sequence[Presence]) -> None: ...
    def snapshot(self, path: Path, present: Sequence[int]) -> None: ...


class FakeKit:
    """Photos and recordings as FakeFaces reads them."""

    @contextmanager
    def running(self) -> Iterator[FaceSearch]:
        yield FakeFaces()

    def file(self, path: Path) -> MediaFile:
        return DiskFile(path)

    def photo(self, who: int, *, another: bool = False) -> bytes:
        return f"face:{who}.1".encode() if another else f"face:{who}".encode()

    def photo_of_two(self) -> bytes:
        return b"face:1,2"

    def photo_of_nobody(self) -> bytes:
        return b"face:"

    def lecture(self, path: Path, seconds: float, present: Sequence[Presence]) -> None:
        lines = [f"video {seconds}", *(f"{who} {first_s} {last_s}" for who, first_s, last_s in present)]
        path.write_text("|".join(lines))

    def snapshot(self, path: Path, present: Sequence[int]) -> None:
        path.write_text("|".join(["snapshot", *map(str, present)]))


class LocalKit:
    """Drawn people, filmed in a drawn classroom."""

    @contextmanager
    def running(self) -> Iterator[FaceSearch]:
        yield open_faces("local", load_settings({**FACE_DATA, "ROLLCALL_SEARCH_EVERY_S": "0.4"}))

    def file(self, path: Path) -> MediaFile:
        return DiskFile(path)

    def photo(self, who: int, *, another: bool = False) -> bytes:
        picture = drawn(who)
        return jpeg(picture[:, ::-1] if another else picture)

    def photo_of_two(self) -> bytes:
        return jpeg(np.hstack([drawn(0), drawn(1)]))

    def photo_of_nobody(self) -> bytes:
        return jpeg(np.full((240, 320, 3), 128, np.uint8))

    def lecture(self, path: Path, seconds: float, present: Sequence[Presence]) -> None:
        people = [
            Appearance(person(CLASS_SEEDS[who]), first_s, last_s, seat)
            for seat, (who, first_s, last_s) in enumerate(present)
        ]
        render_lecture(path, LectureScript(tuple(people)), fps=5, seconds=seconds)

    def snapshot(self, path: Path, present: Sequence[int]) -> None:
        path.write_bytes(jpeg(np.hstack([drawn(who) for who in present])))


class RekognitionKit(LocalKit):
    """The same people, before the local endpoint, and their recordings in a bucket."""

    BUCKET = "media"

    @contextmanager
    def running(self) -> Iterator[FaceSearch]:
        with aws_here() as url, rekognition_here():
            boto3.client("s3", endpoint_url=url).create_bucket(Bucket=self.BUCKET)
            boto3.client("rekognition").create_collection(CollectionId="contract")  # so that no test depends on another
            yield RekognitionFaces("contract", load_settings(REKOGNITION_SETTINGS), sleep=_impatiently)

    def file(self, path: Path) -> MediaFile:
        data, client = path.read_bytes(), boto3.client("s3")
        key = f"recordings/{hashlib.sha256(data).hexdigest()}"
        client.put_object(Bucket=self.BUCKET, Key=key, Body=data)
        return S3File(Bucket(client, self.BUCKET), key)


def _impatiently(seconds: float) -> None:
    """Ask ten times as often as one would ask AWS."""
    time.sleep(seconds / 10)


REKOGNITION_SETTINGS = {
    **FACE_DATA,
    "ROLLCALL_FACES": "rekognition://contract",
    "ROLLCALL_MEDIA": f"s3://{RekognitionKit.BUCKET}",
}


@contextmanager
def aws_here() -> Iterator[str]:
    """S3 and SNS on this machine, which AWS's own variables name, with credentials of nobody."""
    with moto_server() as url, pytest.MonkeyPatch.context() as environment:
        environment.delenv("AWS_PROFILE", raising=False)
        for name, value in {
            "AWS_ENDPOINT_URL_S3": url,
            "AWS_ENDPOINT_URL_SNS": url,
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_EC2_METADATA_DISABLED": "true",
        }.items():
            environment.setenv(name, value)
        yield url


@contextmanager
def rekognition_here(**options: Any) -> Iterator[str]:
    """The local endpoint, which AWS's own variable names."""
    networks = Path(FACE_DATA["ROLLCALL_DATA"]) / "models"
    with tempfile.TemporaryDirectory(prefix="rekognition-") as folder, pytest.MonkeyPatch.context() as environment:
        endpoint = Endpoint(EndpointOptions(Path(folder) / "data", port=0, networks=networks, **options))
        endpoint.start()
        environment.setenv("AWS_ENDPOINT_URL_REKOGNITION", endpoint.url)
        yield endpoint.url
        endpoint.stop()


@cache
def drawn(who: int) -> BGRImage:
    """A registration photo; drawing takes longer than finding."""
    return portrait(person(CLASS_SEEDS[who]), 320)


def jpeg(picture: BGRImage) -> bytes:
    """The picture as a file."""
    return cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, 92])[1].tobytes()


KITS: dict[str, FacesKit] = {"local": LocalKit(), "fake": FakeKit(), "rekognition": RekognitionKit()}
