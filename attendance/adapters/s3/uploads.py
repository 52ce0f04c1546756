"""Uploads whose bytes go straight to the bucket, in parts, by presigned links."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import datetime
from typing import Any, TypeVar

from botocore.exceptions import ClientError

from attendance.adapters.aws import error_code
from attendance.adapters.s3.bucket import ENCRYPTED, Bucket, StoredObject, open_bucket
from attendance.adapters.s3.lock import hold_lock
from attendance.adapters.s3.media import S3File
from attendance.adapters.s3.upload_record import (
    FOLDER,
    UploadRecord,
    data_key,
    lock_key,
    part_size_for,
    read_record,
    record_key,
    write_first,
    write_refusal,
)
from attendance.errors import Conflict, InvalidInput, NotFound
from attendance.model import Sender, is_id
from attendance.ports import Upload, UploadPart
from attendance.rules.stored_sentences import from_text
from attendance.settings import Settings

T = TypeVar("T")

_THREADS = 8
_MOST_NAMED = 20
_PARTS_CHANGED = {"InvalidPart", "InvalidPartOrder", "EntityTooSmall"}


def open_uploads(value: str, settings: Settings) -> S3Uploads:
    """Beside the media of `s3://BUCKET/optional/prefix`. Raises SettingsError."""
    return S3Uploads(open_bucket(value))


class S3Uploads:
    """A DirectUploads: under `uploads/ID/` a `details.json` from the beginning, and `data` once all parts are there.

    The parts lie with S3 as a multipart upload until then. What a crash leaves half done - parts without details,
    bytes of a removed upload - is for the bucket's lifecycle rules to clean; see docs/s3.md.
    """

    appended = None

    def __init__(self, bucket: Bucket) -> None:
        self._bucket = bucket

    @property
    def direct(self) -> S3Uploads:
        return self

    def begin(self, upload: Upload) -> None:
        if not is_id(upload.id):
            raise InvalidInput("An upload needs an id of 32 hexadecimal digits.")
        where = self._bucket.at(data_key(upload.id))
        with self._bucket.errors():
            multipart = self._bucket.client.create_multipart_upload(**where, **ENCRYPTED)["UploadId"]
        record = UploadRecord(replace(upload, offset=0, refusal=None), multipart, part_size_for(upload.size))
        try:
            write_first(self._bucket, record)
        except Exception:
            self._abort(record)
            raise

    def upload(self, upload_id: str) -> Upload:
        return self._state(self._record(upload_id))

    def file(self, upload_id: str) -> S3File:
        if self._record(upload_id).upload.refusal is not None or self._bucket.head(data_key(upload_id)) is None:
            raise NotFound("This upload is not whole yet.")
        return S3File(self._bucket, data_key(upload_id))

    @contextmanager
    def finishing(self, upload_id: str, patience_s: float = 0.0) -> Iterator[S3File]:
        self.file(upload_id)
        with hold_lock(self._bucket, lock_key(upload_id), patience_s):
            yield self.file(upload_id)  # raises where whoever was waited for has moved it away

    def remove(self, upload_id: str) -> None:
        """The record goes last, so that removing can be repeated after a crash."""
        if not is_id(upload_id):
            return
        with suppress(NotFound):
            self._abort(read_record(self._bucket, upload_id))
        self._bucket.delete([data_key(upload_id), lock_key(upload_id)])
        self._bucket.delete([record_key(upload_id)])

    def of_sender(self, sender: Sender) -> Sequence[Upload]:
        folders = self._folders()
        records = _each(self._record, [upload_id for upload_id, names in folders.items() if "details.json" in names])
        unfinished = [
            one
            for one in records
            if one.upload.sender == sender and (one.upload.refusal or "data" not in folders[one.upload.id])
        ]
        mine = _each(self._state, unfinished)
        return sorted(mine, key=lambda upload: (upload.created_at, upload.id), reverse=True)

    def whole(self) -> Sequence[Upload]:
        whole_ids = [
            upload_id for upload_id, names in self._folders().items() if {"details.json", "data"} <= names.keys()
        ]
        whole = [one for one in _each(self.upload, whole_ids) if one.refusal is None and one.offset == one.size]
        return sorted(whole, key=lambda upload: (upload.created_at, upload.id))

    def remove_older_than(self, moment: datetime) -> int:
        folders = self._folders()
        for upload_id, names in folders.items():
            if "details.json" not in names and all(one.stored_at < moment for one in names.values()):
                self.remove(upload_id)
        records = _each(self._record, [upload_id for upload_id, names in folders.items() if "details.json" in names])
        return sum(self._remove_idle(one.upload.id) for one in records if one.upload.created_at < moment)

    def part_size(self, upload_id: str) -> int:
        return self._record(upload_id).part_size

    def parts(self, upload_id: str) -> Sequence[UploadPart]:
        record = self._record(upload_id)
        if record.upload.refusal is not None:
            return []
        found = self._parts_there(record)
        if found is None:
            self._state(record)  # raises where it is gone
            found = dict.fromkeys(range(1, record.count + 1), "")
        return [UploadPart(number, record.size_of(number)) for number in sorted(found)]

    def part_links(self, upload_id: str, numbers: Sequence[int], seconds: int = 3600) -> Mapping[int, str]:
        record = self._record(upload_id)
        sizes = {number: record.size_of(number) for number in numbers}
        return {number: self._part_link(record, number, size, seconds) for number, size in sizes.items()}

    def complete(self, upload_id: str) -> None:
        record = self._record(upload_id)
        if record.upload.refusal is not None:
            raise Conflict("This upload was refused: %(why)s", why=from_text(record.upload.refusal))
        found = self._parts_there(record)
        if found is None:
            self._state(record)  # raises where it is gone; else it is whole already
            return
        _check_all_there(record, found)
        self._put_together(record, found)

    def refuse(self, upload_id: str, sentence: str) -> None:
        with suppress(NotFound):
            record = self._record(upload_id)
            write_refusal(self._bucket, record, sentence)  # first, so that who sent it learns it whatever happens next
            self._abort(record)
            self._bucket.delete([data_key(upload_id)])

    def _record(self, upload_id: str) -> UploadRecord:
        if not is_id(upload_id):
            raise NotFound("There is no upload by this name.")
        return read_record(self._bucket, upload_id)

    def _state(self, record: UploadRecord) -> Upload:
        """Raises NotFound where neither its parts nor its bytes are there any more."""
        if record.upload.refusal is not None:
            return record.upload
        found = self._parts_there(record)
        if found is not None:
            return replace(record.upload, offset=sum(record.size_of(number) for number in found))
        data = S3File(self._bucket, data_key(record.upload.id))
        try:
            return replace(record.upload, offset=data.size())  # asked again: an event may be quicker than the file
        except NotFound:
            raise NotFound("This upload does not exist any more.") from None

    def _parts_there(self, record: UploadRecord) -> dict[int, str] | None:
        """The ETags of the parts that have the right size, by number; None where they are no longer apart."""
        where = self._bucket.at(data_key(record.upload.id))
        pages = self._bucket.client.get_paginator("list_parts").paginate(**where, UploadId=record.multipart)
        with self._bucket.errors():
            try:
                parts = [part for page in pages for part in page.get("Parts", ())]
            except ClientError as error:
                if error_code(error) != "NoSuchUpload":
                    raise
                return None
        return {part["PartNumber"]: part["ETag"] for part in parts if _fits(record, part)}

    def _part_link(self, record: UploadRecord, number: int, size: int, seconds: int) -> str:
        """The size is signed too, so that nobody sends more than was announced."""
        part = {"UploadId": record.multipart, "PartNumber": number, "ContentLength": size}
        return self._bucket.link("upload_part", {**self._bucket.at(data_key(record.upload.id)), **part}, seconds)

    def _put_together(self, record: UploadRecord, found: Mapping[int, str]) -> None:
        parts = [{"PartNumber": number, "ETag": found[number]} for number in sorted(found)]
        with self._bucket.errors():
            try:
                self._bucket.client.complete_multipart_upload(
                    **self._bucket.at(data_key(record.upload.id)),
                    UploadId=record.multipart,
                    MultipartUpload={"Parts": parts},
                )
            except ClientError as error:
                if error_code(error) in _PARTS_CHANGED:
                    raise Conflict("A part was sent anew at this moment; ask again.") from error
                if error_code(error) != "NoSuchUpload":
                    raise
                self._state(record)  # another request was quicker, or it was removed

    def _abort(self, record: UploadRecord) -> None:
        where = self._bucket.at(data_key(record.upload.id))
        with self._bucket.errors():
            try:
                self._bucket.client.abort_multipart_upload(**where, UploadId=record.multipart)
            except ClientError as error:
                if error_code(error) not in ("NoSuchUpload", "404"):
                    raise

    def _folders(self) -> dict[str, dict[str, StoredObject]]:
        """What lies under each upload, by its name; there are at most three a folder."""
        folders: dict[str, dict[str, StoredObject]] = {}
        for one in self._bucket.objects(FOLDER):
            upload_id, _, name = one.key.removeprefix(FOLDER).partition("/")
            if is_id(upload_id):
                folders.setdefault(upload_id, {})[name] = one
        return folders

    def _remove_idle(self, upload_id: str) -> bool:
        """Remove it unless a process is finishing it."""
        try:
            with hold_lock(self._bucket, lock_key(upload_id), 0.0):
                self.remove(upload_id)
        except Conflict:
            return False
        return True


def _each(look: Callable[[Any], T], things: Iterable[Any]) -> list[T]:
    """What `look` finds of each, several at once; those that went at this moment are left out."""

    def look_gently(thing: Any) -> T | None:
        with suppress(NotFound):
            return look(thing)
        return None

    with ThreadPoolExecutor(_THREADS) as threads:
        return [found for found in threads.map(look_gently, things) if found is not None]


def _fits(record: UploadRecord, part: Mapping[str, Any]) -> bool:
    number = part["PartNumber"]
    return bool(number <= record.count and part["Size"] == record.size_of(number))


def _check_all_there(record: UploadRecord, found: Mapping[int, str]) -> None:
    missing = [number for number in range(1, record.count + 1) if number not in found]
    if missing:
        raise Conflict(
            "%(bytes)s bytes of this upload are missing: send part %(numbers)s.",
            bytes=sum(record.size_of(number) for number in missing),
            numbers=", ".join(map(str, missing[:_MOST_NAMED])) + (" ..." if len(missing) > _MOST_NAMED else ""),
        )
