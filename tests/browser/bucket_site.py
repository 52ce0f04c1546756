"""A bucket (moto's) that a real browser sends to, and a site whose media are in it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import boto3
import pytest
from playwright.sync_api import Page, Request

from attendance.bootstrap import bootstrap
from attendance.services import Services
from attendance.settings import load_settings
from tests.browser.running_site import RunningSite
from tests.moto_server import moto_server

NAME, PREFIX = "class-media", "rollcall"
MEDIA = f"s3://{NAME}/{PREFIX}"


@dataclass(frozen=True)
class Bucket:
    """The bucket, and where browsers find it."""

    client: Any
    origin: str

    @property
    def parts(self) -> str:
        """Which requests send parts."""
        return f"{self.origin}/{NAME}/{PREFIX}/uploads/**"

    def sha256(self, media_key: str) -> str:
        """Of what is kept under a key."""
        kept = self.client.get_object(Bucket=NAME, Key=f"{PREFIX}/{media_key}")["Body"].read()
        return hashlib.sha256(kept).hexdigest()

    def unfinished(self) -> list[str]:
        """What is on its way, whole or in parts."""
        begun = self.client.list_multipart_uploads(Bucket=NAME).get("Uploads", [])
        kept = self.client.list_objects_v2(Bucket=NAME, Prefix=f"{PREFIX}/uploads/").get("Contents", [])
        return [one["Key"] for one in (*begun, *kept)]


@contextmanager
def open_bucket() -> Iterator[Bucket]:
    """Made empty; sites that are started meanwhile find it."""
    with moto_server() as origin, pytest.MonkeyPatch.context() as environment:
        for name, value in {
            "AWS_ENDPOINT_URL_S3": origin,
            "AWS_DEFAULT_REGION": "ap-northeast-2",
            "AWS_ACCESS_KEY_ID": "testing",
            "AWS_SECRET_ACCESS_KEY": "testing",
            "AWS_EC2_METADATA_DISABLED": "true",
        }.items():
            environment.setenv(name, value)
        client = boto3.client("s3")
        client.create_bucket(Bucket=NAME, CreateBucketConfiguration={"LocationConstraint": "ap-northeast-2"})
        yield Bucket(client, origin)


def bucket_site_services(data: Path, **settings: str) -> Services:
    """What a site has whose media are in the bucket."""
    return bootstrap(
        load_settings(
            {"ROLLCALL_DATA": str(data), "ROLLCALL_TIMEZONE": "Asia/Seoul", "ROLLCALL_MEDIA": MEDIA, **settings}
        )
    )


def watch_parts(page: Page, bucket: Bucket) -> list[int]:
    """The numbers of the parts that are sent from now on."""
    sent: list[int] = []

    def note(request: Request) -> None:
        if request.method == "PUT" and request.url.startswith(bucket.origin):
            sent.append(part_number(request))

    page.on("request", note)
    return sent


def part_number(request: Request) -> int:
    """Which part a request sends."""
    return int(parse_qs(urlsplit(request.url).query)["partNumber"][0])


class BucketSite(RunningSite):
    """A site whose media are in the bucket; where that is stands in AWS's own variables."""

    def _environment(self) -> dict[str, str]:
        return super()._environment() | {"ROLLCALL_MEDIA": MEDIA}
