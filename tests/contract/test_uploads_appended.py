"""What every AppendedUploads keeps to beside the suite of all spools: bytes come one after the other."""

from __future__ import annotations

import io
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from attendance.errors import AlreadyExists, Conflict, NotFound, OutOfSpace, TooLarge
from attendance.ports import AppendedUploads
from tests.contract.uploads_kits import APPENDED, NOON, an_upload, open_spool


@pytest.fixture(params=APPENDED)
def spool(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[AppendedUploads]:
    for opened in open_spool(request.param, tmp_path):
        assert opened.appended is opened
        assert opened.direct is None
        yield opened.appended


class BreakingStream(io.BytesIO):
    """A connection that is cut once its bytes are read."""

    def read(self, size: int | None = -1, /) -> bytes:
        chunk = super().read(size)
        if not chunk:
            raise ConnectionResetError("the other side is gone")
        return chunk


class WaitingStream(io.BytesIO):
    """A connection that is slow: it gives nothing until it is released."""

    def __init__(self, data: bytes) -> None:
        super().__init__(data)
        self.reading, self.released = threading.Event(), threading.Event()

    def read(self, size: int | None = -1, /) -> bytes:
        self.reading.set()
        assert self.released.wait(10)
        return super().read(size)


def test_parts_are_added_at_the_offset(spool: AppendedUploads) -> None:
    upload = an_upload(10)
    spool.begin(upload)
    assert spool.append(upload.id, 0, io.BytesIO(b"0123")).offset == 4
    assert spool.append(upload.id, 4, io.BytesIO(b"456789")).offset == 10
    assert spool.file(upload.id).path.read_bytes() == b"0123456789"


def test_a_large_part_arrives_whole(spool: AppendedUploads) -> None:
    data = bytes(range(256)) * 5000
    upload = an_upload(len(data))
    spool.begin(upload)
    assert spool.append(upload.id, 0, io.BytesIO(data)).offset == len(data)
    assert spool.file(upload.id).path.read_bytes() == data


@pytest.mark.parametrize("offset", [0, 3, 5, 100])
def test_a_part_for_another_offset_is_a_conflict_and_changes_nothing(spool: AppendedUploads, offset: int) -> None:
    upload = an_upload(10)
    spool.begin(upload)
    spool.append(upload.id, 0, io.BytesIO(b"0123"))
    with pytest.raises(Conflict):
        spool.append(upload.id, offset, io.BytesIO(b"xxxx"))
    assert spool.upload(upload.id).offset == 4


def test_what_arrived_before_the_connection_broke_is_kept(spool: AppendedUploads) -> None:
    upload = an_upload(10)
    spool.begin(upload)
    with pytest.raises(ConnectionResetError):
        spool.append(upload.id, 0, BreakingStream(b"01234"))
    assert spool.upload(upload.id).offset == 5
    spool.append(upload.id, 5, io.BytesIO(b"56789"))
    assert spool.file(upload.id).path.read_bytes() == b"0123456789"


def test_more_than_was_announced_is_too_large_and_the_surplus_is_not_kept(spool: AppendedUploads) -> None:
    upload = an_upload(4)
    spool.begin(upload)
    with pytest.raises(TooLarge):
        spool.append(upload.id, 0, io.BytesIO(b"012345"))
    assert spool.upload(upload.id).offset == 4
    assert spool.file(upload.id).path.read_bytes() == b"0123"


def test_two_requests_never_write_at_once(spool: AppendedUploads) -> None:
    upload = an_upload(10)
    spool.begin(upload)
    slow = WaitingStream(b"01234")
    first = threading.Thread(target=spool.append, args=(upload.id, 0, slow))
    first.start()
    try:
        assert slow.reading.wait(10)
        with pytest.raises(Conflict):
            spool.append(upload.id, 0, io.BytesIO(b"xx"))
    finally:
        slow.released.set()
        first.join(10)
    assert spool.append(upload.id, 5, io.BytesIO(b"56789")).offset == 10
    assert spool.file(upload.id).path.read_bytes() == b"0123456789"


def test_a_file_that_does_not_fit_the_disk_is_refused_at_once(spool: AppendedUploads) -> None:
    upload = an_upload(10**13)
    with pytest.raises(OutOfSpace):
        spool.begin(upload)
    with pytest.raises(NotFound):
        spool.upload(upload.id)


def test_an_upload_that_is_being_sent_is_never_too_old(spool: AppendedUploads) -> None:
    upload = an_upload(5, at=NOON - timedelta(days=8))
    spool.begin(upload)
    slow = WaitingStream(b"01234")
    sending = threading.Thread(target=spool.append, args=(upload.id, 0, slow))
    sending.start()
    try:
        assert slow.reading.wait(10)
        assert spool.remove_older_than(NOON) == 0
    finally:
        slow.released.set()
        sending.join(10)
    assert spool.upload(upload.id).offset == 5


def test_the_file_of_a_half_done_upload_is_not_found(spool: AppendedUploads) -> None:
    upload = an_upload(10)
    spool.begin(upload)
    spool.append(upload.id, 0, io.BytesIO(b"01234"))
    with pytest.raises(NotFound):
        spool.file(upload.id)


def test_an_id_begins_only_once_and_keeps_what_is_there(spool: AppendedUploads) -> None:
    upload = an_upload(10)
    spool.begin(upload)
    spool.append(upload.id, 0, io.BytesIO(b"01234"))
    with pytest.raises(AlreadyExists):
        spool.begin(upload)
    assert spool.upload(upload.id).offset == 5


@pytest.mark.parametrize("unknown", ["0" * 32, "", "..", "../uploads", "a/b", "A" * 32])
def test_nothing_is_added_to_an_unknown_upload(spool: AppendedUploads, unknown: str) -> None:
    with pytest.raises(NotFound):
        spool.append(unknown, 0, io.BytesIO(b"x"))
