"""However large a picture claims to be or is, reading it takes little memory: measured in a process of its own."""

import io
import struct
import subprocess
import sys
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from face_engine.errors import BadImage
from face_engine.images import LONGEST_SIDE_PX, read_image, read_photo
from tests.face_engine.heic_files import heic
from tests.still_files import written

MOST_MB = 400  # decision 25: 250 for the decoder, the picture of 48 MB twice, and libheif's second copy

MEASURE = """
import sys, threading
from pathlib import Path
from face_engine.errors import BadImage
from face_engine.images import read_image
def peak_kb():
    return int(next(line for line in Path("/proc/self/status").read_text().splitlines() if "VmHWM" in line).split()[1])
before = peak_kb()
def read():
    try:
        read_image(Path(sys.argv[1]).read_bytes())
    except BadImage as bad:
        print(bad)
threads = [threading.Thread(target=read) for _ in range(int(sys.argv[2]))]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
print((peak_kb() - before) // 1024)
"""


def megabytes_to_read(path: Path, at_once: int = 1) -> int:
    done = subprocess.run(
        [sys.executable, "-c", MEASURE, str(path), str(at_once)], check=True, capture_output=True, text=True
    )
    return int(done.stdout.split()[-1])


def plain_png(width: int, height: int) -> bytes:
    """A whole PNG of one colour, made without ever holding its pixels."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    packer, row = zlib.compressobj(1), bytes(3 * width + 1)
    pixels = b"".join(packer.compress(row) for _ in range(height)) + packer.flush()
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def one_tone(mode: str, side_px: int, kind: str, **options: object) -> bytes:
    return written(Image.new(mode, (side_px, side_px)), kind, **options)


RED = Image.new("RGB", (3870, 3870), "red")
IN_ONE_PIECE = {"compression": "tiff_deflate", "strip_size": 1 << 30}
LARGE: dict[str, Callable[[], bytes]] = {
    "PNG": lambda: plain_png(7070, 7070),
    "PNG of too many pixels": lambda: plain_png(12_200, 12_200),
    "JPEG of 200 megapixels": lambda: written(Image.new("L", (16_320, 12_240)), "JPEG"),
    "JPEG below twice the longest side": lambda: one_tone("RGB", 6700, "JPEG"),
    "progressive JPEG": lambda: one_tone("RGB", 5100, "JPEG", progressive=True, subsampling=0),
    "progressive JPEG of 200 megapixels": lambda: one_tone("L", 14_100, "JPEG", progressive=True),
    "WebP": lambda: one_tone("RGB", 5990, "WEBP", method=0),
    "animated WebP": lambda: one_tone("RGB", 3870, "WEBP", method=0, save_all=True, append_images=[RED]),
    "TIFF in one piece": lambda: one_tone("RGB", 5900, "TIFF", **IN_ONE_PIECE),
    "GIF": lambda: one_tone("P", 7070, "GIF"),
    "AVIF": lambda: one_tone("RGB", 4470, "AVIF", speed=10, subsampling="4:4:4"),
    "HEIC": lambda: heic([np.zeros((7000, 7000, 3), np.uint8)]),
}
"""Of about as many pixels as are read, or more."""


@pytest.mark.slow
@pytest.mark.parametrize("kind", LARGE)
def test_no_picture_takes_more_memory_than_is_promised(tmp_path, kind):
    path = tmp_path / "picture"
    path.write_bytes(LARGE[kind]())
    assert megabytes_to_read(path) < MOST_MB


@pytest.mark.slow
def test_sixteen_at_once_take_little_more_than_one(tmp_path):
    path = tmp_path / "picture.png"
    path.write_bytes(plain_png(5000, 5000))
    assert megabytes_to_read(path, at_once=16) < MOST_MB


def test_a_phone_of_200_megapixels_is_read_and_says_its_own_size():
    photo = read_photo(written(Image.new("L", (16_320, 12_240)), "JPEG"))
    assert photo.image.shape == (3000, LONGEST_SIDE_PX, 3)
    assert (photo.width, photo.height) == (16_320, 12_240)


def test_a_jpeg_of_endless_scans_is_refused():
    whole = written(Image.new("RGB", (3000, 3000)), "JPEG", progressive=True)
    scan = whole.rindex(b"\xff\xda")
    with pytest.raises(BadImage, match="megapixels"):
        read_image(whole[:-2] + 1000 * whole[scan:-2] + whole[-2:])


def test_colours_that_come_one_after_another_count_as_progressive(monkeypatch):
    monkeypatch.setattr("face_engine.picture_limits._MOST_COEFFICIENT_BYTES", 1000)
    plain = written(Image.new("RGB", (64, 64)), "JPEG")
    read_image(plain)
    at = plain.index(b"\xff\xda")
    first_of_three = plain[:at] + b"\xff\xda\0\x08\x01\x01\0\0\x3f\0" + plain[at + 14 :]
    with pytest.raises(BadImage, match="megapixels"):
        read_image(first_of_three)


def test_a_tile_that_is_larger_than_its_picture_is_refused():
    tags = ((256, 64), (257, 64), (258, 8), (259, 8), (262, 1), (277, 1), (322, 20_000), (323, 20_000))
    places = ((324, 8), (325, 100))
    entries = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in (*tags, *places))
    file = b"II*\0" + struct.pack("<IH", 8, len(tags) + len(places)) + entries + bytes(200)
    with pytest.raises(BadImage, match="megapixels"):
        read_image(io.BytesIO(file).getvalue())
