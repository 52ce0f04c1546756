"""Reads HEIC and HEIF photos, as phones make them, by libheif."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from face_engine.errors import BadImage
from face_engine.model import BGRImage
from face_engine.picture_limits import most_heif_megapixels, refuse_too_large

_DEEP_BITS = 8
_COLOURED = 3  # dimensions


def read_heif(
    stream: BinaryIO, kind: str, take: Callable[[NDArray[np.uint8]], BGRImage], most_megapixels: float, name: str
) -> tuple[BGRImage, int, int]:
    """What `take` makes of the main picture, and its width and height.

    `take` is given pixels of shape (height, width, 3 or 4), blue first and upright, which are libheif's own and gone
    after it. How a picture is turned stands in the file itself; what the camera noted besides is not to be heeded.

    Raises
    ------
    BadImage
        With one plain sentence.
    """
    library = _library(kind, name)
    try:
        picture = library.open_heif(stream, convert_hdr_to_8bit=True, bgr_mode=True)
        main = picture[picture.primary_index]
    except Exception as error:  # Decoders answer hostile bytes with errors of any kind.
        raise BadImage("%(name)s is damaged or cut short.", name=name) from error
    width, height = main.size
    chroma, bits = _number(main.info.get("chroma"), 444), _number(main.info.get("bit_depth"), _DEEP_BITS + 1)
    most = min(most_megapixels, most_heif_megapixels(chroma, bits, len(main.mode)))
    refuse_too_large(width * height / 1e6, most, name)
    try:
        return take(_eight_bits(np.asarray(main)[:, :width])), width, height
    except Exception as error:  # Decoders answer hostile bytes with errors of any kind.
        raise BadImage("%(name)s is damaged or cut short.", name=name) from error


def _eight_bits(pixels: NDArray[Any]) -> NDArray[np.uint8]:
    """Grey comes with one channel, and deep where it is deep."""
    if pixels.dtype != np.uint8:
        pixels = (pixels >> _DEEP_BITS).astype(np.uint8)
    return pixels if pixels.ndim == _COLOURED else np.repeat(pixels[:, :, None], 3, axis=2)


def _library(kind: str, name: str) -> Any:
    with suppress(ImportError):  # there is no wheel of it for every machine
        import pi_heif  # noqa: PLC0415 - twenty MB, where a HEIC comes at all

        return pi_heif
    raise BadImage("%(name)s is a %(kind)s picture, which cannot be read here; save it as JPEG.", name=name, kind=kind)


def _number(value: Any, otherwise: int) -> int:
    return int(value) if str(value).isdecimal() else otherwise
