"""What uploads do in the bucket, and what is left of them when something fails."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from botocore.stub import Stubber
from hypothesis import given
from hypothesis import strategies as st

from attendance.adapters.s3.bucket import Bucket
from attendance.adapters.s3.upload_record import part_size_for
from attendance.adapters.s3.uploads import S3Uploads, open_uploads
from attendance.adapters.upload_json import upload_to_json
from attendance.errors import Conflict, InvalidInput
from attendance.model import new_id
from attendance.ports import Upload
from attendance.settings import load_settings
from tests.faulty_client import FaultyClient
from tests.unit.s3_uploads import NOON, an_upload, objects, sent, whole, with_faults

MIB = 1 << 20


@pytest.fixture
def spool(bucket: Bucket) -> S3Uploads:
    return S3Uploads(bucket)


def test_an_upload_lies_below_its_id_and_is_encrypted(bucket: Bucket, spool: S3Uploads) -> None:
    upload = whole(spool)
    assert objects(bucket) == [f"{upload.id}/data", f"{upload.id}/details.json"]
    assert bucket.client.head_object(**bucket.at(f"uploads/{upload.id}/data"))["ServerSideEncryption"] == "AES256"
    record = bucket.client.get_object(**bucket.at(f"uploads/{upload.id}/details.json"))
    assert record["ServerSideEncryption"] == "AES256"
    assert json.loads(record["Body"].read())["details"]["filename"] == "강의 1.mp4"


def test_a_whole_upload_is_a_file_that_services_of_aws_can_read(spool: S3Uploads) -> None:
    upload = whole(spool)
    assert spool.file(upload.id).place == f"s3://class-media/rollcall/uploads/{upload.id}/data"


def test_parts_have_8_mib_and_the_last_one_the_rest(spool: S3Uploads) -> None:
    upload = sent(spool, size=8 * MIB + 5)
    assert [(part.number, part.size) for part in spool.parts(upload.id)] == [(1, 8 * MIB), (2, 5)]
    spool.complete(upload.id)
    assert spool.file(upload.id).size() == 8 * MIB + 5


@given(size=st.integers(0, 5 << 40))
def test_no_file_has_more_parts_than_s3_takes(size: int) -> None:
    part = part_size_for(size)
    assert 8 * MIB <= part <= 5 << 30
    assert part % MIB == 0
    assert -(-size // part) <= 9000


def test_a_lecture_of_10_gb_goes_in_parts_of_8_mib() -> None:
    assert part_size_for(10_000_000_000) == 8 * MIB


def test_the_size_of_a_part_is_signed_with_its_link(spool: S3Uploads) -> None:
    upload = an_upload(8 * MIB + 5)
    spool.begin(upload)
    for link in spool.part_links(upload.id, [1, 2], seconds=90).values():
        asked = parse_qs(urlsplit(link).query)
        assert asked["X-Amz-SignedHeaders"] == ["content-length;host"]
        assert asked["X-Amz-Expires"] == ["90"]
        assert not [name for name in asked if "checksum" in name.lower()]


@pytest.mark.parametrize("number", [True, 1.5, "1"])
def test_the_number_of_a_part_is_a_whole_number(spool: S3Uploads, number: Any) -> None:
    upload = an_upload()
    spool.begin(upload)
    with pytest.raises(InvalidInput, match=r"^The parts of this upload are numbered from 1 to 1\.$"):
        spool.part_links(upload.id, [number])


def test_a_part_of_a_wrong_size_is_not_counted_and_asked_for_again(bucket: Bucket, spool: S3Uploads) -> None:
    upload = an_upload(8 * MIB + 5)
    spool.begin(upload)
    requests.put(spool.part_links(upload.id, [2])[2], data=b"123456", timeout=10).raise_for_status()
    assert spool.parts(upload.id) == []
    assert spool.upload(upload.id).offset == 0
    with pytest.raises(Conflict, match=r"^8388613 bytes of this upload are missing: send part 1, 2\.$"):
        spool.complete(upload.id)


def test_parts_come_from_all_pages(bucket: Bucket, spool: S3Uploads) -> None:
    upload = an_upload(3 * 8 * MIB)
    spool.begin(upload)
    record = bucket.client.get_object(**bucket.at(f"uploads/{upload.id}/details.json"))
    multipart = json.loads(record["Body"].read())["multipart"]
    where = {**bucket.at(f"uploads/{upload.id}/data"), "UploadId": multipart}
    pages = [[1, 2], [3]]
    client = FaultyClient(bucket.client)
    with Stubber(bucket.client) as stub:
        body = json.dumps(_record_words(upload, multipart)).encode()
        stub.add_response("get_object", {"Body": _Body(body), "ETag": '"x"'})
        for number, page in enumerate(pages):
            more = number + 1 < len(pages)
            parts = [{"PartNumber": one, "Size": 8 * MIB, "ETag": '"x"'} for one in page]
            answer = {"Parts": parts, "IsTruncated": more, **({"NextPartNumberMarker": page[-1]} if more else {})}
            stub.add_response("list_parts", answer, {**where, **({"PartNumberMarker": 2} if number else {})})
        found = S3Uploads(replace(bucket, client=client)).parts(upload.id)
    assert [part.number for part in found] == [1, 2, 3]


class _Body:
    def __init__(self, data: bytes) -> None:
        self._data = data

    def read(self) -> bytes:
        return self._data


def _record_words(upload: Upload, multipart: str) -> dict[str, object]:
    return {
        **upload_to_json(upload),
        "refusal": None,
        "multipart": multipart,
        "part_size": 8 * MIB,
    }


def test_looking_for_whole_uploads_takes_one_request_where_there_are_none(bucket: Bucket, spool: S3Uploads) -> None:
    for _ in range(3):
        sent(spool)
    watched, client = with_faults(bucket)
    assert watched.whole() == []
    assert client.calls["get_object"] == 0


def test_bytes_without_a_record_go_once_they_are_old(bucket: Bucket, spool: S3Uploads) -> None:
    orphan, kept = new_id(), whole(spool)
    bucket.client.put_object(**bucket.at(f"uploads/{orphan}/data"), Body=b"x")
    bucket.client.put_object(**bucket.at("uploads/strange"), Body=b"x")
    now = datetime.now(UTC)
    assert spool.remove_older_than(NOON - timedelta(days=7)) == 0
    assert len(objects(bucket)) == 4
    with spool.finishing(kept.id):
        spool.remove_older_than(now + timedelta(minutes=1))
    assert objects(bucket) == sorted([f"{kept.id}/data", f"{kept.id}/details.json", "strange"])


def test_the_setting_opens_the_bucket(bucket: Bucket, spool: S3Uploads) -> None:
    upload = sent(spool)
    assert open_uploads(f"s3://{bucket.name}/rollcall", load_settings({})).upload(upload.id).offset == 4
