"""People drawn by code, on whom real face vectors work: for the demonstration and for tests without photographs."""

import cv2
import numpy as np
from numpy.typing import NDArray

from demo.canvas import GRID_PX
from demo.head import composite, draw_layers
from demo.looks import DrawnPerson, Pose, person, pose

__all__ = [
    "CLASS_SEEDS",
    "STRANGER_SEED",
    "BGRImage",
    "DrawnPerson",
    "Pose",
    "cut_out",
    "draw",
    "person",
    "portrait",
    "pose",
]

BGRImage = NDArray[np.uint8]

CLASS_SEEDS = (52, 106, 145, 146, 211, 217, 241, 379)
STRANGER_SEED = 376
PORTRAIT_WALL = (214, 210, 202)


def draw(drawn: DrawnPerson, pose: Pose, size_px: int = 256, background: BGRImage | None = None) -> BGRImage:
    """One picture of the person, (size_px, size_px, 3) BGR; a pose without a background brings its own wall."""
    rng = np.random.Generator(np.random.PCG64((pose.seed, 2)))
    grid = max(GRID_PX, size_px)
    wall = _wall(rng, grid) if background is None else cv2.resize(background, (grid, grid))
    picture = composite(draw_layers(drawn, pose, grid), wall) * pose.gain
    picture = cv2.resize(picture, (size_px, size_px), interpolation=cv2.INTER_AREA)
    picture = cv2.GaussianBlur(picture, (0, 0), pose.blur_px)
    picture += rng.normal(0, pose.noise, picture.shape)
    return np.clip(picture, 0, 255).astype(np.uint8)


def cut_out(drawn: DrawnPerson, pose: Pose, size_px: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """The person without a background: premultiplied BGR 0..255 (size, size, 3) and cover 0..1 (size, size, 1)."""
    layers = draw_layers(drawn, pose, GRID_PX)
    both = np.dstack([layers.rgb[..., ::-1], layers.cover])
    both = cv2.resize(both, (size_px, size_px), interpolation=cv2.INTER_AREA)
    return both[..., :3], both[..., 3:]


def portrait(drawn: DrawnPerson, size_px: int = 480) -> BGRImage:
    """A registration photo: nearly frontal, evenly lit, before a plain wall."""
    wall = np.full((2, 2, 3), PORTRAIT_WALL, np.uint8)
    return draw(drawn, pose(drawn.seed, hardness=0.15), size_px, wall)


def _wall(rng: np.random.Generator, size_px: int) -> BGRImage:
    corners = rng.uniform(90, 210, 3) + rng.uniform(-25, 25, (3, 3, 3))
    wall = cv2.resize(corners.astype(np.float32), (size_px, size_px), interpolation=cv2.INTER_CUBIC)
    return np.clip(wall, 0, 255).astype(np.uint8)
