"""Shows a face as a lecture's camera would: small, blurred, dark, squeezed, in frames that differ a little."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import av
import cv2
import numpy as np

from face_engine.model import BGRImage, Box

_SIDE_IN_FACES = 3.2
_FPS = 5


@dataclass(frozen=True)
class View:
    """How a face is seen.

    Parameters
    ----------
    face_px
        Width of the face, the smaller side of the detector's box.
    blur
        Standard deviation of the blur in parts of the face's width, beyond the third of a pixel that a lens has.
    gain, contrast
        Factors of brightness and of the distance of the values from their mean.
    noise
        Standard deviation of the sensor's noise in grey values.
    jpeg, h264
        JPEG quality of each frame, or the constant rate factor of a film of all of them.
    mirrored
        Left is right, as in some calls.
    """

    face_px: float
    blur: float = 0.0
    gain: float = 1.0
    contrast: float = 1.0
    noise: float = 2.0
    jpeg: int = 60
    h264: int | None = None
    mirrored: bool = False


def frames(image: BGRImage, box: Box, view: View, count: int, seed: Sequence[int]) -> list[BGRImage]:
    """Square frames around one face, each a little shifted, scaled and turned, with noise of its own."""
    dice = np.random.default_rng(list(seed))
    shown = [_frame(image, box, view, dice) for _ in range(count)]
    return _filmed(shown, view.h264) if view.h264 is not None else [_squeezed(one, view.jpeg) for one in shown]


def _frame(image: BGRImage, box: Box, view: View, dice: np.random.Generator) -> BGRImage:
    scale = view.face_px / min(box[2] - box[0], box[3] - box[1]) * dice.uniform(0.95, 1.05)
    centre = np.array([(box[0] + box[2]) / 2, (box[1] + box[3]) / 2])
    side = 2 * round(view.face_px * _SIDE_IN_FACES / 2)  # even, as H.264 wants it
    angle = np.deg2rad(dice.uniform(-4, 4))
    turn = scale * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    middle = side / 2 + dice.uniform(-0.1, 0.1, 2) * view.face_px
    if scale < 0.5:  # reduced by area first, or the warp would skip pixels
        by = scale * 1.5
        image = np.asarray(cv2.resize(image, None, fx=by, fy=by, interpolation=cv2.INTER_AREA), np.uint8)
        turn, centre = turn / by, centre * by
    seen = cv2.warpAffine(
        image, np.column_stack([turn, middle - turn @ centre]), (side, side), borderMode=cv2.BORDER_REFLECT
    ).astype(np.float32)
    seen = np.asarray(cv2.GaussianBlur(seen, (0, 0), float(np.hypot(0.3, view.blur * view.face_px))), np.float32)
    seen = (seen.mean() + view.contrast * (seen - seen.mean())) * view.gain
    seen = np.clip(seen + dice.normal(0, view.noise, seen.shape), 0, 255)
    return np.asarray(seen[:, ::-1] if view.mirrored else seen, np.uint8)


def _squeezed(frame: BGRImage, quality: int) -> BGRImage:
    _, jpeg = cv2.imencode(".jpg", frame, [cv2.IMWRITE_JPEG_QUALITY, quality])
    return np.asarray(cv2.imdecode(jpeg, cv2.IMREAD_COLOR), np.uint8)


def _filmed(shown: Sequence[BGRImage], rate_factor: int) -> list[BGRImage]:
    film = io.BytesIO()
    with av.open(film, "w", format="mp4") as container:
        stream = container.add_stream("libx264", rate=Fraction(_FPS), options={"crf": str(rate_factor)})
        stream.height, stream.width = shown[0].shape[:2]
        stream.pix_fmt = "yuv420p"
        for picture in shown:
            frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), format="bgr24")
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    film.seek(0)
    with av.open(film, "r") as played:
        return [np.asarray(frame.to_ndarray(format="bgr24"), np.uint8) for frame in played.decode(video=0)]
