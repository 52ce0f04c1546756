"""What every MediaStore keeps to."""

import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from attendance.adapters.folder.media import FolderMedia
from attendance.adapters.s3.media import S3Media
from attendance.disk.files import DiskFile
from attendance.errors import InvalidInput, NotFound
from attendance.media_keys import evidence_key, photo_keys, recording_key
from attendance.model import new_id
from attendance.ports import MediaStore
from tests.fakes.media import FakeMedia
from tests.moto_bucket import open_moto_bucket


@pytest.fixture(params=["folder", "fake", "s3"])
def media(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[MediaStore]:
    if request.param == "folder":
        yield FolderMedia(tmp_path / "media")
    elif request.param == "fake":
        yield FakeMedia()
    else:
        yield from map(S3Media, open_moto_bucket())


@pytest.fixture
def key() -> str:
    return evidence_key(new_id())


def test_what_was_put_can_be_read(media: MediaStore, key: str) -> None:
    media.put(key, b"picture")
    assert media.read(key) == b"picture"
    assert media.size(key) == 7


def test_put_replaces(media: MediaStore, key: str) -> None:
    media.put(key, b"a longer first one")
    media.put(key, b"second")
    assert media.read(key) == b"second"


def test_an_empty_file_is_a_file(media: MediaStore, key: str) -> None:
    media.put(key, b"")
    assert media.size(key) == 0
    assert media.read(key) == b""


def test_the_file_of_a_key_is_what_was_stored(media: MediaStore, key: str) -> None:
    media.put(key, b"picture")
    file = media.file(key)
    assert file.exists()
    assert file.size() == 7
    with file.open() as stream:
        stream.seek(-3, os.SEEK_END)
        assert stream.read() == b"ure"
    with file.local_path() as path:
        assert path.read_bytes() == b"picture"


def test_the_file_of_a_missing_key_is_not_found(media: MediaStore, key: str) -> None:
    with pytest.raises(NotFound):
        media.file(key)


def test_a_file_that_was_deleted_since_is_not_there(media: MediaStore, key: str) -> None:
    media.put(key, b"picture")
    file = media.file(key)
    media.delete([key])
    assert not file.exists()
    with pytest.raises(NotFound):
        file.size()
    with pytest.raises(NotFound):
        file.open()


def test_origins_are_those_of_the_links(media: MediaStore, key: str) -> None:
    link = media.url(key)
    assert list(media.origins) == ([link.split(".com/")[0] + ".com"] if link else [])


def test_put_file_moves_the_file_in(media: MediaStore, tmp_path: Path) -> None:
    key = recording_key(new_id(), ".mp4")
    source = tmp_path / "upload"
    source.write_bytes(b"video" * 100_000)
    media.put_file(key, DiskFile(source))
    assert media.read(key) == b"video" * 100_000
    assert not source.exists()


def test_a_file_that_is_gone_cannot_be_moved_in(media: MediaStore, key: str, tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        media.put_file(key, DiskFile(tmp_path / "gone"))
    assert list(media.keys()) == []


def test_a_stream_can_be_searched_for_a_range(media: MediaStore, key: str) -> None:
    media.put(key, b"0123456789")
    with media.open(key) as stream:
        stream.seek(4)
        assert stream.read(3) == b"456"


def test_a_local_path_holds_the_bytes(media: MediaStore, key: str) -> None:
    media.put(key, b"picture")
    with media.local_path(key) as path:
        assert path.read_bytes() == b"picture"
        assert path.suffix == ".jpg"


@pytest.mark.parametrize("method", ["read", "open", "size"])
def test_a_missing_file_is_not_found(media: MediaStore, key: str, method: str) -> None:
    with pytest.raises(NotFound):
        getattr(media, method)(key)


def test_a_missing_file_has_no_local_path(media: MediaStore, key: str) -> None:
    with pytest.raises(NotFound), media.local_path(key):
        pass


def test_what_was_deleted_is_gone_and_the_missing_are_passed_over(media: MediaStore, key: str) -> None:
    other = evidence_key(new_id())
    media.put(key, b"picture")
    media.put(other, b"kept")
    media.delete([evidence_key(new_id()), key, key])
    assert list(media.keys()) == [other]
    with pytest.raises(NotFound):
        media.read(key)


def test_keys_are_sorted_and_filtered_by_their_beginning(media: MediaStore) -> None:
    student, recording = new_id(), new_id()
    photo, thumbnail = photo_keys(student)
    pictures = [evidence_key(recording) for _ in range(3)]
    for key in (thumbnail, photo, *pictures, evidence_key(new_id())):
        media.put(key, b"x")
    assert list(media.keys(f"evidence/{recording}/")) == sorted(pictures)
    assert list(media.keys("photos/")) == sorted([photo, thumbnail])
    assert list(media.keys(photo.removesuffix(".jpg"))) == sorted([photo, thumbnail])
    assert list(media.keys("pho")) == sorted([photo, thumbnail])
    assert list(media.keys()) == sorted(media.keys())
    assert len(list(media.keys())) == 6
    assert list(media.keys("../")) == []


HOSTILE_KEYS = [
    "",
    "../outside.jpg",
    "/etc/passwd",
    "photos/../../outside.jpg",
    f"photos/{'a' * 32}/../{'b' * 32}.jpg",
    f"photos/{'a' * 32}/{'b' * 32}.jpg\n",
    f"photos/{'a' * 32}/{'b' * 32}.jpg/x",
    f"secrets/{'a' * 32}/{'b' * 32}.jpg",
]


@pytest.mark.parametrize("hostile", HOSTILE_KEYS)
def test_a_key_that_is_none_of_ours_is_refused_everywhere(media: MediaStore, hostile: str, tmp_path: Path) -> None:
    source = tmp_path / "upload"
    source.write_bytes(b"x")
    attempts: list[Callable[[], object]] = [
        lambda: media.put(hostile, b"x"),
        lambda: media.put_file(hostile, DiskFile(source)),
        lambda: media.read(hostile),
        lambda: media.open(hostile),
        lambda: media.size(hostile),
        lambda: media.file(hostile),
        lambda: media.delete([hostile]),
        lambda: media.url(hostile),
        lambda: media.local_path(hostile).__enter__(),
    ]
    for attempt in attempts:
        with pytest.raises(InvalidInput):
            attempt()
    assert source.exists()
    assert list(media.keys()) == []


def test_a_link_is_an_address_or_nothing(media: MediaStore, key: str) -> None:
    media.put(key, b"picture")
    link = media.url(key, seconds=60)
    assert link is None or link.startswith("http")


def test_keys_may_be_limited_to_those_stored_before_a_moment(media: MediaStore, key: str, tmp_path: Path) -> None:
    moved, source = recording_key(new_id(), ".mp4"), tmp_path / "upload"
    source.write_bytes(b"video")
    os.utime(source, (0, 0))  # an old file that is moved in now is stored now
    media.put(key, b"picture")
    media.put_file(moved, DiskFile(source))
    now = datetime.now(UTC)
    assert list(media.keys(stored_before=now + timedelta(minutes=1))) == sorted([key, moved])
    assert list(media.keys(stored_before=now - timedelta(minutes=1))) == []
    assert list(media.keys("evidence/", stored_before=now + timedelta(minutes=1))) == [key]
