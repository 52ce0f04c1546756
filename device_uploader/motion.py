"""Whether something moves before the camera, told once a visit, whatever noise, exposure and lights do.

The rule, on a grey picture of 96x72 pixels in 16x12 blocks:

- A block differs where it is no linear picture (a gain and an offset) of the same block before: light scales a block
  or lays a veil over it, and only a thing brings other edges. This is the shading model of Skifstad and Jain,
  "Illumination independent change detection for real world image sequences" (1989), in the linear form that Radke et
  al. discuss in "Image change detection algorithms: a systematic survey" (2005).
- It is compared with the empty room, a running average, by a line of its own: three times what it usually differs,
  after the running Gaussian average of Wren et al., "Pfinder" (1997), and twice what the middle block differs now. So
  noise, a fan or a class that sits there are learnt, and whoever comes in beside or above them is seen.
- A block moves where it differs from the room and from the look before. Enough moving blocks in two looks, one after
  the other, are somebody who comes (Motion's `minimum_motion_frames`): what changes once, such as a lamp's shadows,
  a slide or a chair, does not.
- Where most of the picture became brighter or darker, or most blocks differ, it was a light, the exposure or the
  camera itself (Motion's `lightswitch_percent`): that picture is the room from then on.
- They have left when nothing has moved for five seconds and the room looks empty, by half the share that tells that
  they came; or when nothing at all has moved for a minute.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from device_uploader.sources import Frame

Blocks = NDArray[np.float32]  # 192 blocks x 36 pixels, grey levels 0..255
PerBlock = NDArray[np.float32]

ACROSS, DOWN, BLOCK_PX = 16, 12, 6
LEAST_DIFFERENCE = 6.0  # grey levels; what a good camera's noise never reaches in so small a picture
MOST_GAIN = 4.0
FLAT = 1.0  # squared grey levels: a block with less in it has nothing to scale
LIGHT_CHANGE, BLACK = 0.15, 10.0  # a share of the brightness, and what a dark picture's noise is lost in
MOST_DIFFERING = 0.7
ROOM_S, UNREST_S = 300.0, 120.0  # how long the averages remember
LEFT_S, STILL_S = 5.0, 60.0
FORGET_S = 60.0  # a camera that was away for so long may look elsewhere


class Motion:
    """`share` of the blocks, 0..1, has to move; the camera is looked at every `every_s`, whatever it films at."""

    def __init__(self, share: float, every_s: float, again_after_s: float) -> None:
        self._share, self._every_s, self._again_after_s = share, every_s, again_after_s
        self._room: Blocks | None = None
        self._before: Blocks | None = None
        self._unrest = np.full(ACROSS * DOWN, LEAST_DIFFERENCE / 3, np.float32)
        self._looked_s = self._moved_s = 0.0
        self._moving_looks = 0
        self._is_there = False
        self._pictured_s: float | None = None

    def began(self, frame: Frame, at_s: float) -> bool:
        """Whether somebody came with this picture, and the last one of them is long enough ago."""
        passed_s = at_s - self._looked_s
        if self._room is not None and passed_s < self._every_s - 0.001:
            return False
        self._looked_s = at_s
        view = blocks_of(frame)
        if self._room is None or self._before is None or passed_s > FORGET_S:
            self._begin_with(view)
            return False
        return self._looks(view, self._room, self._before, passed_s) and self._may_again(at_s)

    def pictured(self, at_s: float) -> None:
        """A picture was taken for another reason; the least pause holds from there."""
        self._pictured_s = at_s

    @property
    def is_there(self) -> bool:
        """Whether they who came have not left yet."""
        return self._is_there

    # Inside

    def _begin_with(self, room: Blocks) -> None:
        self._room, self._before, self._moving_looks = room, room, 0

    def _looks(self, view: Blocks, room: Blocks, before: Blocks, passed_s: float) -> bool:
        """Whether a visit begins with this look."""
        difference, usual = differences(view, room), np.maximum(LEAST_DIFFERENCE, 3 * self._unrest)
        self._unrest = self._unrest + min(1.0, passed_s / UNREST_S) * (difference - self._unrest)
        if light_changed(view, room) or (difference > usual).mean() > MOST_DIFFERING:
            self._begin_with(view)
            return False
        line = np.maximum(usual, 2 * np.median(difference))
        differs = difference > line
        moves = differs & (differences(view, before) > line)
        self._room, self._before = room + min(1.0, passed_s / ROOM_S) * (view - room), view
        return self._visit_begins(float(moves.mean()), float(differs.mean()))

    def _visit_begins(self, moving: float, differing: float) -> bool:
        """By these shares of the blocks."""
        self._moving_looks = self._moving_looks + 1 if moving >= self._share else 0
        was_there = self._is_there
        if was_there:
            self._is_there = not self._has_left(moving, differing)
        elif self._moving_looks >= 2:
            self._is_there, self._moved_s = True, self._looked_s
        return self._is_there and not was_there

    def _has_left(self, moving: float, differing: float) -> bool:
        if moving >= self._share / 2:
            self._moved_s = self._looked_s
        quiet_s = LEFT_S if differing < self._share / 2 else STILL_S
        return self._looked_s - self._moved_s >= quiet_s

    def _may_again(self, at_s: float) -> bool:
        if self._pictured_s is not None and at_s - self._pictured_s < self._again_after_s:
            return False
        self._pictured_s = at_s
        return True


def blocks_of(frame: Frame) -> Blocks:
    """The small grey picture, block by block."""
    small = cv2.resize(frame, (ACROSS * BLOCK_PX, DOWN * BLOCK_PX), interpolation=cv2.INTER_AREA)
    grey = cv2.cvtColor(small, cv2.COLOR_BGR2GRAY).astype(np.float32)
    tiles = grey.reshape(DOWN, BLOCK_PX, ACROSS, BLOCK_PX).swapaxes(1, 2)
    return tiles.reshape(ACROSS * DOWN, BLOCK_PX * BLOCK_PX)


def differences(one: Blocks, other: Blocks) -> PerBlock:
    """What of each block no gain and offset explain by the other's, in grey levels (RMS), whichever way says more.

    Both ways, because a plain coat before a bookshelf is a bookshelf without light, but not the other way round.
    """
    one = one - one.mean(axis=1, keepdims=True)
    other = other - other.mean(axis=1, keepdims=True)
    common = (one * other).mean(axis=1, keepdims=True)
    return np.maximum(_left_over(one, other, common), _left_over(other, one, common))


def _left_over(block: Blocks, by: Blocks, common: Blocks) -> PerBlock:
    gain = np.clip(common / ((by * by).mean(axis=1, keepdims=True) + FLAT), 0, MOST_GAIN)
    left: PerBlock = np.sqrt(np.square(block - gain * by).mean(axis=1))
    return left


def light_changed(view: Blocks, room: Blocks) -> bool:
    """Whether most of the picture is brighter or darker than the room was."""
    bright = room.mean(axis=1)
    return float(np.median(np.abs(view.mean(axis=1) - bright) / (bright + BLACK))) > LIGHT_CHANGE
