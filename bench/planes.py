"""Pictures as video has them, a plane of light and two of colour at half size, and people laid over them."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from demo.drawn_people import BGRImage

Plane = NDArray[np.uint8]

# Of the full range of a byte (ITU-R BT.601).
_LIGHT_RANGE, _COLOUR_RANGE = 219 / 255, 224 / 255


@dataclass(frozen=True)
class Planes:
    """A YUV 4:2:0 picture: y (height, width), u and v (height / 2, width / 2); width and height are even."""

    y: Plane
    u: Plane
    v: Plane

    @classmethod
    def of(cls, image: BGRImage) -> Planes:
        """The planes of a BGR picture of even width and height."""
        height, width = image.shape[:2]
        flat = np.asarray(cv2.cvtColor(image, cv2.COLOR_BGR2YUV_I420), np.uint8)
        half = (height // 2, width // 2)
        u, v = flat[height:].reshape(2, *half)
        return cls(flat[:height].copy(), u.copy(), v.copy())

    def copy(self) -> Planes:
        """One to paint on."""
        return Planes(self.y.copy(), self.u.copy(), self.v.copy())

    def paste(self, other: Planes, top: int, bottom: int) -> None:
        """Take over the rows of a picture of the same size, from an even one to an even one."""
        self.y[top:bottom] = other.y[top:bottom]
        self.u[top // 2 : bottom // 2] = other.u[top // 2 : bottom // 2]
        self.v[top // 2 : bottom // 2] = other.v[top // 2 : bottom // 2]

    def stacked(self) -> Plane:
        """The planes below each other, (height * 3 / 2, width), as PyAV takes yuv420p."""
        width = self.y.shape[1]
        return np.concatenate([self.y, self.u.reshape(-1, width), self.v.reshape(-1, width)])


@dataclass(frozen=True)
class Look:
    """A person without a background: y, u and v times cover, and what shines through (0..255), (height, width, 4).

    Colours are at full size and all in one, because OpenCV warps four channels faster than one.
    """

    layers: NDArray[np.uint8]

    @classmethod
    def of(cls, premultiplied: BGRImage, cover: Plane) -> Look:
        """From a premultiplied BGR picture and its cover, 0..255."""
        full = cv2.cvtColor(premultiplied, cv2.COLOR_BGR2YCrCb).astype(np.float32)
        part = cover / np.float32(255)
        # Black is 16 in y and grey 128 in u and v, but only as far as the person covers.
        y = full[..., 0] * _LIGHT_RANGE + 16 * part
        v, u = ((full[..., channel] - 128) * _COLOUR_RANGE + 128 * part for channel in (1, 2))
        layers = [np.clip(np.round(plane), 0, 255).astype(np.uint8) for plane in (y, u, v)]
        return cls(np.asarray(cv2.merge([*layers, 255 - cover]), np.uint8))


def lay_over(picture: Planes, look: Look, placed: NDArray[np.float64], smear_px: int = 0) -> None:
    """Lay a person over the picture, in place.

    `placed` (2, 3) takes points of the look to points of the picture; `smear_px` is the way that the head moves while
    the shutter is open.
    """
    box = _box_of(look.layers.shape, placed, picture.y.shape)
    if box is None:
        return
    left, top, right, bottom = box
    inside = placed - [[0, 0, left], [0, 0, top]]
    layers = cv2.warpAffine(look.layers, inside, (right - left, bottom - top), borderValue=(0, 0, 0, 255))
    if smear_px > 1:
        layers = cv2.blur(layers, (smear_px, 1))
    y, u, v, through = (np.asarray(plane, np.uint8) for plane in cv2.split(layers))
    u, v, through_half = (_half(plane) for plane in (u, v, through))
    half_part = np.s_[top // 2 : bottom // 2, left // 2 : right // 2]
    _blend(picture.y[top:bottom, left:right], y, through)
    _blend(picture.u[half_part], u, through_half)
    _blend(picture.v[half_part], v, through_half)


def _half(plane: Plane) -> Plane:
    height, width = plane.shape
    return np.asarray(cv2.resize(plane, (width // 2, height // 2), interpolation=cv2.INTER_AREA), np.uint8)


def _blend(behind: Plane, premultiplied: Plane, see_through: Plane) -> None:
    cv2.add(cv2.multiply(behind, see_through, scale=1 / 255), premultiplied, dst=behind)


def _box_of(
    shape: tuple[int, ...], placed: NDArray[np.float64], picture: tuple[int, ...]
) -> tuple[int, int, int, int] | None:
    """The even box of the picture that the look covers; None where it covers nothing."""
    height, width = shape[:2]
    corners = placed @ np.array([[0, width, 0, width], [0, 0, height, height], [1, 1, 1, 1]], np.float64)
    left, top = np.maximum(np.floor(corners.min(1) / 2) * 2, 0).astype(int)
    right, bottom = np.minimum(np.ceil(corners.max(1) / 2) * 2, picture[1::-1]).astype(int)
    return (int(left), int(top), int(right), int(bottom)) if left < right and top < bottom else None
