"""Stores media in a private bucket of S3; browsers read from it by links that end soon."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO, TypeVar

from boto3.s3.transfer import TransferConfig

from attendance.adapters.folder.errors import Place, plain_disk_errors
from attendance.adapters.s3.bucket import ENCRYPTED, Bucket, absence_as_not_found, open_bucket
from attendance.adapters.s3.stream import S3Stream, open_object
from attendance.errors import NotFound, OutOfSpace, Phrase
from attendance.media_keys import check_key, is_key, media_type
from attendance.ports import MediaFile
from attendance.settings import Settings

TRANSFER = TransferConfig(multipart_threshold=64 << 20, multipart_chunksize=64 << 20)
"""In parts of 64 MiB, several at once; S3 itself copies no more than 5 GB in one request."""


def open_media(value: str, settings: Settings) -> S3Media:
    """The bucket of a setting `s3://BUCKET/optional/prefix`. Raises SettingsError, ServiceUnavailable."""
    return S3Media(open_bucket(value))


class S3Media:
    """A MediaStore in a bucket. S3 shows an object only once it is whole; nothing gets an ACL, as links open files."""

    def __init__(self, bucket: Bucket) -> None:
        self._bucket = bucket
        self.origins: Sequence[str] = (bucket.origin(),)

    def put(self, key: str, data: bytes) -> None:
        where = self._bucket.at(check_key(key))
        with self._bucket.errors():
            self._bucket.client.put_object(**where, Body=data, **_written(key))

    def put_file(self, key: str, file: MediaFile) -> None:
        check_key(key)
        if file.place is None:
            with file.local_path() as path:
                self._send(key, path)
        else:
            self._copy(key, file.place)

    def file(self, key: str) -> S3File:
        file = S3File(self._bucket, check_key(key))
        file.size()
        return file

    def read(self, key: str) -> bytes:
        with self.open(key) as stream:
            return stream.read()

    def open(self, key: str) -> BinaryIO:
        return open_object(self._bucket, check_key(key))

    def size(self, key: str) -> int:
        found = self._bucket.head(check_key(key))
        if found is None:
            raise NotFound("This file is not stored.")
        return int(found["ContentLength"])

    def local_path(self, key: str) -> AbstractContextManager[Path]:
        return S3File(self._bucket, check_key(key)).local_path()

    def delete(self, keys: Iterable[str]) -> None:
        self._bucket.delete([check_key(key) for key in keys])

    def keys(self, prefix: str = "", *, stored_before: datetime | None = None) -> Iterable[str]:
        found = [one for one in self._bucket.objects(prefix) if is_key(one.key)]
        return [one.key for one in found if stored_before is None or one.stored_at < stored_before]

    def url(self, key: str, seconds: int = 300) -> str:
        answer = {
            "ResponseContentType": media_type(check_key(key)),
            "ResponseContentDisposition": "inline",
            "ResponseCacheControl": f"private, max-age={seconds}",
        }
        return self._bucket.link("get_object", {**self._bucket.at(key), **answer}, seconds)

    def _send(self, key: str, path: Path) -> None:
        with _opened(path) as source, self._bucket.errors():
            self._bucket.client.upload_fileobj(source, **self._bucket.at(key), ExtraArgs=_written(key), Config=TRANSFER)
        path.unlink(missing_ok=True)

    def _copy(self, key: str, place: str) -> None:
        """Without the bytes coming here; the old one goes only once the new one is there."""
        bucket, _, name = place.removeprefix("s3://").partition("/")
        source = {"Bucket": bucket, "Key": name}
        arguments = {**_written(key), "MetadataDirective": "REPLACE"}
        with self._bucket.errors(), absence_as_not_found():
            self._bucket.client.copy(source, **self._bucket.at(key), ExtraArgs=arguments, Config=TRANSFER)
            self._bucket.client.delete_object(**source)


def _written(key: str) -> dict[str, str]:
    return {"ContentType": media_type(key), **ENCRYPTED}


@contextmanager
def _opened(path: Path) -> Iterator[BinaryIO]:
    try:
        source = path.open("rb")
    except FileNotFoundError as gone:
        raise NotFound("This file is not there any more.") from gone
    with source:
        yield source


T = TypeVar("T")

_WAITS_S = (0.2, 0.6)
_RESERVE_BYTES = 100_000_000
_CHUNK_BYTES = 1 << 20
TEMPORARY = Place(Phrase("The folder for temporary files"), Phrase("the folder for temporary files"))


@dataclass(frozen=True, slots=True)
class S3File:
    """A MediaFile at `key` of the bucket.

    Whoever holds one was told that the file is there, by an event or a row; so where the bucket does not know it yet
    (a replica that is behind, a cache), it is asked again a moment later before NotFound is raised.
    """

    bucket: Bucket
    key: str

    @property
    def place(self) -> str:
        """Where services of AWS read it."""
        return f"s3://{self.bucket.name}/{self.bucket.full(self.key)}"

    def exists(self) -> bool:
        """Whether it is there."""
        try:
            self._head()
        except NotFound:
            return False
        return True

    def size(self) -> int:
        """In bytes. Raises NotFound."""
        return int(self._head()["ContentLength"])

    def open(self) -> BinaryIO:
        """A seekable stream. Raises NotFound."""
        return asked_again(lambda: open_object(self.bucket, self.key))

    @contextmanager
    def local_path(self) -> Iterator[Path]:
        """A copy on this machine's disk, which goes afterwards. Raises NotFound, OutOfSpace."""
        with asked_again(lambda: S3Stream(self.bucket, self.key)) as source, _folder() as folder:
            path = folder / PurePosixPath(self.key).name
            _copy(source, path)
            yield path

    def _head(self) -> dict[str, Any]:
        def head() -> dict[str, Any]:
            found = self.bucket.head(self.key)
            if found is None:
                raise NotFound("This file is not stored.")
            return found

        return asked_again(head)


def asked_again(ask: Callable[[], T]) -> T:
    """What `ask` answers, within a second; the last NotFound goes through."""
    for wait_s in _WAITS_S:
        try:
            return ask()
        except NotFound:
            time.sleep(wait_s)
    return ask()


@contextmanager
def _folder() -> Iterator[Path]:
    """A temporary folder of our own user's, which goes afterwards."""
    with plain_disk_errors(TEMPORARY):
        folder = tempfile.TemporaryDirectory(prefix="rollcall-")
    with folder as name:
        yield Path(name)


def _copy(source: S3Stream, path: Path) -> None:
    with plain_disk_errors(TEMPORARY):
        if shutil.disk_usage(path.parent).free < source.size + _RESERVE_BYTES:
            raise OutOfSpace(
                "There is no room on this machine for a copy of a file of %(size)s GB.", size=f"{source.size / 1e9:.1f}"
            )
        with path.open("xb") as target:
            shutil.copyfileobj(source, target, _CHUNK_BYTES)
