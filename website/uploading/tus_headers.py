"""The words of tus 1.0 (https://tus.io/protocols/resumable-upload): headers in and out, and what is wrong with them."""

from __future__ import annotations

import base64
import binascii
import re
from datetime import datetime, timedelta

from flask import Response, request
from werkzeug.http import http_date

from attendance.errors import InvalidInput

TUS_VERSION = "1.0.0"
EXTENSIONS = "creation,creation-with-upload,expiration,termination"
BYTES = "application/offset+octet-stream"
_NUMBER = re.compile(r"[0-9]{1,18}")


class WrongVersion(InvalidInput):
    """The client speaks another version of tus."""

    status = 412


class NotBytes(InvalidInput):
    """The request should carry bytes of the file, but says that it carries something else."""

    status = 415


def method_meant() -> str:
    """The method that is meant: some proxies let only GET and POST through, so the header of a POST may name another.

    No other method may: the forms' token is asked for by the method that is sent.
    """
    if request.method != "POST":
        return request.method
    return request.headers.get("X-HTTP-Method-Override", "POST").upper()


def check_version() -> None:
    """Raises WrongVersion."""
    if request.headers.get("Tus-Resumable") != TUS_VERSION:
        raise WrongVersion(
            "This server speaks tus %(version)s; send the header Tus-Resumable: %(version)s.", version=TUS_VERSION
        )


def header_number(header: str) -> int:
    """A header's whole number. Raises InvalidInput."""
    text = request.headers.get(header, "")
    if not _NUMBER.fullmatch(text):
        raise InvalidInput("The header %(header)s must be a whole number of bytes.", header=header)
    return int(text)


def sends_bytes() -> bool:
    """Whether the request carries bytes of the file."""
    return request.mimetype == BYTES


def check_sends_bytes() -> None:
    """Raises NotBytes."""
    if not sends_bytes():
        raise NotBytes("Bytes of an upload are sent as %(kind)s.", kind=BYTES)


def upload_metadata() -> dict[str, str]:
    """Names and texts of Upload-Metadata. Raises InvalidInput."""
    pairs = {}
    for part in filter(str.strip, request.headers.get("Upload-Metadata", "").split(",")):
        name, _, value = part.strip().partition(" ")
        if name in pairs:
            raise InvalidInput("The header Upload-Metadata names %(name)s twice.", name=name)
        pairs[name] = _text(value)
    return pairs


def _text(value: str) -> str:
    try:
        return base64.b64decode(value, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError, ValueError):
        raise InvalidInput("Values of the header Upload-Metadata are UTF-8 text in base64.") from None


def describe(response: Response, most_bytes: int) -> Response:
    """Say what this server speaks and takes."""
    response.headers["Tus-Version"] = TUS_VERSION
    response.headers["Tus-Extension"] = EXTENSIONS
    response.headers["Tus-Max-Size"] = str(most_bytes)
    return response


def expires(created_at: datetime, keep: timedelta) -> str:
    """When an unfinished upload is given up, as an HTTP date."""
    return http_date(created_at + keep)
