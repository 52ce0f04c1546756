"""What every UploadSpool keeps to."""

import io
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from attendance.adapters.uploads_folder import FolderUploads
from attendance.errors import AlreadyExists, Conflict, NotFound, OutOfSpace, TooLarge
from attendance.model import new_id
from attendance.ports import Upload, UploadSpool
from tests.fakes.uploads import FakeUploads

MAKERS: dict[str, Callable[[Path], UploadSpool]] = {
    "folder": lambda folder: FolderUploads(folder / "uploads", free=lambda path: 10**12),
    "fake": lambda folder: FakeUploads(),
}
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.fixture(params=MAKERS)
def spool(request: pytest.FixtureRequest, tmp_path: Path) -> UploadSpool:
    return MAKERS[request.param](tmp_path)


def an_upload(size: int = 10, *, user_id: str = "teacher", at: datetime = NOON) -> Upload:
    return Upload(new_id(), user_id, size, at, {"filename": "강의 1.mp4", "course_id": "c"})


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


def test_an_upload_begins_empty_and_keeps_its_details(spool: UploadSpool) -> None:
    upload = an_upload()
    spool.begin(upload)
    assert spool.upload(upload.id) == upload


def test_parts_are_added_at_the_offset(spool: UploadSpool) -> None:
    upload = an_upload(10)
    spool.begin(upload)
    assert spool.append(upload.id, 0, io.BytesIO(b"0123")).offset == 4
    assert spool.append(upload.id, 4, io.BytesIO(b"456789")).offset == 10
    assert spool.file(upload.id).path.read_bytes() == b"0123456789"


def test_a_large_part_arrives_whole(spool: UploadSpool) -> None:
    data = bytes(range(256)) * 5000
    upload = an_upload(len(data))
    spool.begin(upload)
    assert spool.append(upload.id, 0, io.BytesIO(data)).offset == len(data)
    assert spool.file(upload.id).path.read_bytes() == data


@pytest.mark.parametrize("offset", [0, 3, 5, 100])
def test_a_part_for_another_offset_is_a_conflict_and_changes_nothing(spool: UploadSpool, offset: int) -> None:
    upload = an_upload(10)
    spool.begin(upload)
    spool.append(upload.id, 0, io.BytesIO(b"0123"))
    with pytest.raises(Conflict):
        spool.append(upload.id, offset, io.BytesIO(b"xxxx"))
    assert spool.upload(upload.id).offset == 4


def test_what_arrived_before_the_connection_broke_is_kept(spool: UploadSpool) -> None:
    upload = an_upload(10)
    spool.begin(upload)
    with pytest.raises(ConnectionResetError):
        spool.append(upload.id, 0, BreakingStream(b"01234"))
    assert spool.upload(upload.id).offset == 5
    spool.append(upload.id, 5, io.BytesIO(b"56789"))
    assert spool.file(upload.id).path.read_bytes() == b"0123456789"


def test_more_than_was_announced_is_too_large_and_the_surplus_is_not_kept(spool: UploadSpool) -> None:
    upload = an_upload(4)
    spool.begin(upload)
    with pytest.raises(TooLarge):
        spool.append(upload.id, 0, io.BytesIO(b"012345"))
    assert spool.upload(upload.id).offset == 4
    assert spool.file(upload.id).path.read_bytes() == b"0123"


def test_two_requests_never_write_at_once(spool: UploadSpool) -> None:
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


def test_the_path_of_a_half_done_upload_is_not_found(spool: UploadSpool) -> None:
    upload = an_upload(10)
    spool.begin(upload)
    spool.append(upload.id, 0, io.BytesIO(b"01234"))
    with pytest.raises(NotFound):
        spool.file(upload.id)


def test_an_id_begins_only_once(spool: UploadSpool) -> None:
    upload = an_upload(10)
    spool.begin(upload)
    spool.append(upload.id, 0, io.BytesIO(b"01234"))
    with pytest.raises(AlreadyExists):
        spool.begin(upload)
    assert spool.upload(upload.id).offset == 5


def test_a_file_that_does_not_fit_the_disk_is_refused_at_once(spool: UploadSpool) -> None:
    upload = an_upload(10**13)
    with pytest.raises(OutOfSpace):
        spool.begin(upload)
    with pytest.raises(NotFound):
        spool.upload(upload.id)


@pytest.mark.parametrize("unknown", ["0" * 32, "", "..", "../uploads", "a/b", "A" * 32])
def test_an_unknown_upload_is_not_found(spool: UploadSpool, unknown: str) -> None:
    with pytest.raises(NotFound):
        spool.upload(unknown)
    with pytest.raises(NotFound):
        spool.append(unknown, 0, io.BytesIO(b"x"))
    with pytest.raises(NotFound):
        spool.file(unknown)
    spool.remove(unknown)


def test_a_removed_upload_is_gone(spool: UploadSpool) -> None:
    upload = an_upload()
    spool.begin(upload)
    spool.append(upload.id, 0, io.BytesIO(b"0123456789"))
    spool.remove(upload.id)
    spool.remove(upload.id)
    with pytest.raises(NotFound):
        spool.upload(upload.id)
    assert list(spool.whole()) == []


def test_an_upload_whose_file_was_moved_away_is_gone_and_can_be_removed(spool: UploadSpool, tmp_path: Path) -> None:
    upload = an_upload(3)
    spool.begin(upload)
    spool.append(upload.id, 0, io.BytesIO(b"012"))
    spool.file(upload.id).path.rename(tmp_path / "elsewhere")
    with pytest.raises(NotFound):
        spool.upload(upload.id)
    assert list(spool.whole()) == []
    spool.remove(upload.id)


def test_a_user_sees_the_own_half_done_uploads_newest_first(spool: UploadSpool) -> None:
    older, newer = an_upload(), an_upload(at=NOON + timedelta(minutes=1))
    whole, foreign = an_upload(3), an_upload(user_id="another")
    for upload in (older, newer, whole, foreign):
        spool.begin(upload)
    spool.append(whole.id, 0, io.BytesIO(b"012"))
    assert [upload.id for upload in spool.of_user("teacher")] == [newer.id, older.id]


def test_whole_uploads_of_everybody_are_listed_oldest_first(spool: UploadSpool) -> None:
    newer, older = an_upload(3, at=NOON + timedelta(minutes=1)), an_upload(3, user_id="another")
    for upload in (newer, older, an_upload()):
        spool.begin(upload)
    for upload in (newer, older):
        spool.append(upload.id, 0, io.BytesIO(b"012"))
    assert [upload.id for upload in spool.whole()] == [older.id, newer.id]


def test_old_uploads_are_removed_and_counted(spool: UploadSpool) -> None:
    old, young = an_upload(at=NOON - timedelta(days=8)), an_upload()
    spool.begin(old)
    spool.begin(young)
    assert spool.remove_older_than(NOON - timedelta(days=7)) == 1
    with pytest.raises(NotFound):
        spool.upload(old.id)
    assert spool.upload(young.id).offset == 0


def test_an_upload_that_is_being_sent_is_never_too_old(spool: UploadSpool) -> None:
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


def test_one_process_finishes_an_upload_while_others_wait(spool: UploadSpool) -> None:
    upload = an_upload(4)
    spool.begin(upload)
    with io.BytesIO(b"0123") as stream:
        spool.append(upload.id, 0, stream)
    outcome: list[object] = []

    def second() -> None:
        try:
            with spool.finishing(upload.id, 10):
                outcome.append("finished")
        except NotFound:
            outcome.append("too late")

    waiting = threading.Thread(target=second)
    with spool.finishing(upload.id) as file:
        assert file.path.read_bytes() == b"0123"
        with pytest.raises(Conflict), spool.finishing(upload.id):
            pass
        waiting.start()
        spool.remove(upload.id)
    waiting.join(10)
    assert outcome == ["too late"]


def test_an_upload_that_is_not_whole_cannot_be_finished(spool: UploadSpool) -> None:
    upload = an_upload()
    spool.begin(upload)
    with pytest.raises(NotFound), spool.finishing(upload.id):
        pass
