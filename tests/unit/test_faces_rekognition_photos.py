"""Pictures of all kinds and sizes, on their way to Rekognition."""

from __future__ import annotations

import io
import re
import struct
import subprocess
import sys
import zlib
from typing import Any

import numpy as np
import pytest
from PIL import Image

from attendance.adapters.rekognition.photos import (
    MOST_BYTES,
    for_request,
    read_picture,
    the_one_face,
    thumbnail,
    upright_copy,
)
from attendance.errors import BadPhoto
from attendance.ports import FoundFace, PhotoFaces


def encoded(picture: Image.Image, kind: str, **saved: Any) -> bytes:
    stream = io.BytesIO()
    picture.save(stream, kind, **saved)
    return stream.getvalue()


def half(width: int = 80, height: int = 40) -> Image.Image:
    """Red, with a blue left half."""
    picture = Image.new("RGB", (width, height), (230, 20, 20))
    picture.paste((20, 20, 230), (0, 0, width // 2, height))
    return picture


def near(picture: Image.Image, at: tuple[int, int], colour: tuple[int, int, int]) -> bool:
    return bool(np.allclose(picture.getpixel(at), colour, atol=30))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF"])
def test_every_kind_of_picture_is_read(kind):
    picture = read_picture(encoded(half(), kind))
    assert (picture.mode, picture.size) == ("RGB", (80, 40))
    assert near(picture, (10, 20), (20, 20, 230))
    assert near(picture, (70, 20), (230, 20, 20))


@pytest.mark.parametrize(("turn", "blue"), [(1, (5, 20)), (3, (75, 20)), (6, (20, 5)), (8, (20, 75))])
@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_a_photo_is_turned_upright(turn, blue, kind):
    exif = Image.Exif()
    exif[0x0112] = turn
    picture = read_picture(encoded(half(), kind, exif=exif))
    assert near(picture, blue, (20, 20, 230))
    assert not picture.getexif().get(0x0112)


def test_what_is_transparent_is_white_and_still_turned_upright():
    clear = half().convert("RGBA")
    clear.putalpha(Image.new("L", clear.size, 0))
    exif = Image.Exif()
    exif[0x0112] = 6
    picture = read_picture(encoded(clear, "PNG", exif=exif))
    assert (picture.size, picture.getpixel((20, 40))) == ((40, 80), (255, 255, 255))


def test_grey_of_sixteen_bits_keeps_its_tones():
    grey = Image.fromarray(np.full((20, 20), 0x8000, np.uint16))
    assert near(read_picture(encoded(grey, "PNG")), (5, 5), (128, 128, 128))


def test_print_colours_are_read():
    assert read_picture(encoded(half().convert("CMYK"), "JPEG")).mode == "RGB"


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_a_large_photo_is_reduced_to_what_rekognition_looks_at(kind):
    assert read_picture(encoded(Image.new("RGB", (6000, 1500)), kind)).size == (4096, 1024)


def bomb(side: int) -> bytes:
    """A PNG whose header promises a square of this side, and nothing else."""
    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    chunks = [(b"IHDR", header), (b"IDAT", zlib.compress(b"")), (b"IEND", b"")]
    written = [struct.pack(">I", len(d)) + n + d + struct.pack(">I", zlib.crc32(n + d)) for n, d in chunks]
    return b"\x89PNG\r\n\x1a\n" + b"".join(written)


@pytest.mark.parametrize("side", [8_000, 13_000, 60_000])
def test_a_picture_that_would_fill_the_memory_is_refused_by_its_header(side):
    with pytest.raises(BadPhoto, match=r"^The picture has .*(megapixels|too many pixels).*\.$"):
        read_picture(bomb(side))


@pytest.mark.skipif(sys.platform != "linux", reason="/proc says the peak")
def test_the_largest_picture_fits_into_the_smallest_function_in_lambda():
    largest = encoded(Image.new("RGBA", (7000, 7000)), "PNG")
    child = "import sys; from attendance.adapters.rekognition.photos import read_picture as read; "
    child += "read(sys.stdin.buffer.read()); print(open('/proc/self/status').read())"
    done = subprocess.run([sys.executable, "-c", child], check=True, input=largest, capture_output=True)
    # getrusage would begin with the peak of this process, from which the child was forked.
    (peak_kb,) = re.findall(rb"VmHWM:\s+(\d+) kB", done.stdout)
    assert int(peak_kb) < 700 * 1024  # of 1 GB; the rest of the program wants some too


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF"])
def test_a_picture_that_is_cut_short_is_refused(kind):
    data = encoded(Image.effect_noise((300, 300), 90).convert("RGB"), kind)
    with pytest.raises(BadPhoto, match=r"^The picture (is damaged or cut short|is not a picture that can be read)"):
        read_picture(data[: len(data) // 2])


def test_no_request_is_larger_than_rekognition_takes():
    noise = Image.fromarray(np.random.default_rng(1).integers(0, 255, (3000, 4000, 3), np.uint8))
    assert 0 < len(for_request(noise)) <= MOST_BYTES


def test_copies_are_small_the_same_each_time_and_say_nothing_of_where_they_were_taken():
    exif = Image.Exif()
    exif[0x010E] = "at home"
    picture = read_picture(encoded(half(3000, 1000), "JPEG", exif=exif, comment=b"at home"))
    face = FoundFace((2900.0, 900.0, 3000.0, 1000.0), 1.0, 1.0, ())
    for made, size in ((upright_copy, (1600, 533)), (lambda one: thumbnail(one, face), (160, 160))):
        copy = made(picture)
        assert copy == made(picture)
        assert b"at home" not in copy
        with Image.open(io.BytesIO(copy)) as opened:
            assert opened.size == size


def face(width: float, score: float = 1.0) -> FoundFace:
    return FoundFace((0.0, 0.0, width, width), score, 1.0, ())


def chosen(*faces: FoundFace) -> FoundFace:
    return the_one_face(PhotoFaces(faces, 1000, 1000))


def test_people_far_behind_and_patterns_on_the_wall_do_not_count():
    meant = face(200)
    assert chosen(meant, face(90), face(150, score=0.7)) is meant


def test_two_clear_faces_are_one_too_many():
    with pytest.raises(BadPhoto, match="There are 3 faces in this photo"):
        chosen(face(200), face(150), face(110), face(20))
    with pytest.raises(BadPhoto, match="There is no face in this photo"):
        chosen()
