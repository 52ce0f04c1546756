"""Still pictures of many formats as files, and the first bytes of those that Pillow does not write."""

from __future__ import annotations

import io
import struct

from PIL import Image

_WRITTEN = {"JPEG": "JPEG", "PNG": "PNG", "WebP": "WEBP", "GIF": "GIF", "BMP": "BMP", "TIFF": "TIFF", "AVIF": "AVIF"}


def written(picture: Image.Image, kind: str, **options: object) -> bytes:
    stream = io.BytesIO()
    picture.save(stream, kind, **options)
    return stream.getvalue()


def stills() -> dict[str, tuple[str, bytes]]:
    """The name of the format, and a file of it, by what it is."""
    small = Image.new("RGB", (32, 32), "tan")
    animated = {"save_all": True, "append_images": [Image.new("RGB", (32, 32), "red")]}
    files = {kind: (kind, written(small, name)) for kind, name in _WRITTEN.items()}
    files |= {
        f"animated {kind}": (kind, written(small, _WRITTEN[kind], **animated)) for kind in ("PNG", "WebP", "AVIF")
    }
    files["JPEG 2000"] = ("JPEG 2000", written(small, "JPEG2000"))
    files["pages"] = ("TIFF", written(small, "TIFF", **animated))
    for name, major, others, kind in (
        ("HEIC", b"heic", b"mif1heic", "HEIC"),
        ("HEIC by its other brands", b"mif1", b"mif1heic", "HEIC"),
        ("image sequence", b"hevc", b"msf1hevc", "HEIC"),
        ("AVIF sequence", b"avis", b"msf1avis", "AVIF"),
        ("HEIF", b"mif1", b"mif1", "HEIF"),
        ("raw", b"crx ", b"isom", "raw"),
    ):
        files[name] = (kind, box(b"ftyp", major + bytes(4) + others) + box(b"meta", bytes(200)) + bytes(2000))
    files["HEIF of no brand"] = (
        "HEIF",
        box(b"ftyp", b"isom" + bytes(4) + b"mp41") + box(b"free", b"") + box(b"meta", bytes(4) + hdlr()) + bytes(2000),
    )
    files["JPEG XL"] = ("JPEG XL", b"\0\0\0\x0cJXL \r\n\x87\n" + bytes(2000))
    files["bare JPEG XL"] = ("JPEG XL", b"\xff\x0a" + bytes(2000))
    return files


def hdlr() -> bytes:
    return box(b"hdlr", bytes(8) + b"pict" + bytes(13))


def box(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I4s", len(body) + 8, kind) + body
