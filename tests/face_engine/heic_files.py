"""Writes small HEIC files: HEVC by x265, in the boxes of ISO/IEC 23008-12."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from fractions import Fraction

import av
import numpy as np

from face_engine.model import BGRImage


def heic(pictures: Sequence[BGRImage], *, primary: int = 0, quarter_turns: int = 0) -> bytes:
    """The pictures (blue first) as a HEIC; `quarter_turns` against the clock are asked of who shows them."""
    coded = [_coded(picture) for picture in pictures]
    ids = range(1, len(coded) + 1)
    properties = [one for (config, _), picture in zip(coded, pictures, strict=True) for one in (config, _size(picture))]
    properties.append(_box(b"irot", bytes([quarter_turns])))
    turn = len(properties)
    linked = b"".join(struct.pack(">HBBBB", i, 3, 0x80 | (2 * i - 1), 2 * i, 0x80 | turn) for i in ids)
    links = _full_box(b"ipma", struct.pack(">I", len(coded)) + linked)
    items = b"".join(_full_box(b"infe", struct.pack(">HH4sB", i, 0, b"hvc1", 0), version=2) for i in ids)
    head = _box(b"ftyp", b"heic" + bytes(4) + b"mif1heic")

    def meta(places: bytes) -> bytes:
        return _full_box(
            b"meta",
            _full_box(b"hdlr", bytes(4) + b"pict" + bytes(13))
            + _full_box(b"pitm", struct.pack(">H", primary + 1))
            + _full_box(b"iloc", struct.pack(">BBH", 0x44, 0, len(coded)) + places)
            + _full_box(b"iinf", struct.pack(">H", len(coded)) + items)
            + _box(b"iprp", _box(b"ipco", b"".join(properties)) + links),
        )

    at, places = len(head) + len(meta(bytes(14 * len(coded)))) + 8, b""
    for i, (_, data) in zip(ids, coded, strict=True):
        places += struct.pack(">HHHII", i, 0, 1, at, len(data))
        at += len(data)
    return head + meta(places) + _box(b"mdat", b"".join(data for _, data in coded))


def _coded(picture: BGRImage) -> tuple[bytes, bytes]:
    """The decoder's configuration, and the picture with lengths in place of start codes."""
    encoder = av.CodecContext.create("libx265", "w")
    encoder.height, encoder.width = picture.shape[:2]
    encoder.pix_fmt, encoder.time_base, encoder.framerate = "yuv420p", Fraction(1), Fraction(1)
    encoder.options = {"x265-params": "log-level=none:qp=12:keyint=1", "preset": "ultrafast"}
    frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), "bgr24")
    packets = [*encoder.encode(frame), *encoder.encode(None)]
    units = [
        unit for packet in packets for unit in bytes(packet).replace(b"\0\0\0\1", b"\0\0\1").split(b"\0\0\1") if unit
    ]
    sets = [unit for unit in units if unit[0] >> 1 in (32, 33, 34)]
    slices = [unit for unit in units if unit[0] >> 1 < 32]
    arrays = b"".join(struct.pack(">BHH", 0x80 | unit[0] >> 1, 1, len(unit)) + unit for unit in sets)
    profile = next(unit for unit in sets if unit[0] >> 1 == 33).replace(b"\0\0\3", b"\0\0")[3:15]
    config = b"\1" + profile + struct.pack(">HBBBBHBB", 0xF000, 0xFC, 0xFD, 0xF8, 0xF8, 0, 0x0F, len(sets))
    return _box(b"hvcC", config + arrays), b"".join(struct.pack(">I", len(unit)) + unit for unit in slices)


def _size(picture: BGRImage) -> bytes:
    return _full_box(b"ispe", struct.pack(">II", picture.shape[1], picture.shape[0]))


def _box(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I4s", len(body) + 8, kind) + body


def _full_box(kind: bytes, body: bytes, *, version: int = 0) -> bytes:
    return _box(kind, bytes([version, 0, 0, 0]) + body)
