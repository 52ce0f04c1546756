"""The bucket where media and uploads lie: what is under its prefix, and how requests to it are made."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from botocore.exceptions import ClientError

from attendance.adapters.aws import error_code, make_client, plain_aws_errors
from attendance.errors import NotFound, Phrase, SettingsError
from attendance.settings.service_url import ServiceUrl

ENCRYPTED = {"ServerSideEncryption": "AES256"}
"""Goes with everything that is written: said, so that nothing depends on how somebody set the bucket up."""

_SERVICE = Phrase("The media store")
_PLACE = re.compile(r"s3://([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:/((?:[A-Za-z0-9_.-]+/)*[A-Za-z0-9_.-]+)?/?)?")
_MISSING = {"404", "NoSuchKey"}
_MOST_DELETED = 1000  # that S3 takes in one request
_LONGEST_LINK_S = 7 * 24 * 3600
_CONNECTIONS = 32  # eight threads of ours, and ten of each transfer


@dataclass(frozen=True, slots=True)
class StoredObject:
    """An object as a listing shows it. `key` is what follows the bucket's prefix."""

    key: str
    size: int
    stored_at: datetime


@dataclass(frozen=True, slots=True)
class Bucket:
    """A bucket, and the prefix (empty or ending in a slash) below which all keys of ours are."""

    client: Any
    name: str
    prefix: str = ""

    def full(self, key: str) -> str:
        """The key in the bucket of a key of ours."""
        return self.prefix + key

    def at(self, key: str) -> dict[str, str]:
        """The parameters that say which object is meant."""
        return {"Bucket": self.name, "Key": self.full(key)}

    def errors(self) -> AbstractContextManager[None]:
        """Raises ours for whatever AWS refuses within."""
        return plain_aws_errors(_SERVICE, bucket=self.name)

    def head(self, key: str) -> dict[str, Any] | None:
        """What HEAD tells of an object; None where there is none. Raises ServiceUnavailable, also for no bucket."""
        with self.errors():
            try:
                found: dict[str, Any] = self.client.head_object(**self.at(key))
                return found
            except ClientError as error:
                if not is_missing(error):
                    raise
            self.client.head_bucket(Bucket=self.name)  # an answer to HEAD does not say which of the two is missing
            return None

    def objects(self, start: str) -> Iterator[StoredObject]:
        """Those whose keys begin so, sorted by key."""
        pages = self.client.get_paginator("list_objects_v2").paginate(Bucket=self.name, Prefix=self.full(start))
        with self.errors():
            for page in pages:
                for one in page.get("Contents", ()):
                    yield StoredObject(one["Key"].removeprefix(self.prefix), one["Size"], one["LastModified"])

    def delete(self, keys: Iterable[str]) -> None:
        """Those that are missing are passed over. Raises ServiceUnavailable where one could not be deleted."""
        names = [{"Key": self.full(key)} for key in dict.fromkeys(keys)]
        with self.errors():
            for start in range(0, len(names), _MOST_DELETED):
                some = {"Objects": names[start : start + _MOST_DELETED], "Quiet": True}
                for refused in self.client.delete_objects(Bucket=self.name, Delete=some).get("Errors", ()):
                    if refused.get("Code") not in _MISSING:
                        raise ClientError({"Error": refused}, "DeleteObject")

    def link(self, method: str, parameters: Mapping[str, object], seconds: float) -> str:
        """A presigned address. It ends with the credentials that signed it, if they end sooner."""
        lasts_s = max(1, min(int(seconds), _LONGEST_LINK_S))
        with self.errors():
            return str(self.client.generate_presigned_url(method, Params=dict(parameters), ExpiresIn=lasts_s))

    def origin(self) -> str:
        """Scheme and host of all links."""
        parts = urlsplit(self.link("get_object", self.at("x"), 1))
        return f"{parts.scheme}://{parts.netloc}"


def open_bucket(value: str, client: Any = None) -> Bucket:
    """The bucket of `s3://BUCKET/optional/prefix`. Raises SettingsError."""
    found = _PLACE.fullmatch(value)
    if found is None or ".." in value:
        raise SettingsError(
            "ROLLCALL_MEDIA is %(value)s, but must name a bucket, such as s3://class-media or s3://class-media/rollcall.",
            value=repr(ServiceUrl(value)),
        )
    prefix = f"{found[2]}/" if found[2] else ""
    return Bucket(make_s3_client() if client is None else client, found[1], prefix)


def make_s3_client() -> Any:
    """A client whose links name the bucket's own region: those to the general host are redirected for a new bucket,
    which no browser follows from another site. Elsewhere than at AWS few have a host name for each bucket."""
    client = _client("virtual")
    host = urlsplit(client.meta.endpoint_url).hostname or ""
    return client if host.endswith((".amazonaws.com", ".amazonaws.com.cn")) else _client("path")


def _client(addressing: str) -> Any:
    return make_client(
        "s3", signature_version="s3v4", max_pool_connections=_CONNECTIONS, s3={"addressing_style": addressing}
    )


def is_missing(error: ClientError) -> bool:
    """Whether an object is not there. A missing bucket is another matter."""
    return error_code(error) in _MISSING


@contextmanager
def absence_as_not_found() -> Iterator[None]:
    """Raises NotFound for an object that is not there."""
    try:
        yield
    except ClientError as error:
        if is_missing(error):
            raise NotFound("This file is not stored.") from error
        raise
