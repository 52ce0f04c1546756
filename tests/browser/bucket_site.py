"""A bucket (moto's) that a real browser sends to, and a site whose media are in it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import BrowserContext, Request

from tests.browser.running_site import RunningSite
from tests.browser.watching import Watch

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


class BucketSite(RunningSite):
    """A site whose media are in the bucket; where that is stands in AWS's own variables."""

    def _environment(self) -> dict[str, str]:
        return super()._environment() | {"ROLLCALL_MEDIA": MEDIA}


class BucketWatch(Watch):
    """Pages may load from the bucket too."""

    def __init__(self, context: BrowserContext, origin: str, bucket: str) -> None:
        self._bucket = bucket
        super().__init__(context, origin)

    def _request(self, request: Request) -> None:
        if not request.url.startswith(f"{self._bucket}/"):
            super()._request(request)
