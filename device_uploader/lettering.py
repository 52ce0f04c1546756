"""Words on a picture: names in any script where Pillow and a font are installed, else in OpenCV's plain letters."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from device_uploader.sources import Frame

FONTS = (
    "/usr/share/fonts/truetype/nanum/NanumGothicBold.ttf",
    "/usr/share/fonts/truetype/nanum/NanumGothic.ttf",
    "/usr/share/fonts/opentype/noto/NotoSansCJK-Bold.ttc",
    "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/truetype/dejavu/DejaVuSans-Bold.ttf",
)
"""Debian's fonts-nanum, fonts-noto-cjk and fonts-dejavu-core."""

INK, SHADE = (255, 255, 255), (0, 0, 0)
HEIGHT_PX = 30  # of letters at size 1


def write(picture: Frame, words: str, place: tuple[int, int], size: float) -> None:
    """White with a black rim, which can be read on everything; `place` is the left end of the line they stand on."""
    font = _font(round(HEIGHT_PX * size))
    if font is None:
        _write_plainly(picture, _plain(words), place, size)
        return
    image = import_module("PIL.Image").fromarray(picture)
    pen = import_module("PIL.ImageDraw").Draw(image)
    rim = max(1, round(2 * size))
    pen.text(place, words, font=font, fill=INK, anchor="ls", stroke_width=rim, stroke_fill=SHADE)
    picture[:] = np.asarray(image, np.uint8)


def width_of(words: str, size: float) -> int:
    """In pixels, as `write` writes them."""
    font = _font(round(HEIGHT_PX * size))
    if font is not None:
        return round(float(font.getlength(words)))
    (width, _), _ = cv2.getTextSize(_plain(words), cv2.FONT_HERSHEY_SIMPLEX, size, _thickness(size))
    return int(width)


def _plain(words: str) -> str:
    """OpenCV's letters are those from A to Z."""
    return words.replace("°", "").replace("\u2013", "-").encode("ascii", "replace").decode()


def _write_plainly(picture: Frame, words: str, place: tuple[int, int], size: float) -> None:
    """Black around, and white above it: a thicker stroke would be other letters' widths."""
    thick, (left, line) = _thickness(size), place
    rim = [(across, down) for across in (-thick, 0, thick) for down in (-thick, 0, thick) if across or down]
    for colour, moves in ((SHADE, rim), (INK, [(0, 0)])):
        for across, down in moves:
            spot = (left + across, line + down)
            cv2.putText(picture, words, spot, cv2.FONT_HERSHEY_SIMPLEX, size, colour, thick, cv2.LINE_AA)


def _thickness(size: float) -> int:
    return max(1, round(2 * size))


@cache
def _font(height_px: int) -> Any:
    """None where Pillow or every font is missing."""
    found = next((path for path in FONTS if Path(path).exists()), None)
    if found is None:
        return None
    try:
        return import_module("PIL.ImageFont").truetype(found, max(8, height_px))
    except ImportError:
        return None
