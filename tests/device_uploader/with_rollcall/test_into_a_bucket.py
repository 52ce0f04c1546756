"""Where the media are in a bucket, clips go straight there, in parts."""

from __future__ import annotations

from collections.abc import Iterator

import boto3
import pytest

from attendance.services import Services
from device_uploader.errors import Unreachable
from device_uploader.item import Item
from device_uploader.outbox import Outbox
from device_uploader.sending import Road, send_directly, words_about
from tests.device_uploader.conftest import send_all
from tests.device_uploader.with_rollcall.conftest import BLOCK, a_clip, stored
from tests.moto_server import moto_server


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """On a server of this machine that behaves as S3."""
    with moto_server() as address:
        for name, value in {
            "AWS_ENDPOINT_URL_S3": address,
            "AWS_REGION": "ap-northeast-2",
            "AWS_DEFAULT_REGION": "ap-northeast-2",
            "AWS_ACCESS_KEY_ID": "testing",
            "AWS_SECRET_ACCESS_KEY": "testing",
        }.items():
            monkeypatch.setenv(name, value)
        boto3.client("s3").create_bucket(
            Bucket="device-media", CreateBucketConfiguration={"LocationConstraint": "ap-northeast-2"}
        )
        yield "s3://device-media/school"


def send_nothing(road: Road, item: Item) -> int:
    """Begin the upload only; the size of its parts."""
    words = {**words_about(item, road.site_time), "size": item.size}
    return int(road.site.ask("POST", "/me/direct-uploads", json=words)["part_size"])


class TestWhereTheMediaAreInABucket:
    @pytest.fixture
    def environment(self, bucket: str) -> dict[str, str]:
        return {"ROLLCALL_MEDIA": bucket}

    def test_a_clip_goes_there_in_parts_and_on_after_a_cut(self, outbox: Outbox, road: Road, services: Services):
        item = a_clip(outbox, rows=480)
        data, sent, pace = outbox.data_path(item).read_bytes(), [0], road.bandwidth.delay_s
        part = send_nothing(road, item)
        assert part + BLOCK < len(data) < 2 * part

        def cut_in_the_second_part(number: int) -> float:
            sent[0] += number
            if sent[0] > part + BLOCK:
                road.bandwidth.delay_s = pace  # type: ignore[method-assign]
                raise Unreachable("the network was cut here")
            return 0.0

        road.bandwidth.delay_s = cut_in_the_second_part  # type: ignore[method-assign]
        assert road.site.me()["uploads"] == "direct"
        with pytest.raises(Unreachable):
            send_directly(road, item, outbox.data_path(item))
        assert [part.number for part in services.uploads.parts(item.id)] == [1]  # type: ignore[attr-defined]
        send_all(outbox, road)
        assert stored(services, item) == data
