"""A screen at the door: what the camera sees, mirrored, with boxes of faces, names that the site told, and warmth."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from device_uploader.errors import SettingsWrong
from device_uploader.lettering import HEIGHT_PX, width_of, write
from device_uploader.reading import Reading
from device_uploader.settings import DoorTable
from device_uploader.sources import Frame
from device_uploader.stay_sender import KnownPerson

TITLE = "Rollcall"
NAMES_FOR_S = 8.0
BETWEEN_PICTURES_S = 0.05
THERMAL_PX, INSET_SHARE = 32, 0.22
KEYS_THAT_END = (27, ord("q"))
LINE = (80, 200, 120)


@dataclass(frozen=True, slots=True)
class Shown:
    """What there is to show at one moment."""

    frame: Frame | None = None
    boxes: Sequence[Sequence[int]] = ()
    names: Sequence[str] = ()
    reading: Reading | None = None


class Screen:
    """What the threads of a door tell, and the window draws."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._frame: Frame | None = None
        self._boxes: Sequence[Sequence[int]] = ()
        self._reading: Reading | None = None
        self._people: Sequence[KnownPerson] = ()
        self._told_s = 0.0

    def see(self, frame: Frame, boxes: Sequence[Sequence[int]], is_there: bool) -> None:
        """The newest picture, with the boxes of its faces."""
        with self._lock:
            self._frame, self._boxes = frame, boxes if is_there else ()

    def measured(self, reading: Reading) -> None:
        """The newest reading."""
        with self._lock:
            self._reading = reading

    def known(self, stay_id: str, people: Sequence[KnownPerson]) -> None:
        """What the site said of a stay."""
        with self._lock:
            self._people, self._told_s = people, time.monotonic()

    def shown(self) -> Shown:
        """At this moment."""
        with self._lock:
            is_fresh = time.monotonic() - self._told_s <= NAMES_FOR_S
            names = [person.name for person in self._people if person.name] if is_fresh else []
            return Shown(self._frame, self._boxes, names, self._reading)


class Window:
    """Full screen. Raises SettingsWrong where there is none to open."""

    def __init__(self, door: DoorTable) -> None:
        self.screen, self._door = Screen(), door
        try:
            # Free of the picture's own shape: bars beside it are drawn here, in black.
            cv2.namedWindow(TITLE, cv2.WINDOW_NORMAL | cv2.WINDOW_FREERATIO | cv2.WINDOW_GUI_NORMAL)
            cv2.setWindowProperty(TITLE, cv2.WND_PROP_FULLSCREEN, cv2.WINDOW_FULLSCREEN)
        except cv2.error as missing:
            raise SettingsWrong(
                "The window needs the full OpenCV and a screen: install opencv-python in place of "
                "opencv-python-headless, or set `window` in [door] to false."
            ) from missing

    def show(self, seconds: float) -> bool:
        """For so long; whether somebody pressed Escape or q."""
        until_s = time.monotonic() + seconds
        while time.monotonic() < until_s:
            shown = self.screen.shown()
            if shown.frame is not None:
                picture = drawn(shown, self._door.coldest_c, self._door.hottest_c, self._size())
                cv2.imshow(TITLE, picture)
            if cv2.waitKey(int(BETWEEN_PICTURES_S * 1000)) & 0xFF in KEYS_THAT_END:
                return True
        return False

    def _size(self) -> tuple[int, int] | None:
        """Of the window; None where the screen does not say it."""
        _, _, width, height = cv2.getWindowImageRect(TITLE)
        return (width, height) if width > 0 and height > 0 else None


def drawn(shown: Shown, coldest_c: float, hottest_c: float, window: tuple[int, int] | None = None) -> Frame:
    """The picture as in a mirror, as large as the window lets it be, on black. Words and boxes are drawn afterwards,
    in the screen's own points, so that they can be read.
    """
    assert shown.frame is not None
    height, width = shown.frame.shape[:2]
    scale = min(window[0] / width, window[1] / height) if window is not None else 1.0
    mirrored = np.ascontiguousarray(shown.frame[:, ::-1])
    way = cv2.INTER_LINEAR if scale > 1 else cv2.INTER_AREA
    fitted = cv2.resize(mirrored, (round(width * scale), round(height * scale)), interpolation=way)
    picture, (left, top) = _on_black(np.asarray(fitted, np.uint8), window)
    boxes = [
        (left + round((width - box[2]) * scale), top + round(box[1] * scale), *_extent(box, scale))
        for box in shown.boxes
    ]
    size = max(0.6, fitted.shape[1] / 1000)
    names = list(shown.names) if len(shown.names) == len(boxes) == 1 else []
    for x, y, across, down in boxes:
        cv2.rectangle(picture, (x, y), (x + across, y + down), LINE, max(2, round(2 * size)))
    if names:
        x, y, _, down = boxes[0]
        above, letters = y - round(10 * size), round(HEIGHT_PX * size)
        below = min(y + down + letters + round(8 * size), picture.shape[0] - round(12 * size))
        write(picture, names[0], (x, above if above > letters else below), size)  # near ones have it below the face
    else:
        for number, name in enumerate(shown.names):
            below = picture.shape[0] - round((24 + 42 * number) * size)
            write(picture, name, (left + round(20 * size), below), size)
    if shown.reading is not None:
        _draw_warmth(picture, shown.reading, coldest_c, hottest_c, size)
    return picture


def _extent(box: Sequence[int], scale: float) -> tuple[int, int]:
    return round((box[2] - box[0]) * scale), round((box[3] - box[1]) * scale)


def _on_black(picture: Frame, window: tuple[int, int] | None) -> tuple[Frame, tuple[int, int]]:
    """In the middle of the window, and where that is."""
    height, width = picture.shape[:2]
    if window is None or (width, height) == window:
        return picture.copy(), (0, 0)
    left, top = (window[0] - width) // 2, (window[1] - height) // 2
    whole = np.zeros((window[1], window[0], 3), np.uint8)
    whole[top : top + height, left : left + width] = picture
    return whole, (left, top)


def thermal_picture(pixels_c: Sequence[float], coldest_c: float, hottest_c: float) -> Frame:
    """Eight by eight temperatures as 32x32 coloured pixels, bicubic in between, mirrored as the camera's picture."""
    grid = np.asarray(pixels_c, np.float32).reshape(8, 8)[:, ::-1]
    smooth = cv2.resize(np.ascontiguousarray(grid), (THERMAL_PX, THERMAL_PX), interpolation=cv2.INTER_CUBIC)
    levels = np.clip((smooth - coldest_c) / (hottest_c - coldest_c), 0, 1) * 255
    return np.asarray(cv2.applyColorMap(levels.astype(np.uint8), cv2.COLORMAP_INFERNO), np.uint8)


def _draw_warmth(picture: Frame, reading: Reading, coldest_c: float, hottest_c: float, size: float) -> None:
    """Into the upper corner, with the coolest and the hottest pixel."""
    side = round(min(picture.shape[:2]) * INSET_SHARE)
    small = thermal_picture(reading.pixels_c, coldest_c, hottest_c)
    picture[:side, -side:] = cv2.resize(small, (side, side), interpolation=cv2.INTER_NEAREST)
    words = f"{min(reading.pixels_c):.1f} \u2013 {max(reading.pixels_c):.1f} °C"
    letters = size * 0.7
    right = picture.shape[1] - round(8 * size)
    write(picture, words, (right - width_of(words, letters), side + round(30 * letters)), letters)
