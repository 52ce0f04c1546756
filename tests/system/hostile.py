"""Files that are made to do harm."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib


def png_bomb(side: int = 60_000) -> bytes:
    """A picture of 3.6 gigapixels that says so in its header, and begins with a few of its lines."""
    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    lines = zlib.compress(bytes(10 * (3 * side + 1)))
    chunks = _chunk(b"IHDR", header) + _chunk(b"IDAT", lines) + _chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + chunks


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def zip_of(*entries: tuple[str | zipfile.ZipInfo, bytes]) -> bytes:
    """A ZIP file of these names and contents."""
    with io.BytesIO() as file:
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, data in entries:
                archive.writestr(name, data)
        return file.getvalue()


def zip_with_a_link(name: str, target: str) -> bytes:
    """A ZIP file whose only entry is a symbolic link."""
    entry = zipfile.ZipInfo(name)
    entry.create_system, entry.external_attr = 3, 0o120777 << 16
    return zip_of((entry, target.encode()))


def encrypted_zip(name: str, data: bytes) -> bytes:
    """A ZIP file that says of its entry that it needs a password."""
    archive = bytearray(zip_of((name, data)))
    for magic, flags_at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        archive[archive.index(magic) + flags_at] |= 1
    return bytes(archive)


def zip_that_lies(name: str, size: int) -> bytes:
    """A ZIP file whose entry grows to `size` bytes but is said to have a hundred, in both of its lists."""
    archive = bytearray(zip_of((name, bytes(size))))
    for magic, size_at in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        struct.pack_into("<I", archive, archive.index(magic) + size_at, 100)
    return bytes(archive)
