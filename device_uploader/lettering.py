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
    font = None if words.isascii() else _font(round(HEIGHT_PX * size))
    if font is None:
        _write_plainly(picture, words.encode("ascii", "replace").decode(), place, size)
        return
    image = import_module("PIL.Image").fromarray(picture)
    pen = import_module("PIL.ImageDraw").Draw(image)
    rim = max(1, round(2 * size))
    pen.text(place, words, font=font, fill=INK, anchor="ls", stroke_width=rim, stroke_fill=SHADE)
    picture[:] = np.asarray(image, np.uint8)


def _write_plainly(picture: Frame, words: str, place: tuple[int, int], size: float) -> None:
    thick = max(1, round(2 * size))
    for colour, width in ((SHADE, thick * 3), (INK, thick)):
        cv2.putText(picture, words, place, cv2.FONT_HERSHEY_SIMPLEX, size, colour, width, cv2.LINE_AA)


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
