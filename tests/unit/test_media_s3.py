"""What the media store does in a bucket, and what it makes of the bucket's failures."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from boto3.s3.transfer import TransferConfig

from attendance.adapters.s3 import media as media_s3
from attendance.adapters.s3.bucket import Bucket, open_bucket
from attendance.adapters.s3.media import S3Media, open_media
from attendance.disk.files import DiskFile
from attendance.errors import NotFound, OutOfSpace, ServiceUnavailable, SettingsError
from attendance.media_keys import evidence_key, recording_key
from attendance.model import new_id
from attendance.settings import load_settings
from tests.faulty_client import refusal
from tests.unit.s3_media import with_faults


@pytest.fixture
def media(bucket: Bucket) -> S3Media:
    return S3Media(bucket)


@pytest.fixture
def key() -> str:
    return evidence_key(new_id())


def a_file(folder: Path, data: bytes = b"video") -> DiskFile:
    (folder / "upload").write_bytes(data)
    return DiskFile(folder / "upload")


def uploaded(bucket: Bucket, data: bytes) -> Any:
    """A file that came straight into the bucket."""
    bucket.client.put_object(**bucket.at("uploads/x/data"), Body=data)
    return media_s3.S3File(bucket, "uploads/x/data")


def test_everything_is_encrypted_typed_and_without_an_acl(bucket: Bucket, tmp_path: Path) -> None:
    media, client = with_faults(bucket)
    picture, sent, copied = evidence_key(new_id()), recording_key(new_id(), ".mp4"), recording_key(new_id(), ".webm")
    media.put(picture, b"x")
    media.put_file(sent, a_file(tmp_path))
    media.put_file(copied, uploaded(bucket, b"video"))
    for key, kind in ((picture, "image/jpeg"), (sent, "video/mp4"), (copied, "video/webm")):
        found = bucket.client.head_object(**bucket.at(key))
        assert (found["ServerSideEncryption"], found["ContentType"]) == ("AES256", kind)
    asked = [
        {**parameters, **parameters.get("ExtraArgs", {})}
        for name, parameters in client.asked
        if name in ("put_object", "upload_fileobj", "copy")
    ]
    assert len(asked) == 3
    assert all(one["ServerSideEncryption"] == "AES256" and "ACL" not in one for one in asked)


def test_all_lies_below_the_prefix(bucket: Bucket, media: S3Media, key: str) -> None:
    media.put(key, b"mine")
    other = S3Media(replace(bucket, prefix="another/"))
    assert list(other.keys()) == []
    other.put(key, b"theirs")
    assert media.read(key) == b"mine"
    names = [one["Key"] for one in bucket.client.list_objects_v2(Bucket=bucket.name)["Contents"]]
    assert names == [f"another/{key}", f"rollcall/{key}"]


def test_a_file_in_the_bucket_is_copied_there_and_its_source_goes(
    bucket: Bucket, media: S3Media, tmp_path: Path
) -> None:
    key = recording_key(new_id(), ".mp4")
    source = uploaded(bucket, b"video")
    faulty, client = with_faults(bucket)
    faulty.put_file(key, source)
    assert media.read(key) == b"video"
    assert not source.exists()
    assert client.calls["get_object"] == client.calls["put_object"] == 0


def test_a_large_file_is_copied_in_parts(bucket: Bucket, media: S3Media, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(media_s3, "TRANSFER", TransferConfig(multipart_threshold=5 << 20, multipart_chunksize=5 << 20))
    data = os.urandom(11 << 20)
    key = recording_key(new_id(), ".mp4")
    media.put_file(key, uploaded(bucket, data))
    found = bucket.client.head_object(**bucket.at(key))
    assert found["ETag"].endswith('-3"')
    assert (found["ServerSideEncryption"], found["ContentType"]) == ("AES256", "video/mp4")
    assert media.read(key) == data


def test_a_file_larger_than_s3_copies_at_once_goes_in_parts() -> None:
    assert media_s3.TRANSFER.multipart_threshold <= 5_000_000_000
    assert 10_000 * media_s3.TRANSFER.multipart_chunksize > 500_000_000_000


def test_a_source_stays_where_its_copy_fails(bucket: Bucket) -> None:
    source, key = uploaded(bucket, b"video"), recording_key(new_id(), ".mp4")
    media, _ = with_faults(bucket, copy=[refusal("AccessDenied", 403, "CopyObject")])
    with pytest.raises(ServiceUnavailable, match=r"may not do CopyObject"):
        media.put_file(key, source)
    assert source.exists()
    assert list(media.keys()) == []


def test_a_file_of_this_disk_stays_where_sending_it_fails(bucket: Bucket, tmp_path: Path) -> None:
    source = a_file(tmp_path)
    media, _ = with_faults(bucket, upload_fileobj=[refusal("ExpiredToken", 400, "PutObject")])
    with pytest.raises(ServiceUnavailable, match=r"^AWS refused: the credentials have expired\.$"):
        media.put_file(recording_key(new_id(), ".mp4"), source)
    assert source.exists()
    assert list(media.keys()) == []


def test_a_missing_file_cannot_be_moved_in(bucket: Bucket, media: S3Media, tmp_path: Path) -> None:
    gone = uploaded(bucket, b"video")
    bucket.delete([gone.key])
    for source in (DiskFile(tmp_path / "nowhere"), gone):
        with pytest.raises(NotFound):
            media.put_file(recording_key(new_id(), ".mp4"), source)
    assert list(media.keys()) == []


def test_keys_come_from_all_pages(media: S3Media, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MOTO_S3_DEFAULT_MAX_KEYS", "2")
    keys = sorted(evidence_key(new_id()) for _ in range(5))
    for key in keys:
        media.put(key, b"x")
    assert list(media.keys()) == keys


def test_what_lies_below_the_prefix_and_is_no_media_is_not_listed(bucket: Bucket, media: S3Media, key: str) -> None:
    media.put(key, b"x")
    uploaded(bucket, b"video")
    bucket.client.put_object(**bucket.at("photos/strange.jpg"), Body=b"x")
    assert list(media.keys()) == [key]


def test_many_are_deleted_in_few_requests(bucket: Bucket) -> None:
    media, client = with_faults(bucket)
    keys = [evidence_key(new_id()) for _ in range(1500)]
    kept = evidence_key(new_id())
    for key in (keys[0], keys[-1], kept):
        media.put(key, b"x")
    media.delete(keys)
    assert list(media.keys()) == [kept]
    assert client.calls["delete_objects"] == 2


def test_one_that_may_not_be_deleted_is_an_error(bucket: Bucket, key: str) -> None:
    refused = {"Errors": [{"Key": key, "Code": "AccessDenied", "Message": "Access Denied"}]}
    media, _ = with_faults(bucket, delete_objects=[lambda call, **_: refused])
    with pytest.raises(ServiceUnavailable, match=r"may not do DeleteObject;"):
        media.delete([key])


def test_a_link_gives_ranges_inline_and_for_this_browser_only(media: S3Media) -> None:
    key = recording_key(new_id(), ".mp4")
    media.put(key, b"0123456789")
    answer = requests.get(media.url(key), headers={"Range": "bytes=2-4"}, timeout=10)
    assert (answer.status_code, answer.content) == (206, b"234")
    assert answer.headers["Content-Type"] == "video/mp4"
    assert answer.headers["Content-Disposition"] == "inline"
    assert answer.headers["Cache-Control"] == "private, max-age=300"


def test_a_link_ends_and_is_signed_for_the_buckets_own_region(media: S3Media, key: str) -> None:
    link = urlsplit(media.url(key, seconds=60))
    asked = parse_qs(link.query)
    assert asked["X-Amz-Algorithm"] == ["AWS4-HMAC-SHA256"]
    assert asked["X-Amz-Expires"] == ["60"]
    assert link.netloc == "class-media.s3.ap-northeast-2.amazonaws.com"
    assert media.origins == ("https://class-media.s3.ap-northeast-2.amazonaws.com",)


@pytest.mark.parametrize("endpoint", ["http://127.0.0.1:9000", "http://localhost:9000", "https://minio.example.org"])
def test_links_go_to_another_endpoint_where_one_is_set(
    bucket: Bucket, key: str, endpoint: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", endpoint)
    media = S3Media(open_bucket("s3://class-media"))
    assert media.url(key).startswith(f"{endpoint}/class-media/evidence/")
    assert media.origins == (endpoint,)


def test_a_copy_on_the_disk_goes_afterwards(media: S3Media, key: str) -> None:
    media.put(key, b"picture")
    with media.local_path(key) as path:
        assert path.parent.stat().st_mode & 0o077 == 0
    assert not path.parent.exists()


def test_a_copy_that_does_not_fit_the_disk_is_refused(
    media: S3Media, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    media.put(key, b"picture")
    monkeypatch.setattr("attendance.adapters.s3.media._RESERVE_BYTES", 10**18)
    with pytest.raises(OutOfSpace, match=r"^There is no room on this machine for a copy"), media.local_path(key):
        pass


def test_services_of_aws_are_told_the_place(media: S3Media, key: str) -> None:
    media.put(key, b"picture")
    assert media.file(key).place == f"s3://class-media/rollcall/{key}"


@pytest.mark.parametrize("value", ["s3:", "s3://", "s3://Bad_Name", "s3://a", "s3://class-media/../x", "s3://b//c"])
def test_a_setting_that_names_no_bucket_stops_the_start(value: str) -> None:
    with pytest.raises(SettingsError, match=r"but must name a bucket, such as s3://class-media"):
        open_media(value, load_settings({}))


@pytest.mark.parametrize(
    ("value", "prefix"),
    [("s3://class-media", ""), ("s3://class-media/", ""), ("s3://class-media/a/b", "a/b/"), ("s3://x.y/a/", "a/")],
)
def test_the_prefix_is_what_follows_the_bucket(value: str, prefix: str) -> None:
    assert open_bucket(value, client=object()).prefix == prefix


def test_the_setting_opens_the_bucket(bucket: Bucket, key: str) -> None:
    opened = open_media(f"s3://{bucket.name}/rollcall", load_settings({}))
    opened.put(key, b"picture")
    assert S3Media(bucket).read(key) == b"picture"
