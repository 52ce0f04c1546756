"""Drawn people in short films: a lecture, and what a webcam sees."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

from demo.drawn_people import CLASS_SEEDS, STRANGER_SEED, BGRImage, person, portrait
from demo.lecture_video import Appearance, LectureScript, fake_camera, render_lecture

FPS = 2
SECONDS = 12.0
PRESENT, LATE, UNSURE, ABSENT, _, NEWCOMER, AT_THE_WEBCAM = CLASS_SEEDS[:7]
LATE_FROM_S = 4.0
UNSURE_FROM_S = 6.0  # for one second only: two pictures are too few to be sure


def film_lecture(path: Path) -> None:
    """Twelve seconds with somebody from the start, somebody later, somebody for a moment, and a stranger."""
    script = LectureScript(
        (
            Appearance(person(PRESENT), 0, SECONDS, 0),
            Appearance(person(LATE), LATE_FROM_S, SECONDS, 1),
            Appearance(person(UNSURE), UNSURE_FROM_S, UNSURE_FROM_S + 1, 3),
            Appearance(person(STRANGER_SEED), 0, SECONDS, 2),
        )
    )
    render_lecture(path, script, fps=FPS, seconds=SECONDS)


def film_webcam(path: Path) -> None:
    """For Chromium's fake camera."""
    fake_camera(path, person(AT_THE_WEBCAM), seconds=1)


def photo_of(seed: int) -> bytes:
    """A good registration photo as JPEG."""
    return jpeg(portrait(person(seed)))


def photo_of_two() -> bytes:
    """Two people in one photo."""
    return jpeg(np.hstack([portrait(person(PRESENT)), portrait(person(LATE))]))


def photo_of_nobody() -> bytes:
    """An empty wall."""
    return jpeg(np.full((480, 480, 3), 200, np.uint8))


def photo_from_far() -> bytes:
    """A face of some fifty pixels on a large wall."""
    wall = np.full((900, 1200, 3), (202, 210, 214), np.uint8)
    wall[400:520, 500:620] = portrait(person(NEWCOMER), 120)
    return jpeg(wall)


def jpeg(image: BGRImage) -> bytes:
    """The picture as a file."""
    return cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, 95])[1].tobytes()
