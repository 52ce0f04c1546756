"""Reads an object of a bucket as a seekable stream, by ranged requests that grow while it is read on and on."""

from __future__ import annotations

import io
from contextlib import suppress
from typing import Any, BinaryIO

from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError, IncompleteReadError

from attendance.adapters.aws import error_code
from attendance.adapters.s3.bucket import Bucket, absence_as_not_found
from attendance.errors import Conflict

_FIRST_BYTES = 1 << 20
_MOST_BYTES = 64 << 20
_MOST_BREAKS = 5  # one after the other, without a byte in between
_BROKEN = (HTTPClientError, IncompleteReadError)


def open_object(bucket: Bucket, key: str) -> BinaryIO:
    """The object, buffered. One request suffices for a small one. Raises NotFound, ServiceUnavailable."""
    return io.BufferedReader(S3Stream(bucket, key), _FIRST_BYTES)


class S3Stream(io.RawIOBase):
    """One object as it was when it was opened; where it is replaced meanwhile, reading on raises Conflict.

    A request asks for a stretch, the next one for twice as much as long as nobody jumps: containers of video are
    read by jumps at first, and by gigabytes then. A connection that breaks is taken up again at the same byte.
    """

    def __init__(self, bucket: Bucket, key: str) -> None:
        self._bucket, self._key = bucket, key
        self._position = 0
        self._body: Any = None
        self._body_at = self._body_end = 0
        self._stretch = _FIRST_BYTES
        self._etag = ""
        self.size = self._begin()
        """In bytes."""

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._position

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self.size}[whence]
        if start + offset < 0:
            raise ValueError("a stream has no place before its beginning")
        self._position = start + offset
        return self._position

    def readinto(self, buffer: Any) -> int:
        target = memoryview(buffer).cast("B")
        wanted = min(len(target), self.size - self._position)
        if wanted <= 0:
            return 0
        with self._bucket.errors():
            chunk = self._read(wanted)
        target[: len(chunk)] = chunk
        self._position += len(chunk)
        return len(chunk)

    def close(self) -> None:
        self._let_go()
        super().close()

    def _begin(self) -> int:
        """Ask for the first stretch, which tells the size too."""
        with self._bucket.errors(), absence_as_not_found():
            try:
                answer = self._get(0)
            except ClientError as error:
                if error_code(error) != "InvalidRange":  # an empty object has no first byte
                    raise
                return 0
        self._etag = answer["ETag"]
        size = int(answer["ContentRange"].rpartition("/")[2])
        self._take(answer, 0, size)
        return size

    def _read(self, wanted: int) -> bytes:
        breaks = 0
        while True:
            if self._body is None or self._body_at != self._position or self._body_at == self._body_end:
                self._reach(self._position)
            try:
                return self._next(min(wanted, self._body_end - self._body_at))
            except _BROKEN:
                self._let_go()
                breaks += 1
                if breaks == _MOST_BREAKS:
                    raise

    def _next(self, wanted: int) -> bytes:
        chunk: bytes = self._body.read(wanted)
        if not chunk:
            raise IncompleteReadError(actual_bytes=self._body_at, expected_bytes=self._body_end)
        self._body_at += len(chunk)
        return chunk

    def _reach(self, position: int) -> None:
        """Have a body whose next byte is at `position`."""
        reads_on = position == self._body_end
        self._let_go()
        self._stretch = min(2 * self._stretch, _MOST_BYTES) if reads_on else _FIRST_BYTES
        try:
            with absence_as_not_found():
                self._take(self._get(position), position, self.size)
        except ClientError as error:
            if error_code(error) == "PreconditionFailed":
                raise Conflict("This file was replaced while it was read.") from error
            raise

    def _get(self, position: int) -> Any:
        unchanged = {"IfMatch": self._etag} if self._etag else {}
        return self._bucket.client.get_object(
            **self._bucket.at(self._key), Range=f"bytes={position}-{position + self._stretch - 1}", **unchanged
        )

    def _take(self, answer: Any, position: int, size: int) -> None:
        self._body, self._body_at = answer["Body"], position
        self._body_end = min(position + self._stretch, size)

    def _let_go(self) -> None:
        """What is left of a body is not read, so its connection cannot be used again."""
        body, self._body = self._body, None
        if body is not None:
            with suppress(BotoCoreError, OSError):
                body.close()
