"""Reads from a decoded frame how players show it: mirrored, turned by quarters, or as it is stored."""

from __future__ import annotations

from dataclasses import dataclass
from math import atan2, pi

import numpy as np
from av.sidedata.sidedata import SideDataContainer
from av.video.frame import VideoFrame
from numpy.typing import NDArray

from face_engine.model import BGRImage


@dataclass(frozen=True)
class Display:
    """What makes a stored picture upright: mirroring left to right, then 0 to 3 quarter turns against the clock."""

    quarter_turns: int = 0
    mirrored: bool = False

    @property
    def swaps_sides(self) -> bool:
        """Whether width and height change places."""
        return self.quarter_turns % 2 == 1

    def upright(self, picture: BGRImage) -> BGRImage:
        """A stored picture (height, width, 3) as players show it."""
        straight = picture[:, ::-1] if self.mirrored else picture
        return np.ascontiguousarray(np.rot90(straight, self.quarter_turns))


def display_of(frame: VideoFrame) -> Display:
    """By its display matrix: `frame.rotation` says nothing of mirrors, and of a mirrored picture a wrong turn."""
    # Not `frame.side_data`: the frame keeps what that returns, which keeps the frame. Pictures of megabytes would stay
    # until Python looks for such circles, which it seldom does beside so few objects of its own.
    side_data = SideDataContainer(frame)  # type: ignore[call-arg]  # whose stub has no constructor
    if "DISPLAYMATRIX" not in side_data:
        return Display()
    return _by_matrix(np.frombuffer(bytes(side_data["DISPLAYMATRIX"]), np.int32))


def _by_matrix(matrix: NDArray[np.int32]) -> Display:
    """Of FFmpeg's nine numbers: (x, y) of the stored picture is shown at (a x + c y, b x + d y), y going down."""
    a, b, _, c, d = (float(number) for number in matrix[:5])
    mirrored = a * d - b * c < 0
    if mirrored:
        a, b = -a, -b
    return Display(round(atan2(c - b, a + d) / (pi / 2)) % 4, mirrored)
