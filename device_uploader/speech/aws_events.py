"""Messages of AWS event streams: how Transcribe takes sound and gives words over a WebSocket.

Source: Amazon Transcribe Developer Guide, Event stream encoding. A message is two lengths and their CRC-32, headers,
the payload, and the CRC-32 of all of it, big end first.
"""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass

from device_uploader.errors import Unreachable

STRING = 7
SOUND = {":message-type": "event", ":event-type": "AudioEvent", ":content-type": "application/octet-stream"}
PRELUDE = struct.Struct(">II")
CRC = struct.Struct(">I")


@dataclass(frozen=True, slots=True)
class Event:
    """One message."""

    headers: dict[str, str]
    payload: bytes


def encoded(headers: dict[str, str], payload: bytes) -> bytes:
    """Headers are strings."""
    packed = b"".join(_header(name, value) for name, value in headers.items())
    prelude = PRELUDE.pack(16 + len(packed) + len(payload), len(packed))
    body = prelude + CRC.pack(zlib.crc32(prelude)) + packed + payload
    return body + CRC.pack(zlib.crc32(body))


def _header(name: str, value: str) -> bytes:
    raw_name, raw = name.encode(), value.encode()
    return struct.pack(">B", len(raw_name)) + raw_name + struct.pack(">BH", STRING, len(raw)) + raw


def decoded(message: bytes) -> Event:
    """Raises Unreachable where it is no whole message."""
    try:
        length, headers_length = PRELUDE.unpack_from(message)
        (prelude_crc,) = CRC.unpack_from(message, PRELUDE.size)
        (crc,) = CRC.unpack_from(message, length - CRC.size)
        if zlib.crc32(message[: PRELUDE.size]) != prelude_crc or zlib.crc32(message[: length - CRC.size]) != crc:
            raise Unreachable("A message of the speech service came damaged.")
        start = PRELUDE.size + CRC.size
        headers = _headers(message[start : start + headers_length])
    except (struct.error, UnicodeDecodeError, IndexError) as wrong:
        raise Unreachable("A message of the speech service came cut.") from wrong
    return Event(headers, message[start + headers_length : length - CRC.size])


def _headers(packed: bytes) -> dict[str, str]:
    """Those of strings; Transcribe sends no others."""
    found, place = {}, 0
    while place < len(packed):
        name_length = packed[place]
        name = packed[place + 1 : place + 1 + name_length].decode()
        kind, length = struct.unpack_from(">BH", packed, place + 1 + name_length)
        if kind != STRING:
            raise Unreachable("A message of the speech service has a header that is no text.")
        place += 4 + name_length
        found[name] = packed[place : place + length].decode()
        place += length
    return found
