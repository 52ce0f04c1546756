"""A camera that draws a room with people in it who sway, one who walks through, and the time of the picture."""

from __future__ import annotations

import math

import cv2
import numpy as np

from device_uploader.sources import Camera, Frame

SKIN = ((140, 170, 215), (90, 130, 190), (60, 85, 130), (165, 190, 230))
HAIR = ((30, 30, 35), (40, 60, 95), (25, 45, 60), (60, 60, 60))
CLOTHES = ((150, 90, 60), (60, 110, 60), (70, 60, 150), (120, 120, 40))
WALK_EVERY_S, WALK_BEGINS_S, WALK_LASTS_S = 300.0, 150.0, 20.0
WALL, FLOOR, INK = (205, 210, 200), (120, 140, 150), (40, 40, 40)


class DrawnCamera(Camera):
    """Nobody real, and no two pictures alike."""

    def __init__(self, width: int, height: int, fps: float, people: int = 4) -> None:
        self._width, self._height, self._fps, self._people = width, height, fps, people
        self._shown = 0

    def read(self) -> Frame:
        """The next picture."""
        frame = np.empty((self._height, self._width, 3), np.uint8)
        frame[:], frame[self._height * 3 // 4 :] = WALL, FLOOR
        at_s = self._shown / self._fps
        for number in range(self._people):
            self._draw_sitting(frame, number, at_s)
        self._draw_walking(frame, (at_s % WALK_EVERY_S - WALK_BEGINS_S) / WALK_LASTS_S)
        place = (self._width // 40, self._height - self._height // 30)
        cv2.putText(frame, f"drawn {self._shown}", place, cv2.FONT_HERSHEY_SIMPLEX, self._height / 700, INK, 1)
        self._shown += 1
        return frame

    def close(self) -> None:
        """Nothing is open."""

    def _draw_sitting(self, frame: Frame, number: int, at_s: float) -> None:
        size = self._height // 9
        sway = math.sin(at_s / 3 + number * 1.7) * size / 2
        x = int((number + 0.5) * self._width / self._people + sway)
        y = int(self._height * 0.45 + math.sin(at_s / 5 + number) * size / 4)
        self._draw_person(frame, (x, y), size, number % len(SKIN))

    def _draw_walking(self, frame: Frame, way: float) -> None:
        """`way` goes from 0 to 1 while somebody crosses the room upright, a head above those who sit."""
        if 0 <= way < 1:
            size = self._height // 7
            x = int(-2 * size + way * (self._width + 4 * size))
            self._draw_person(frame, (x, int(self._height * 0.22)), size, look=1)

    def _draw_person(self, frame: Frame, place: tuple[int, int], size: int, look: int) -> None:
        x, y = place
        cv2.ellipse(frame, (x, y + size * 3), (size * 3 // 2, size * 2), 0, 0, 360, CLOTHES[look], -1)
        cv2.ellipse(frame, (x, y - size // 5), (size * 9 // 10, size * 11 // 10), 0, 0, 360, HAIR[look], -1)
        cv2.ellipse(frame, (x, y), (size * 3 // 4, size), 0, 0, 360, SKIN[look], -1)
        for side in (-1, 1):
            eye = (x + side * size // 3, y - size // 6)
            cv2.circle(frame, eye, max(1, size // 9), INK, -1)
        cv2.ellipse(frame, (x, y + size // 2), (size // 4, size // 10), 0, 0, 180, INK, max(1, size // 20))
