"""A lock that one process at a time holds, stored as an object in a bucket by conditional writes."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from attendance.adapters.aws import error_code
from attendance.adapters.s3.bucket import ENCRYPTED, Bucket, is_missing
from attendance.errors import Conflict, ServiceUnavailable
from attendance.model import new_id

LEASE_S = 300.0
"""For so long the lock of a process that died stays; a living one renews it well before."""

_RENEW_EVERY_S = 60.0
_LOOK_EVERY_S = 0.5
_LOST = {"PreconditionFailed", "ConditionalRequestConflict", "NoSuchKey", "404"}


@dataclass(frozen=True, slots=True)
class _Seen:
    """What the lock's object says, and the ETag that changes with it."""

    token: str
    until: float
    etag: str


@contextmanager
def hold_lock(bucket: Bucket, key: str, patience_s: float, busy: Conflict | None = None) -> Iterator[None]:
    """Hold the lock at `key` while the context is open. Raises Conflict, or `busy`, where another has it for longer."""
    lock = _Lock(bucket, key)
    until = time.monotonic() + patience_s
    while not lock.take():
        if time.monotonic() >= until:
            raise busy or Conflict("Another request is finishing this upload at this moment.")
        time.sleep(min(_LOOK_EVERY_S, max(0.01, until - time.monotonic())))
    with lock.renewed():
        try:
            yield
        finally:
            lock.release()


class _Lock:
    """One holder's view: a token of its own, so that a request that was sent twice knows itself again."""

    def __init__(self, bucket: Bucket, key: str) -> None:
        self._bucket, self._key = bucket, key
        self._token = new_id()
        self._etag = ""
        self._writing = threading.Lock()

    def take(self) -> bool:
        """Write it where there is none, or where its holder's time is over."""
        with self._bucket.errors():
            if self._write(IfNoneMatch="*"):
                return True
            seen = self._read()
            if seen is None:  # let go of at this moment: the next try has it
                return False
            return self._is_ours(seen) or (seen.until < time.time() and self._write(IfMatch=seen.etag))

    @contextmanager
    def renewed(self) -> Iterator[None]:
        """A thread renews it while the context is open."""
        done = threading.Event()
        renewing = threading.Thread(target=self._renew, args=(done,), daemon=True)
        renewing.start()
        try:
            yield
        finally:
            done.set()
            renewing.join()

    def release(self) -> None:
        """Remove it if it is still ours; a remover of the whole upload has done so already."""
        with self._writing, self._bucket.errors():
            etag, self._etag = self._etag, ""
            try:
                self._bucket.client.delete_object(**self._bucket.at(self._key), IfMatch=etag)
            except ClientError as error:
                if error_code(error) not in _LOST:
                    raise

    def _renew(self, done: threading.Event) -> None:
        while not done.wait(_RENEW_EVERY_S):
            with self._writing:
                if not self._etag or not self._renew_once():
                    return

    def _renew_once(self) -> bool:
        """Whether it is still ours. Where the bucket does not answer there are more attempts until time is up."""
        try:
            with self._bucket.errors():
                return self._write(IfMatch=self._etag) or self._is_ours(self._read())
        except ServiceUnavailable:
            return True

    def _is_ours(self, seen: _Seen | None) -> bool:
        """Whether it was written by us after all, though the answer was lost."""
        if seen is None or seen.token != self._token:
            return False
        self._etag = seen.etag
        return True

    def _write(self, **condition: str) -> bool:
        words = json.dumps({"token": self._token, "until": time.time() + LEASE_S}).encode()
        try:
            written = self._bucket.client.put_object(**self._bucket.at(self._key), Body=words, **ENCRYPTED, **condition)
        except ClientError as error:
            if error_code(error) in _LOST:
                return False
            raise
        self._etag = written["ETag"]
        return True

    def _read(self) -> _Seen | None:
        try:
            found: Any = self._bucket.client.get_object(**self._bucket.at(self._key))
        except ClientError as error:
            if is_missing(error):
                return None
            raise
        words = json.loads(found["Body"].read())
        return _Seen(words["token"], words["until"], found["ETag"])
