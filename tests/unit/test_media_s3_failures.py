"""What the media store makes of a bucket that fails: another try, or one plain sentence."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from attendance.adapters.s3.bucket import Bucket
from attendance.adapters.s3.media import S3File, S3Media
from attendance.disk.files import DiskFile
from attendance.errors import NotFound, ServiceUnavailable
from attendance.media_keys import evidence_key, recording_key
from attendance.model import new_id
from tests.faulty_client import answer_with, refusal
from tests.unit.s3_media import with_faults


@pytest.fixture
def media(bucket: Bucket) -> S3Media:
    return S3Media(bucket)


@pytest.fixture
def key() -> str:
    return evidence_key(new_id())


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """botocore tries again without waiting."""
    monkeypatch.setattr("botocore.retries.standard.ExponentialBackoff.delay_amount", lambda self, context: 0)


def test_a_file_that_the_bucket_does_not_know_yet_is_asked_for_again(bucket: Bucket, key: str) -> None:
    S3Media(bucket).put(key, b"picture")
    media, client = with_faults(bucket)
    file = media.file(key)
    client.faults = {"head_object": [refusal("404", 404)], "get_object": [refusal("NoSuchKey", 404)] * 2}
    assert file.exists()
    assert file.size() == 7
    with file.open() as stream:
        assert stream.read() == b"picture"


def test_a_file_that_never_comes_is_not_found_at_last(bucket: Bucket, key: str) -> None:
    media, client = with_faults(bucket)
    with pytest.raises(NotFound):
        media.file(key)
    assert client.calls["head_object"] == 3


def test_a_page_that_asks_for_a_missing_picture_does_not_wait(bucket: Bucket, key: str) -> None:
    media, client = with_faults(bucket)
    with pytest.raises(NotFound):
        media.read(key)
    assert client.calls["get_object"] == 1


def test_a_missing_bucket_is_named(bucket: Bucket, key: str, tmp_path: Path) -> None:
    (tmp_path / "upload").write_bytes(b"video")
    source = DiskFile(tmp_path / "upload")
    media = S3Media(replace(bucket, name="no-such-bucket"))
    attempts = [
        lambda: media.put(key, b"x"),
        lambda: media.put_file(key, source),
        lambda: media.read(key),
        lambda: media.open(key),
        lambda: media.size(key),
        lambda: media.file(key),
        lambda: list(media.keys()),
        lambda: media.delete([key]),
    ]
    for attempt in attempts:
        with pytest.raises(ServiceUnavailable, match=r"^There is no bucket no-such-bucket: make it, or correct"):
            attempt()


def test_a_bucket_is_named_also_where_the_answer_says_only_404(bucket: Bucket, key: str) -> None:
    nothing = [refusal("404", 404, "HeadObject")]
    media, _ = with_faults(bucket, head_object=nothing, head_bucket=[refusal("404", 404, "HeadBucket")])
    with pytest.raises(ServiceUnavailable, match=r"^There is no bucket class-media: make it, or correct"):
        media.size(key)


@pytest.mark.usefixtures("at_once")
def test_a_bucket_that_has_too_much_to_do_is_asked_again(bucket: Bucket, media: S3Media, key: str) -> None:
    answered = answer_with(bucket.client, "PutObject", 503, "SlowDown", times=3)
    media.put(key, b"picture")
    assert len(answered) == 3
    assert media.read(key) == b"picture"


@pytest.mark.usefixtures("at_once")
def test_a_bucket_that_goes_on_having_too_much_to_do_is_given_up(bucket: Bucket, media: S3Media, key: str) -> None:
    answered = answer_with(bucket.client, "PutObject", 503, "SlowDown", times=100)
    with pytest.raises(ServiceUnavailable, match=r"^The media store has too much to do at this moment"):
        media.put(key, b"picture")
    assert len(answered) == 5


@pytest.mark.usefixtures("at_once")
def test_a_copy_whose_answer_is_an_error_in_disguise_is_made_again(bucket: Bucket, media: S3Media) -> None:
    answered = answer_with(bucket.client, "CopyObject", 200, "InternalError", times=1)
    key = recording_key(new_id(), ".mp4")
    bucket.client.put_object(**bucket.at("uploads/x/data"), Body=b"video")
    media.put_file(key, S3File(bucket, "uploads/x/data"))
    assert len(answered) == 1
    assert media.read(key) == b"video"


@pytest.mark.parametrize(
    ("status", "code", "sentence"),
    [
        (400, "ExpiredToken", r"^AWS refused: the credentials have expired\.$"),
        (403, "AccessDenied", r"^AWS refused: these credentials may not do GetObject; give their role this right\.$"),
        (403, "InvalidAccessKeyId", r"^AWS refused: it does not know these credentials\.$"),
    ],
)
def test_what_aws_refuses_is_said_plainly(
    bucket: Bucket, media: S3Media, key: str, status: int, code: str, sentence: str
) -> None:
    media.put(key, b"picture")
    answer_with(bucket.client, "GetObject", status, code, times=1)
    with pytest.raises(ServiceUnavailable, match=sentence):
        media.read(key)
