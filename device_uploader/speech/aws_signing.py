"""AWS Signature Version 4 by the standard library: a presigned WebSocket for Transcribe, and signed requests for Polly.

Source: AWS General Reference, Signature Version 4 signing process. A device then needs no SDK, which would be larger
than the rest of it; tests hold both signatures to botocore's.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import quote, urlencode, urlsplit

ALGORITHM = "AWS4-HMAC-SHA256"


@dataclass(frozen=True, slots=True)
class Credentials:
    """Of a user or a role that may do `transcribe:StartStreamTranscriptionWebSocket` and `polly:SynthesizeSpeech`."""

    access_key: str
    secret_key: str = field(repr=False)
    token: str | None = field(default=None, repr=False)

    @staticmethod
    def of(environment: Mapping[str, str]) -> Credentials | None:
        """Of the variables that every AWS program reads; None where they are not set."""
        access, secret = environment.get("AWS_ACCESS_KEY_ID"), environment.get("AWS_SECRET_ACCESS_KEY")
        if not access or not secret:
            return None
        return Credentials(access, secret, environment.get("AWS_SESSION_TOKEN") or None)


def presigned(
    url: str, service: str, region: str, credentials: Credentials, at: datetime | None = None, lasts_s: int = 60
) -> str:
    """A GET of this address, query included, that works for so long without any header."""
    at = (at or datetime.now(UTC)).astimezone(UTC)
    parts = urlsplit(url)
    words = dict(pair.split("=", 1) for pair in parts.query.split("&") if pair)
    words |= {
        "X-Amz-Algorithm": ALGORITHM,
        "X-Amz-Credential": quote(f"{credentials.access_key}/{_scope(at, region, service)}", safe=""),
        "X-Amz-Date": f"{at:%Y%m%dT%H%M%SZ}",
        "X-Amz-Expires": str(lasts_s),
        "X-Amz-SignedHeaders": "host",
    }
    if credentials.token:
        words["X-Amz-Security-Token"] = quote(credentials.token, safe="")
    query = "&".join(f"{name}={value}" for name, value in sorted(words.items()))
    asked = "\n".join(["GET", parts.path or "/", query, f"host:{parts.netloc}", "", "host", _sha256(b"")])
    signature = _signature(asked, at, region, service, credentials)
    return f"{parts.scheme}://{parts.netloc}{parts.path or '/'}?{query}&X-Amz-Signature={signature}"


def signed_headers(
    url: str, body: bytes, service: str, region: str, credentials: Credentials, at: datetime | None = None
) -> dict[str, str]:
    """Of a POST of JSON without a query."""
    at = (at or datetime.now(UTC)).astimezone(UTC)
    parts = urlsplit(url)
    headers = {"content-type": "application/json", "host": parts.netloc, "x-amz-date": f"{at:%Y%m%dT%H%M%SZ}"}
    if credentials.token:
        headers["x-amz-security-token"] = credentials.token
    names = ";".join(sorted(headers))
    lines = [f"{name}:{headers[name]}" for name in sorted(headers)]
    asked = "\n".join(["POST", parts.path or "/", "", *lines, "", names, _sha256(body)])
    signature = _signature(asked, at, region, service, credentials)
    scope = f"{credentials.access_key}/{_scope(at, region, service)}"
    del headers["host"]
    return headers | {"authorization": f"{ALGORITHM} Credential={scope}, SignedHeaders={names}, Signature={signature}"}


def query_of(words: Mapping[str, str]) -> str:
    """As AWS signs it: sorted, and with %20 for a space."""
    return urlencode(sorted(words.items()), quote_via=quote)


def _scope(at: datetime, region: str, service: str) -> str:
    return f"{at:%Y%m%d}/{region}/{service}/aws4_request"


def _signature(asked: str, at: datetime, region: str, service: str, credentials: Credentials) -> str:
    words = [ALGORITHM, f"{at:%Y%m%dT%H%M%SZ}", _scope(at, region, service), _sha256(asked.encode())]
    key = b"AWS4" + credentials.secret_key.encode()
    for part in (f"{at:%Y%m%d}", region, service, "aws4_request"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    return hmac.new(key, "\n".join(words).encode(), hashlib.sha256).hexdigest()


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
