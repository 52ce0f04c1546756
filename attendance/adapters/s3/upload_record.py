"""What is written beside an upload on its way to the bucket: what it is, and how its parts are cut."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import Any

from botocore.exceptions import ClientError

from attendance.adapters.aws import error_code
from attendance.adapters.s3.bucket import ENCRYPTED, Bucket, is_missing
from attendance.adapters.upload_json import upload_from_json, upload_to_json
from attendance.errors import AlreadyExists, InvalidInput, NotFound
from attendance.ports import Upload

FOLDER = "uploads/"

_LEAST_PART_BYTES = 8 << 20
_PART_STEP_BYTES = 1 << 20
_MOST_PARTS = 9_000  # S3 takes 10,000
_TAKEN = {"PreconditionFailed", "ConditionalRequestConflict"}


@dataclass(frozen=True, slots=True)
class UploadRecord:
    """An upload, S3's id for its parts, and their size; `etag` is that of the record as it was read."""

    upload: Upload
    multipart: str
    part_size: int
    etag: str = ""

    @property
    def count(self) -> int:
        """How many parts it has; an empty file is one empty part."""
        return max(1, -(-self.upload.size // self.part_size))

    def size_of(self, number: int) -> int:
        """Of this part, in bytes. Raises InvalidInput."""
        if isinstance(number, bool) or not isinstance(number, int) or not 1 <= number <= self.count:
            raise InvalidInput("The parts of this upload are numbered from 1 to %(count)s.", count=self.count)
        return self.part_size if number < self.count else self.upload.size - (self.count - 1) * self.part_size


def part_size_for(size: int) -> int:
    """8 MiB, or more where the file would have too many parts."""
    needed = -(-size // _MOST_PARTS)
    return max(_LEAST_PART_BYTES, -(-needed // _PART_STEP_BYTES) * _PART_STEP_BYTES)


def data_key(upload_id: str) -> str:
    """Where the bytes are once they are whole; that an object is made here is what begins a recording."""
    return f"{FOLDER}{upload_id}/data"


def record_key(upload_id: str) -> str:
    """Where the record is."""
    return f"{FOLDER}{upload_id}/details.json"


def lock_key(upload_id: str) -> str:
    """Where the lock is of whoever finishes it."""
    return f"{FOLDER}{upload_id}/lock"


def read_record(bucket: Bucket, upload_id: str) -> UploadRecord:
    """Raises NotFound."""
    with bucket.errors():
        try:
            found: Any = bucket.client.get_object(**bucket.at(record_key(upload_id)))
            words = json.loads(found["Body"].read())
        except ClientError as error:
            if is_missing(error):
                raise NotFound("This upload does not exist any more.") from error
            raise
    return _from_json(words, found["ETag"])


def write_first(bucket: Bucket, record: UploadRecord) -> None:
    """Raises AlreadyExists, also where somebody writes one by this name at the same moment."""
    with bucket.errors():
        try:
            _put(bucket, record, IfNoneMatch="*")
        except ClientError as error:
            if error_code(error) not in _TAKEN:
                raise
            if read_record(bucket, record.upload.id).multipart != record.multipart:  # else our own, sent twice
                raise AlreadyExists("There is an upload by this name already.") from error


def write_refusal(bucket: Bucket, record: UploadRecord, sentence: str) -> None:
    """Unless the record was removed or changed since it was read."""
    refused = replace(record, upload=replace(record.upload, refusal=sentence))
    with bucket.errors():
        try:
            _put(bucket, refused, IfMatch=record.etag)
        except ClientError as error:
            if error_code(error) not in _TAKEN and not is_missing(error):
                raise


def _put(bucket: Bucket, record: UploadRecord, **condition: str) -> None:
    words = json.dumps(_to_json(record)).encode()
    bucket.client.put_object(
        **bucket.at(record_key(record.upload.id)),
        Body=words,
        ContentType="application/json",
        **ENCRYPTED,
        **condition,
    )


def _to_json(record: UploadRecord) -> dict[str, object]:
    return {
        **upload_to_json(record.upload),
        "refusal": record.upload.refusal,
        "multipart": record.multipart,
        "part_size": record.part_size,
    }


def _from_json(words: dict[str, Any], etag: str) -> UploadRecord:
    upload = upload_from_json(words, refusal=words["refusal"])
    return UploadRecord(upload, words["multipart"], words["part_size"], etag)
