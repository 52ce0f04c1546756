"""What every UploadSpool keeps to, however its bytes come."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from attendance.errors import AlreadyExists, Conflict, NotFound
from attendance.model import Sender
from attendance.ports import UploadSpool
from tests.contract.uploads_kits import (
    APPENDED,
    DIRECT,
    NOON,
    an_upload,
    content,
    move_away,
    open_spool,
    send,
)
from tests.sending import TEACHER


@pytest.fixture(params=[*APPENDED, *DIRECT])
def spool(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[UploadSpool]:
    yield from open_spool(request.param, tmp_path)


def test_an_upload_begins_empty_and_keeps_its_details(spool: UploadSpool) -> None:
    upload = an_upload()
    spool.begin(upload)
    assert spool.upload(upload.id) == upload


def test_an_upload_whose_bytes_have_come_is_whole(spool: UploadSpool) -> None:
    upload = an_upload(50)
    spool.begin(upload)
    send(spool, upload.id, bytes(range(50)))
    assert spool.upload(upload.id).offset == 50
    file = spool.file(upload.id)
    assert file.exists()
    assert file.size() == 50
    assert content(file) == bytes(range(50))


def test_the_file_of_an_upload_that_is_not_whole_is_not_found(spool: UploadSpool) -> None:
    upload = an_upload(10)
    spool.begin(upload)
    with pytest.raises(NotFound):
        spool.file(upload.id)


@pytest.mark.parametrize("whole", [False, True])
def test_an_id_begins_only_once(spool: UploadSpool, whole: bool) -> None:
    upload = an_upload(10)
    spool.begin(upload)
    if whole:
        send(spool, upload.id, b"0123456789")
    with pytest.raises(AlreadyExists):
        spool.begin(upload)
    if not whole:
        send(spool, upload.id, b"0123456789")
    assert spool.upload(upload.id).offset == 10
    assert content(spool.file(upload.id)) == b"0123456789"


@pytest.mark.parametrize("unknown", ["0" * 32, "", "..", "../uploads", "a/b", "A" * 32])
def test_an_unknown_upload_is_not_found(spool: UploadSpool, unknown: str) -> None:
    with pytest.raises(NotFound):
        spool.upload(unknown)
    with pytest.raises(NotFound):
        spool.file(unknown)
    with pytest.raises(NotFound), spool.finishing(unknown):
        pass
    spool.remove(unknown)


def test_a_removed_upload_is_gone(spool: UploadSpool) -> None:
    upload = an_upload()
    spool.begin(upload)
    send(spool, upload.id, b"0123456789")
    spool.remove(upload.id)
    spool.remove(upload.id)
    with pytest.raises(NotFound):
        spool.upload(upload.id)
    assert list(spool.whole()) == []


def test_an_upload_whose_file_was_moved_away_is_gone_and_can_be_removed(spool: UploadSpool, tmp_path: Path) -> None:
    upload = an_upload(3)
    spool.begin(upload)
    send(spool, upload.id, b"012")
    move_away(spool.file(upload.id), tmp_path)
    with pytest.raises(NotFound):
        spool.upload(upload.id)
    assert list(spool.whole()) == []
    spool.remove(upload.id)


def test_a_user_sees_the_own_half_done_uploads_newest_first(spool: UploadSpool) -> None:
    older, newer = an_upload(), an_upload(at=NOON + timedelta(minutes=1))
    whole, foreign = an_upload(3), an_upload(sender=Sender(user_id="another"))
    for upload in (older, newer, whole, foreign):
        spool.begin(upload)
    send(spool, whole.id, b"012")
    assert [upload.id for upload in spool.of_sender(TEACHER)] == [newer.id, older.id]


def test_whole_uploads_of_everybody_are_listed_oldest_first(spool: UploadSpool) -> None:
    newer, older = an_upload(3, at=NOON + timedelta(minutes=1)), an_upload(3, sender=Sender(user_id="another"))
    for upload in (newer, older, an_upload()):
        spool.begin(upload)
    for upload in (newer, older):
        send(spool, upload.id, b"012")
    assert [upload.id for upload in spool.whole()] == [older.id, newer.id]


def test_old_uploads_are_removed_and_counted(spool: UploadSpool) -> None:
    old, young = an_upload(at=NOON - timedelta(days=8)), an_upload()
    spool.begin(old)
    spool.begin(young)
    assert spool.remove_older_than(NOON - timedelta(days=7)) == 1
    with pytest.raises(NotFound):
        spool.upload(old.id)
    assert spool.upload(young.id).offset == 0


def test_one_process_finishes_an_upload_while_others_wait(spool: UploadSpool) -> None:
    upload = an_upload(4)
    spool.begin(upload)
    send(spool, upload.id, b"0123")
    outcome: list[object] = []

    def second() -> None:
        try:
            with spool.finishing(upload.id, 10):
                outcome.append("finished")
        except NotFound:
            outcome.append("too late")

    waiting = threading.Thread(target=second)
    with spool.finishing(upload.id) as file:
        assert content(file) == b"0123"
        with pytest.raises(Conflict), spool.finishing(upload.id):
            pass
        waiting.start()
        spool.remove(upload.id)
    waiting.join(10)
    assert outcome == ["too late"]


def test_whoever_waits_finishes_what_another_has_given_up(spool: UploadSpool) -> None:
    upload = an_upload(4)
    spool.begin(upload)
    send(spool, upload.id, b"0123")
    with pytest.raises(ZeroDivisionError), spool.finishing(upload.id):
        raise ZeroDivisionError
    with spool.finishing(upload.id) as file:
        assert content(file) == b"0123"


def test_an_upload_that_is_being_finished_is_never_too_old(spool: UploadSpool) -> None:
    upload = an_upload(4, at=NOON - timedelta(days=8))
    spool.begin(upload)
    send(spool, upload.id, b"0123")
    with spool.finishing(upload.id):
        assert spool.remove_older_than(NOON) == 0
    assert spool.upload(upload.id).offset == 4
    assert spool.remove_older_than(NOON) == 1


def test_an_upload_that_is_not_whole_cannot_be_finished(spool: UploadSpool) -> None:
    upload = an_upload()
    spool.begin(upload)
    with pytest.raises(NotFound), spool.finishing(upload.id):
        pass
