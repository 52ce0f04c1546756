"""How large a picture may be before it is decoded: what its decoder would need has to fit into 250 MB.

The figures are peaks measured with Pillow 13, OpenCV 5 and libheif 1.23; decision 25 has them.
"""

from __future__ import annotations

from PIL import Image

from face_engine.errors import BadImage

LONGEST_SIDE_PX = 4000
"""A face that is lost at this size would be below 0.5 % of the picture's width."""

MOST_MEGAPIXELS = 220.0
"""Phones have 200; only JPEG is decoded reduced, so that so many can be read."""
MOST_PNG_MEGAPIXELS = 50.0
"""PNG, GIF, BMP and TIFF: Pillow holds four bytes a pixel."""
MOST_WEBP_MEGAPIXELS = 36.0
"""Seven bytes a pixel."""
MOST_ANIMATED_WEBP_MEGAPIXELS = 15.0
"""Sixteen bytes a pixel."""
MOST_AVIF_MEGAPIXELS = 20.0
"""Ten to fifteen bytes a pixel."""
MOST_HEIF_MEGAPIXELS = 50.0

_MOST_BYTES = 250_000_000
_MOST_DECODED_BYTES = 180_000_000
_MOST_COEFFICIENT_BYTES = 160_000_000
_COEFFICIENT_BYTES = 2
_MOST_SCANNED_MEGAPIXELS = 1000.0
_FEW_SCANS = 20
_START_OF_SCAN = b"\xff\xda"
_LARGEST_SCALE = 8
_BLOCK_BYTES = 1 << 20
_BITS_PER_SAMPLE, _COMPRESSION, _SAMPLES_PER_PIXEL, _ROWS_PER_STRIP = 258, 259, 277, 278
_ORIENTATION = 274
_TILE_WIDTH, _TILE_LENGTH = 322, 323
_SMALL_MODES = {"1": 1, "L": 1, "P": 1, "I;16": 2, "I;16B": 2, "I;16L": 2}


def refuse_too_large(megapixels: float, most: float, name: str) -> None:
    """Raises BadImage."""
    if megapixels > most:
        raise BadImage(
            "%(name)s has %(megapixels)s megapixels; at most %(most)s can be read.",
            name=name,
            megapixels=f"{megapixels:.0f}",
            most=f"{most:g}",
        )


def most_megapixels_of(picture: Image.Image) -> float:
    """Of a picture of this format, by what its header says of its coding."""
    if picture.format in ("JPEG", "MPO"):
        return min(MOST_MEGAPIXELS, _most_jpeg_megapixels(picture))
    if picture.format == "TIFF":
        return min(MOST_PNG_MEGAPIXELS, _most_tiff_megapixels(picture))
    if picture.format == "WEBP":
        return MOST_ANIMATED_WEBP_MEGAPIXELS if getattr(picture, "is_animated", False) else MOST_WEBP_MEGAPIXELS
    return MOST_AVIF_MEGAPIXELS if picture.format == "AVIF" else MOST_PNG_MEGAPIXELS


def most_heif_megapixels(chroma: int, bit_depth: int, channels: int) -> float:
    """Of a HEIF picture: its planes, and the pixels that are made of them. `chroma` is 420, 422 or 444."""
    samples = {400: 1.0, 420: 1.5, 422: 2.0}.get(chroma, 3.0)
    planes = samples if bit_depth <= 8 else 3 * samples  # two bytes each, and a copy with one
    return min(MOST_HEIF_MEGAPIXELS, _MOST_BYTES / 1e6 / (planes + channels))


def jpeg_scale(width: int, height: int) -> int:
    """What a JPEG is to be divided by while it is decoded: 1, 2, 4 or 8."""
    scale = 1
    while scale < _LARGEST_SCALE and (
        max(width, height) >= 2 * scale * LONGEST_SIDE_PX or 4 * width * height > _MOST_DECODED_BYTES * scale**2
    ):
        scale *= 2
    return scale


def _most_jpeg_megapixels(picture: Image.Image) -> float:
    """What comes in several scans is held whole, two bytes a sample, and each scan goes over all of it."""
    scans, is_in_parts = _scans(picture)
    if not is_in_parts and not picture.info.get("progressive"):
        return MOST_MEGAPIXELS
    layers: list[tuple[int, int]] = [one[1:3] for one in getattr(picture, "layer", ())] or [(1, 1)]
    wholes = max(across for across, _ in layers) * max(down for _, down in layers)
    samples = sum(across * down for across, down in layers) / max(1, wholes)
    most = _MOST_COEFFICIENT_BYTES / 1e6 / (_COEFFICIENT_BYTES * samples)
    return most if scans <= _FEW_SCANS else min(most, _MOST_SCANNED_MEGAPIXELS / scans)


def _scans(picture: Image.Image) -> tuple[int, bool]:
    """How many scans there may be, and whether the first one is of a part of the colours."""
    stream = getattr(picture, "fp", None)
    if stream is None:
        return 1, False
    after_header = stream.tell()  # of the first scan, whose length tells how many colours it has
    length = 6 + 2 * len(getattr(picture, "layer", ()))
    stream.seek(max(0, after_header - length - 2))
    is_whole = stream.read(4) == _START_OF_SCAN + length.to_bytes(2, "big")
    stream.seek(0)
    count, last = 0, b""
    while block := stream.read(_BLOCK_BYTES):
        count += (last + block).count(_START_OF_SCAN)  # no other two bytes of the coded pixels are these
        last = block[-1:]
    stream.seek(after_header)
    return count, not is_whole


def _most_tiff_megapixels(picture: Image.Image) -> float:
    """Pieces are decoded whole, and may be larger than the picture; Pillow turns it in a second copy."""
    pixel_bytes = _SMALL_MODES.get(picture.mode, 4)
    if getattr(picture, "tag_v2", {}).get(_ORIENTATION, 1) != 1:
        pixel_bytes *= 2
    pixels = picture.width * picture.height
    piece_bytes = _tiff_piece_bytes(picture) if pixels else 0
    return _MOST_BYTES / 1e6 / (pixel_bytes + piece_bytes / max(1, pixels))


def _tiff_piece_bytes(picture: Image.Image) -> int:
    tags = getattr(picture, "tag_v2", {})
    if tags.get(_COMPRESSION, 1) == 1:
        return 0
    bits = tags.get(_BITS_PER_SAMPLE, (8,))
    pixel_bits = max(sum(bits), max(bits) * int(tags.get(_SAMPLES_PER_PIXEL, 1)))
    wide = int(tags.get(_TILE_WIDTH, picture.width))
    high = int(tags.get(_TILE_LENGTH, min(picture.height, tags.get(_ROWS_PER_STRIP, picture.height))))
    return int(wide * high * pixel_bits // 8)
