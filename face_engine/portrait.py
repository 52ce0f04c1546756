"""Cuts the picture of a face with some shoulders out of a frame."""

from dataclasses import dataclass

import cv2
import numpy as np

from face_engine.images import encode_jpeg
from face_engine.model import BGRImage, Box

LONGEST_SIDE_PX = 320
JPEG_QUALITY = 85

# In widths and heights of the face's box.
_ASIDE = 0.6
_ABOVE = 0.5
_BELOW = 0.9


@dataclass(frozen=True)
class Picture:
    """Face and shoulders as JPEG, at most 320 pixels on the longer side, from second `t_s` of the video.

    `box` is the face in the pixels of the searched frame, whose width and height are `frame_size`.
    """

    jpeg: bytes
    t_s: float
    box: Box
    frame_size: tuple[int, int]


def cut_picture(frame: BGRImage, box: Box, t_s: float) -> Picture:
    """The face in its box with hair and shoulders, as far as the frame shows them."""
    height, width = frame.shape[:2]
    x1, y1, x2, y2 = box
    left, right = _inside(x1 - _ASIDE * (x2 - x1), x2 + _ASIDE * (x2 - x1), width)
    top, bottom = _inside(y1 - _ABOVE * (y2 - y1), y2 + _BELOW * (y2 - y1), height)
    cut = frame[top:bottom, left:right]
    shrink = LONGEST_SIDE_PX / max(cut.shape[:2])
    if shrink < 1:
        size = max(1, round(cut.shape[1] * shrink)), max(1, round(cut.shape[0] * shrink))
        cut = np.asarray(cv2.resize(cut, size, interpolation=cv2.INTER_AREA), np.uint8)
    return Picture(encode_jpeg(cut, JPEG_QUALITY), t_s, box, (width, height))


def _inside(start: float, end: float, limit: int) -> tuple[int, int]:
    """Whole pixels between 0 and the limit, at least one."""
    first = max(0, min(limit - 1, round(start)))
    return first, max(first + 1, min(limit, round(end)))
