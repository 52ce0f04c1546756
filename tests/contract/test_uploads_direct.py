"""What every DirectUploads keeps to beside the suite of all spools: bytes go past the site, in parts, in any order."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from attendance.errors import Conflict, InvalidInput, NotFound
from attendance.model import new_id
from attendance.ports import DirectUploads, UploadPart
from tests.contract.samples import STORED_SENTENCE
from tests.contract.uploads_kits import DIRECT, NOON, an_upload, content, open_spool, send, send_part
from tests.sending import TEACHER


@pytest.fixture(params=DIRECT)
def spool(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[DirectUploads]:
    for opened in open_spool(request.param, tmp_path):
        assert opened.direct is opened
        assert opened.appended is None
        yield opened.direct


def begun_in_parts(spool: DirectUploads, count: int) -> tuple[str, list[bytes]]:
    """An upload of so many parts, the last of one byte."""
    probe = an_upload()
    spool.begin(probe)
    size = spool.part_size(probe.id)
    spool.remove(probe.id)
    upload = an_upload(size * (count - 1) + 1)
    spool.begin(upload)
    assert spool.part_size(upload.id) == size
    return upload.id, [*(bytes([65 + number]) * size for number in range(count - 1)), b"!"]


def test_parts_may_come_in_any_order(spool: DirectUploads) -> None:
    upload_id, chunks = begun_in_parts(spool, 3)
    for number in (3, 1, 2):
        send_part(spool, upload_id, number, chunks[number - 1])
    spool.complete(upload_id)
    assert content(spool.file(upload_id)) == b"".join(chunks)


def test_those_that_have_come_are_told_so_that_a_browser_can_go_on(spool: DirectUploads) -> None:
    upload_id, chunks = begun_in_parts(spool, 3)
    assert list(spool.parts(upload_id)) == []
    send_part(spool, upload_id, 3, chunks[2])
    send_part(spool, upload_id, 1, chunks[0])
    assert list(spool.parts(upload_id)) == [UploadPart(1, len(chunks[0])), UploadPart(3, 1)]
    assert spool.upload(upload_id).offset == len(chunks[0]) + 1


def test_a_part_that_is_sent_again_replaces_itself(spool: DirectUploads) -> None:
    upload_id, chunks = begun_in_parts(spool, 2)
    send_part(spool, upload_id, 1, b"x" * len(chunks[0]))
    for number, chunk in enumerate(chunks, 1):
        send_part(spool, upload_id, number, chunk)
    assert spool.upload(upload_id).offset == len(chunks[0]) + 1
    spool.complete(upload_id)
    assert content(spool.file(upload_id)) == b"".join(chunks)


def test_an_upload_with_missing_parts_is_not_completed_and_can_go_on(spool: DirectUploads) -> None:
    upload_id, chunks = begun_in_parts(spool, 3)
    send_part(spool, upload_id, 2, chunks[1])
    with pytest.raises(Conflict):
        spool.complete(upload_id)
    with pytest.raises(NotFound):
        spool.file(upload_id)
    assert [part.number for part in spool.parts(upload_id)] == [2]
    send_part(spool, upload_id, 1, chunks[0])
    send_part(spool, upload_id, 3, chunks[2])
    spool.complete(upload_id)
    assert content(spool.file(upload_id)) == b"".join(chunks)


def test_an_upload_is_not_whole_before_it_is_completed(spool: DirectUploads) -> None:
    upload_id, chunks = begun_in_parts(spool, 2)
    for number, chunk in enumerate(chunks, 1):
        send_part(spool, upload_id, number, chunk)
    assert list(spool.whole()) == []
    assert [one.id for one in spool.of_sender(TEACHER)] == [upload_id]
    with pytest.raises(NotFound), spool.finishing(upload_id):
        pass
    spool.complete(upload_id)
    assert [one.id for one in spool.whole()] == [upload_id]
    assert list(spool.of_sender(TEACHER)) == []


def test_a_part_of_a_wrong_size_does_not_make_an_upload_whole(spool: DirectUploads) -> None:
    upload_id, chunks = begun_in_parts(spool, 2)
    send_part(spool, upload_id, 1, chunks[0][:-1])
    send_part(spool, upload_id, 2, chunks[1])
    with pytest.raises(Conflict):
        spool.complete(upload_id)
    assert list(spool.whole()) == []


def test_completing_again_changes_nothing(spool: DirectUploads) -> None:
    upload_id, chunks = begun_in_parts(spool, 2)
    send(spool, upload_id, b"".join(chunks))
    spool.complete(upload_id)
    assert [part.number for part in spool.parts(upload_id)] == [1, 2]
    assert content(spool.file(upload_id)) == b"".join(chunks)


@pytest.mark.parametrize("number", [0, -1, 3, 10_001])
def test_there_are_links_only_for_parts_that_the_upload_has(spool: DirectUploads, number: int) -> None:
    upload_id, _ = begun_in_parts(spool, 2)
    with pytest.raises(InvalidInput):
        spool.part_links(upload_id, [1, number])
    assert sorted(spool.part_links(upload_id, [1, 2])) == [1, 2]


def test_links_are_addresses_that_differ(spool: DirectUploads) -> None:
    upload_id, _ = begun_in_parts(spool, 2)
    links = spool.part_links(upload_id, [1, 2], seconds=60)
    assert all(link.startswith("https://") for link in links.values())
    assert len(set(links.values())) == 2


def test_an_unknown_upload_has_no_parts(spool: DirectUploads) -> None:
    for unknown in (new_id(), "..", "../uploads"):
        with pytest.raises(NotFound):
            spool.part_size(unknown)
        with pytest.raises(NotFound):
            spool.parts(unknown)
        with pytest.raises(NotFound):
            spool.part_links(unknown, [1])
        with pytest.raises(NotFound):
            spool.complete(unknown)
        spool.refuse(unknown, "It is no video.")


def test_an_upload_that_was_refused_keeps_the_reason_and_not_the_bytes(spool: DirectUploads) -> None:
    upload = an_upload(20)
    spool.begin(upload)
    send(spool, upload.id, bytes(20))
    with spool.finishing(upload.id):
        spool.refuse(upload.id, STORED_SENTENCE)
    refused = spool.upload(upload.id)
    assert (refused.refusal, refused.offset, refused.purpose) == (STORED_SENTENCE, 0, upload.purpose)
    assert [one.id for one in spool.of_sender(TEACHER)] == [upload.id]
    assert list(spool.whole()) == []
    assert list(spool.parts(upload.id)) == []
    with pytest.raises(NotFound):
        spool.file(upload.id)
    with pytest.raises(NotFound), spool.finishing(upload.id):
        pass


def test_a_refused_upload_can_be_removed_and_grows_old(spool: DirectUploads) -> None:
    uploads = [an_upload(3, at=NOON - timedelta(days=8)) for _ in range(2)]
    for upload in uploads:
        spool.begin(upload)
        send(spool, upload.id, b"012")
        spool.refuse(upload.id, "It is no video.")
    spool.remove(uploads[0].id)
    with pytest.raises(NotFound):
        spool.upload(uploads[0].id)
    assert spool.remove_older_than(NOON) == 1
    assert list(spool.of_sender(TEACHER)) == []
