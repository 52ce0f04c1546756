"""Keeps media in a private bucket of S3; browsers read from it by links that end soon."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from boto3.s3.transfer import TransferConfig

from attendance.adapters.s3_bucket import ENCRYPTED, Bucket, absence_as_not_found, open_bucket
from attendance.adapters.s3_file import S3File
from attendance.adapters.s3_stream import open_object
from attendance.errors import NotFound
from attendance.media_keys import check_key, is_key, media_type
from attendance.ports import MediaFile
from attendance.settings import Settings

_TRANSFER = TransferConfig(multipart_threshold=64 << 20, multipart_chunksize=64 << 20)
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
            self._bucket.client.upload_fileobj(
                source, **self._bucket.at(key), ExtraArgs=_written(key), Config=_TRANSFER
            )
        path.unlink(missing_ok=True)

    def _copy(self, key: str, place: str) -> None:
        """Without the bytes coming here; the old one goes only once the new one is there."""
        bucket, _, name = place.removeprefix("s3://").partition("/")
        source = {"Bucket": bucket, "Key": name}
        arguments = {**_written(key), "MetadataDirective": "REPLACE"}
        with self._bucket.errors(), absence_as_not_found():
            self._bucket.client.copy(source, **self._bucket.at(key), ExtraArgs=arguments, Config=_TRANSFER)
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
